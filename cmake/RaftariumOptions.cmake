# How every target of ours is compiled. `raftarium::options` carries it all; the functions of
# RaftariumModule.cmake link it, so that a module's CMakeLists.txt never speaks of flags.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
endif()
# CMake's own Release is -O3, which costs build time and size and gains nothing measurable here.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_library(raftarium_options INTERFACE)
add_library(raftarium::options ALIAS raftarium_options)
target_compile_options(raftarium_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi
  -Wfloat-conversion -Wimplicit-fallthrough -Wunused)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees what is not there in std::string, std::vector and std::optional once they are inlined
  # (GCC bugs 105651, 105329, 80635).
  target_compile_options(raftarium_options INTERFACE
    -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-maybe-uninitialized)
endif()
if(RAFTARIUM_UNITY)
  # Both would be about what a source's neighbours declare.
  target_compile_options(raftarium_options INTERFACE
    -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT EMSCRIPTEN)
  target_compile_definitions(raftarium_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()

# The engine computes with integers only, where a silent narrowing is always a mistake. The front end
# computes with pixels, where int to float is daily bread.
add_library(raftarium_engine_options INTERFACE)
target_link_libraries(raftarium_engine_options INTERFACE raftarium_options)
target_compile_options(raftarium_engine_options INTERFACE -Wconversion)
if(RAFTARIUM_FUZZ)
  target_compile_options(raftarium_engine_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(EMSCRIPTEN)
  # A size has 32 bits there, an index 64: what a log holds in memory fits, and the 64-bit builds check the rest.
  target_compile_options(raftarium_engine_options INTERFACE -Wno-shorten-64-to-32)
endif()

# Tests, and what reads a command line: as much optimisation as costs no time, for most of it runs once.
set(RAFTARIUM_ONCE_FLAGS)
if(RAFTARIUM_SANITIZE)
  set(RAFTARIUM_ONCE_FLAGS -O0)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(RAFTARIUM_ONCE_FLAGS -O1)
endif()

if(RAFTARIUM_SANITIZE)
  add_compile_options(-fsanitize=${RAFTARIUM_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${RAFTARIUM_SANITIZE})
endif()

if(EMSCRIPTEN)
  # em++ minifies its JavaScript with acorn, which Debian keeps where only Debian's own node looks.
  if(IS_DIRECTORY /usr/share/nodejs/acorn)
    set_property(GLOBAL PROPERTY RULE_LAUNCH_LINK
      "${CMAKE_COMMAND} -E env NODE_PATH=/usr/share/nodejs")
  endif()
endif()
