# What a module's CMakeLists.txt says. Each function is documented where it stands:
#
#   raftarium_module      a static library: one folder, one module
#   raftarium_executable  a program
#   raftarium_test        a doctest executable, registered with CTest
#   raftarium_embed       files as C++ data (RaftariumEmbed.cmake)
#
# DEPENDS takes short names everywhere: `raft` means the target raftarium_raft. What comes from outside has
# such names too: zlib and imgui_glfw (native only), imgui, fonts. The header-only nlohmann_json, CLI11, pcg
# and doctest are there for every target without being named.

include_guard(GLOBAL)

# Adds a folder if it has been written already.
function(raftarium_add_folder folder)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${folder})
  endif()
endfunction()

# raftarium_module(NAME raft SOURCES a.cpp b.cpp [HEADERS raft.h ...] [DEPENDS base ...] [EXCEPTIONS])
#
# Makes the static library raftarium_raft, alias raftarium::raft, of the folder it is called in. The folder
# that holds the module's folder becomes an include root, so that engine/raft/raft.h is "raft/raft.h" and
# viz/app.h is "viz/app.h". Without SOURCES it is a header-only module.
#
# HEADERS are the public headers, every header in the folder when left out; each must compile by itself,
# which the target all_verify_interface_header_sets checks.
#
# Modules are built without exceptions, so that none can cross the engine; EXCEPTIONS is for the few that
# sit on a library which throws (nlohmann_json, CLI11).
#
# PRECOMPILE names what many of the sources include and what is dear to read, beyond the standard library
# (RaftariumPrecompiled.cmake). Without it a module shares what is precompiled for base.
function(raftarium_module)
  cmake_parse_arguments(PARSE_ARGV 0 arg "EXCEPTIONS" "NAME" "SOURCES;HEADERS;DEPENDS;PRECOMPILE")
  _raftarium_check_arguments(raftarium_module)
  set(target raftarium_${arg_NAME})
  if(NOT arg_HEADERS)
    file(GLOB arg_HEADERS CONFIGURE_DEPENDS *.h)
  endif()
  get_filename_component(include_root ${CMAKE_CURRENT_SOURCE_DIR} DIRECTORY)

  if(arg_SOURCES)
    set(scope PUBLIC)
    add_library(${target} STATIC ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${_raftarium_options}>)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${RAFTARIUM_UNITY})
    _raftarium_exceptions(${target} PRIVATE)
    if(arg_PRECOMPILE OR arg_NAME STREQUAL "base")
      raftarium_precompile(${target} HEADERS ${arg_PRECOMPILE})
    elseif(NOT arg_EXCEPTIONS)
      raftarium_precompile(${target} AS raftarium_base)
      if(RAFTARIUM_FUZZ AND NOT in_engine)
        target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)  # as base is
      endif()
    endif()
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  add_library(raftarium::${arg_NAME} ALIAS ${target})
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${include_root} FILES ${arg_HEADERS})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  list(TRANSFORM arg_DEPENDS PREPEND raftarium::)
  target_link_libraries(${target} ${scope} ${arg_DEPENDS})
endfunction()

# raftarium_executable(NAME raftarium-cli SOURCES main.cpp [DEPENDS lab ...] [EXCEPTIONS])
#
# Makes build/<preset>/bin/NAME. Under em++ it is one NAME.js that node runs with the machine's own file
# system; the page (web/) is not made by this.
function(raftarium_executable)
  cmake_parse_arguments(PARSE_ARGV 0 arg "EXCEPTIONS" "NAME" "SOURCES;DEPENDS")
  _raftarium_check_arguments(raftarium_executable)
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${_raftarium_options})
  set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD ${RAFTARIUM_UNITY})
  _raftarium_exceptions(${arg_NAME} PRIVATE)
  list(TRANSFORM arg_DEPENDS PREPEND raftarium::)
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPENDS})
  if(EMSCRIPTEN)
    target_link_options(${arg_NAME} PRIVATE
      -sSINGLE_FILE=1 -sENVIRONMENT=node -sNODERAWFS=1 -sEXIT_RUNTIME=1 -sALLOW_MEMORY_GROWTH=1
      -sASSERTIONS=1)
  endif()
endfunction()

