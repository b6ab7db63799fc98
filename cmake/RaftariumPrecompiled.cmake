# Precompiled headers: most of a clean build would otherwise go into reading the standard library again for
# each source. raftarium_precompile(TARGET HEADERS header...) gives a target its own, and
# raftarium_precompile(TARGET AS other) that of a target which is compiled with the same flags.
#
# Off where they do harm: ccache cannot see through them, and em++ reads the product's headers where they are
# included, so that a source which forgets an include does not pass the tests. RAFTARIUM_PRECOMPILE is ON, OFF
# or TESTS, which is for the tests' sources alone.

include_guard(GLOBAL)

set(_precompile ON)
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
  set(_precompile OFF)
elseif(EMSCRIPTEN)
  set(_precompile TESTS)
endif()
set(RAFTARIUM_PRECOMPILE ${_precompile} CACHE STRING "Precompile headers: ON, OFF or TESTS")
mark_as_advanced(RAFTARIUM_PRECOMPILE)

set(_raftarium_standard_headers
  <algorithm> <array> <cstddef> <cstdint> <functional> <map> <memory> <optional> <ostream> <span> <sstream>
  <string> <string_view> <utility> <vector>)

function(raftarium_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "AS" "HEADERS")
  set(tests ${PROJECT_SOURCE_DIR}/tests)
  cmake_path(IS_PREFIX tests ${CMAKE_CURRENT_SOURCE_DIR} in_tests)
  if(NOT RAFTARIUM_PRECOMPILE OR (RAFTARIUM_PRECOMPILE STREQUAL "TESTS" AND NOT in_tests))
    return()
  endif()
  if(arg_AS)
    get_target_property(headers ${arg_AS} PRECOMPILE_HEADERS)
    if(headers)
      target_precompile_headers(${target} REUSE_FROM ${arg_AS})
    endif()
  else()
    target_precompile_headers(${target} PRIVATE ${_raftarium_standard_headers} ${arg_HEADERS})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      target_compile_options(${target} PRIVATE -Wno-pch-date-time)  # nlohmann_json says when it was built
    endif()
  endif()
endfunction()
