# Header-only libraries from the system: nlohmann_json, CLI11, pcg, doctest. Natively the compiler finds
# them by itself. em++ must not see /usr/include, whose C library is another one, so it reaches them
# through a folder of links in the build tree.

include_guard(GLOBAL)

# _raftarium_headers(package probe link...): `probe` is a header to look for, each `link` what to make
# visible of the folder that holds it.
function(_raftarium_headers package probe)
  string(MAKE_C_IDENTIFIER RAFTARIUM_${package}_INCLUDE variable)
  find_path(${variable} ${probe} PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH)
  mark_as_advanced(${variable})
  if(NOT ${variable})
    message(FATAL_ERROR "${probe} was not found: install ${package} (Debian's name for it), or say where "
                        "it is with -D${variable}=FOLDER")
  endif()
  if(EMSCRIPTEN)
    set(links ${CMAKE_BINARY_DIR}/host-headers)
    file(MAKE_DIRECTORY ${links})
    foreach(link IN LISTS ARGN)
      file(CREATE_LINK ${${variable}}/${link} ${links}/${link} SYMBOLIC)
    endforeach()
    include_directories(SYSTEM ${links})
  elseif(NOT ${variable} STREQUAL "/usr/include")
    include_directories(SYSTEM ${${variable}})
  endif()
endfunction()

_raftarium_headers(nlohmann-json3-dev nlohmann/json.hpp nlohmann)
_raftarium_headers(libcli11-dev CLI/CLI.hpp CLI)
_raftarium_headers(libpcg-cpp-dev pcg_random.hpp pcg_random.hpp pcg_extras.hpp pcg_uint128.hpp)
if(RAFTARIUM_TESTS)
  _raftarium_headers(doctest-dev doctest/doctest.h doctest)
endif()

include(RaftariumZlib)