# raftarium_test(NAME raft SOURCES log_test.cpp ... [DEPENDS raft ...] [SUITE unit] [SWEEPS])
#
# Makes the doctest executable raftarium-test-raft, registers it with CTest, and lists it for
# `./raftarium test` under SUITE. The main function is shared (tests/support); the last line of output is
# "N passed, N failed", counting test cases.
#
# Sources include "support/test.h", not <doctest/doctest.h>: the engine has a CHECK of its own, so the
# assertions of the tests are EXPECT (goes on) and REQUIRE (ends the test case).
#
# SWEEPS is for a test that tries very many cases: it is optimised as its module is, also where other tests are not.
#
# PRECOMPILE as for a module; without it a test shares what is precompiled for tests/support.
function(raftarium_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SWEEPS" "NAME;SUITE" "SOURCES;DEPENDS;PRECOMPILE")
  _raftarium_check_arguments(raftarium_test)
  if(NOT arg_SUITE)
    set(arg_SUITE unit)
  endif()
  set(target raftarium-test-${arg_NAME})
  raftarium_executable(NAME ${target} SOURCES ${arg_SOURCES} DEPENDS test_support ${arg_DEPENDS} EXCEPTIONS)
  if(NOT arg_SWEEPS)
    target_compile_options(${target} PRIVATE ${RAFTARIUM_ONCE_FLAGS})
  endif()
  if(arg_PRECOMPILE OR arg_SWEEPS)  # other flags, other precompiled headers
    raftarium_precompile(${target} HEADERS "${PROJECT_SOURCE_DIR}/tests/support/test.h" ${arg_PRECOMPILE})
  else()
    raftarium_precompile(${target} AS raftarium_test_support)
  endif()
  if(EMSCRIPTEN)
    target_link_options(${target} PRIVATE -O1)  # optimised once more at the end, a test gains nothing
    add_test(NAME ${arg_NAME} COMMAND node $<TARGET_FILE:${target}>)
  else()
    add_test(NAME ${arg_NAME} COMMAND ${target})
  endif()
  set_tests_properties(${arg_NAME} PROPERTIES LABELS ${arg_SUITE})
  set_property(GLOBAL APPEND PROPERTY RAFTARIUM_TEST_TARGETS ${target})
  set_property(GLOBAL APPEND PROPERTY RAFTARIUM_TEST_LINES "${arg_SUITE} $<TARGET_FILE:${target}>\n")
endfunction()

# Called once, after every folder: `raftarium-tests` builds all tests, and tests.txt in the build tree
# lists them, one a line: suite, path. `raftarium-generated` makes what a source may include and is not in the
# tree, for tools that read sources without building them.
function(raftarium_finish)
  get_property(embedded GLOBAL PROPERTY RAFTARIUM_EMBEDDED)
  add_custom_target(raftarium-generated DEPENDS ${embedded})
  get_property(targets GLOBAL PROPERTY RAFTARIUM_TEST_TARGETS)
  get_property(lines GLOBAL PROPERTY RAFTARIUM_TEST_LINES)
  list(JOIN lines "" lines)
  add_custom_target(raftarium-tests)
  if(targets)
    add_dependencies(raftarium-tests ${targets})
  endif()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/tests.txt CONTENT "${lines}")
endfunction()

# Also chooses the warnings for the folder being configured: the engine's are stricter.
macro(_raftarium_check_arguments function)
  if(NOT arg_NAME)
    message(FATAL_ERROR "${function}: NAME is missing in ${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}(NAME ${arg_NAME}): cannot place: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(_engine ${PROJECT_SOURCE_DIR}/engine)
  cmake_path(IS_PREFIX _engine ${CMAKE_CURRENT_SOURCE_DIR} in_engine)
  if(in_engine)
    set(_raftarium_options raftarium_engine_options)
  else()
    set(_raftarium_options raftarium_options)
  endif()
endmacro()

macro(_raftarium_exceptions target scope)
  if(NOT arg_EXCEPTIONS)
    target_compile_options(${target} ${scope} -fno-exceptions)
  elseif(EMSCRIPTEN)
    # em++ catches nothing unless asked at both ends; whoever links such a module must be asked too.
    target_compile_options(${target} ${scope} -fexceptions)
    target_link_options(${target} PUBLIC -fexceptions)
  endif()
endmacro()
