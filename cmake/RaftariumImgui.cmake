# raftarium::imgui (core, std::string helpers) and, natively, raftarium::imgui_glfw (the GLFW and OpenGL 3
# backends).
#
# The sources come, first match, from RAFTARIUM_IMGUI_DIR; from build/_deps, where an earlier configuration
# of any preset left them; from Debian's archive (fetch-source.sh); from upstream. They are never committed.

include_guard(GLOBAL)

set(_imgui_minimum 19200)  # 1.92: fonts at any size
set(_imgui_commit 45acd5e0e82f4c954432533ae9985ff0e1aad6d5)  # v1.92.2b
set(_imgui_cache ${PROJECT_SOURCE_DIR}/build/_deps/imgui)

# Sets `result` to the IMGUI_VERSION_NUM of the tree in `folder`, or to 0.
function(_imgui_version folder result)
  set(${result} 0 PARENT_SCOPE)
  if(EXISTS ${folder}/imgui.h AND EXISTS ${folder}/imgui_widgets.cpp)
    file(STRINGS ${folder}/imgui.h line REGEX "#define IMGUI_VERSION_NUM +[0-9]+")
    if(line MATCHES "([0-9]+)$")
      set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
    endif()
  endif()
endfunction()

# Fills the cache if it is empty. One configuration at a time, for several presets may start together.
function(_imgui_fetch)
  cmake_path(GET _imgui_cache PARENT_PATH parent)
  file(MAKE_DIRECTORY ${parent})
  file(LOCK ${parent} DIRECTORY GUARD FUNCTION TIMEOUT 600)
  _imgui_version(${_imgui_cache} version)
  if(version GREATER_EQUAL _imgui_minimum)
    return()
  endif()
  message(STATUS "Dear ImGui: fetching the sources from Debian's archive")
  execute_process(
    COMMAND bash ${PROJECT_SOURCE_DIR}/cmake/fetch-source.sh imgui 1.92 ${_imgui_cache} forky sid
    RESULT_VARIABLE status OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(status EQUAL 0)
    return()
  endif()
  message(STATUS "Dear ImGui: not to be had there:\n${log}")
  message(STATUS "Dear ImGui: fetching the sources from upstream")
  include(FetchContent)
  FetchContent_Populate(imgui QUIET
    GIT_REPOSITORY https://github.com/ocornut/imgui.git GIT_TAG ${_imgui_commit}
    SOURCE_DIR ${_imgui_cache}
    BINARY_DIR ${CMAKE_BINARY_DIR}/imgui-build SUBBUILD_DIR ${CMAKE_BINARY_DIR}/imgui-subbuild)
endfunction()

if(RAFTARIUM_IMGUI_DIR)
  set(_imgui ${RAFTARIUM_IMGUI_DIR})
else()
  set(_imgui ${_imgui_cache})
  _imgui_version(${_imgui} _version)
  if(_version LESS _imgui_minimum)
    _imgui_fetch()
  endif()
endif()
_imgui_version(${_imgui} _version)
if(_version LESS _imgui_minimum)
  message(FATAL_ERROR "Dear ImGui: ${_imgui} has version ${_version}, ${_imgui_minimum} or newer is needed. "
                      "Name a source tree with -DRAFTARIUM_IMGUI_DIR=FOLDER, or leave the front end out "
                      "with -DRAFTARIUM_VIZ=OFF.")
endif()

# imgui_demo.cpp holds a few small functions that the core calls; the windows themselves are compiled out.
add_library(raftarium_imgui STATIC
  ${_imgui}/imgui.cpp ${_imgui}/imgui_demo.cpp ${_imgui}/imgui_draw.cpp ${_imgui}/imgui_tables.cpp
  ${_imgui}/imgui_widgets.cpp ${_imgui}/misc/cpp/imgui_stdlib.cpp)
add_library(raftarium::imgui ALIAS raftarium_imgui)
target_include_directories(raftarium_imgui SYSTEM PUBLIC ${_imgui} ${_imgui}/misc/cpp)
target_compile_definitions(raftarium_imgui PUBLIC
  IMGUI_DISABLE_OBSOLETE_FUNCTIONS IMGUI_DISABLE_DEMO_WINDOWS IMGUI_DISABLE_DEBUG_TOOLS)

set(_imgui_targets raftarium_imgui)

# The window. The page needs none of this: it has a renderer and input of its own (web/).
if(NOT EMSCRIPTEN)
  find_package(glfw3 3.3)
  find_package(OpenGL)
  if(NOT glfw3_FOUND OR NOT OPENGL_FOUND)
    message(FATAL_ERROR "The window needs GLFW and OpenGL: install libglfw3-dev and libgl1-mesa-dev (Debian's "
                        "names), or leave the front end out with -DRAFTARIUM_VIZ=OFF.")
  endif()
  add_library(raftarium_imgui_glfw STATIC
    ${_imgui}/backends/imgui_impl_glfw.cpp ${_imgui}/backends/imgui_impl_opengl3.cpp)
  add_library(raftarium::imgui_glfw ALIAS raftarium_imgui_glfw)
  target_include_directories(raftarium_imgui_glfw SYSTEM PUBLIC ${_imgui}/backends)
  target_link_libraries(raftarium_imgui_glfw PUBLIC raftarium_imgui glfw OpenGL::GL ${CMAKE_DL_LIBS})
  list(APPEND _imgui_targets raftarium_imgui_glfw)
endif()

foreach(_target IN LISTS _imgui_targets)
  set_target_properties(${_target} PROPERTIES
    COMPILE_WARNING_AS_ERROR OFF EXPORT_COMPILE_COMMANDS OFF)
  target_compile_options(${_target} PRIVATE -w)
  if(RAFTARIUM_SANITIZE)
    target_compile_options(${_target} PRIVATE -fno-sanitize=all)  # what is looked for are mistakes of ours
  endif()
endforeach()
