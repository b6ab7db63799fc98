# raftarium::zlib: compression for links.
#
# Natively the system's. em++ has none of its own, so there it is compiled from sources: RAFTARIUM_ZLIB_DIR, or
# build/_deps/zlib, filled from Debian's archive (fetch-source.sh). They are never committed.

include_guard(GLOBAL)

if(NOT EMSCRIPTEN)
  find_package(ZLIB)
  if(NOT ZLIB_FOUND)
    message(FATAL_ERROR "zlib was not found: install zlib1g-dev (Debian's name for it)")
  endif()
  add_library(raftarium_zlib INTERFACE)
  target_link_libraries(raftarium_zlib INTERFACE ZLIB::ZLIB)
  add_library(raftarium::zlib ALIAS raftarium_zlib)
  return()
endif()

set(RAFTARIUM_ZLIB_DIR "" CACHE PATH "A zlib source tree, for WebAssembly; fetched when empty")
set(_zlib_log)

# Fills `folder` if it is empty. One configuration at a time; the lock must not outlive this function, for
# Dear ImGui is fetched under the same.
function(_zlib_fetch folder)
  file(MAKE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/_deps)
  file(LOCK ${PROJECT_SOURCE_DIR}/build/_deps DIRECTORY GUARD FUNCTION TIMEOUT 600)
  if(EXISTS ${folder}/zlib.h)
    return()
  endif()
  message(STATUS "zlib: fetching the sources from Debian's archive")
  execute_process(
    COMMAND bash ${PROJECT_SOURCE_DIR}/cmake/fetch-source.sh zlib 1:1.2.13 ${folder} bookworm trixie sid
    OUTPUT_VARIABLE log ERROR_VARIABLE log)
  set(_zlib_log "${log}" PARENT_SCOPE)
endfunction()

set(_zlib ${RAFTARIUM_ZLIB_DIR})
if(NOT _zlib)
  set(_zlib ${PROJECT_SOURCE_DIR}/build/_deps/zlib)
  _zlib_fetch(${_zlib})
endif()
if(NOT EXISTS ${_zlib}/zlib.h)
  message(FATAL_ERROR "zlib: no sources to be had:\n${_zlib_log}\nName a source tree with -DRAFTARIUM_ZLIB_DIR=FOLDER.")
endif()

enable_language(C)
add_library(raftarium_zlib STATIC
  ${_zlib}/adler32.c ${_zlib}/crc32.c ${_zlib}/deflate.c ${_zlib}/inffast.c ${_zlib}/inflate.c
  ${_zlib}/inftrees.c ${_zlib}/trees.c ${_zlib}/zutil.c)
add_library(raftarium::zlib ALIAS raftarium_zlib)
target_include_directories(raftarium_zlib SYSTEM PUBLIC ${_zlib})
target_compile_options(raftarium_zlib PRIVATE -w)
