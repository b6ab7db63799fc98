# Precompiled headers: most of a clean build would otherwise go into reading the standard library again for
# each source. raftarium_precompile(TARGET HEADERS header...) gives a target its own, and
# raftarium_precompile(TARGET AS other) that of a target which is compiled with the same flags.
#
# Off where they do harm: ccache cannot see through them, and em++ reads each header where it is included,
# so that a source which forgets an include does not pass the tests.

include_guard(GLOBAL)

set(_precompile ON)
if(EMSCRIPTEN OR CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
  set(_precompile OFF)
endif()
option(RAFTARIUM_PRECOMPILE "Precompile headers" ${_precompile})
mark_as_advanced(RAFTARIUM_PRECOMPILE)

set(_raftarium_standard_headers
  <algorithm> <array> <cstddef> <cstdint> <functional> <map> <memory> <optional> <ostream> <span> <sstream>
  <string> <string_view> <utility> <vector>)

function(raftarium_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "AS" "HEADERS")
  if(NOT RAFTARIUM_PRECOMPILE)
    return()
  endif()
  if(arg_AS)
    target_precompile_headers(${target} REUSE_FROM ${arg_AS})
  else()
    target_precompile_headers(${target} PRIVATE ${_raftarium_standard_headers} ${arg_HEADERS})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      target_compile_options(${target} PRIVATE -Wno-pch-date-time)  # nlohmann_json says when it was built
    endif()
  endif()
endfunction()
