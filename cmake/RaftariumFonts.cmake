# raftarium::fonts: the faces of the user interface, cut down to the characters it can show, as data.
# Its header is "fonts/fonts.h" (cmake/fonts.h). The subsets are made once for all presets, in build/_deps.

include_guard(GLOBAL)

# The first python3 that has fontTools: a person's own often stands before the system's and lacks it.
function(_has_fonttools result python)
  execute_process(COMMAND ${python} -c "import fontTools.subset" RESULT_VARIABLE status ERROR_QUIET)
  if(NOT status EQUAL 0)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()
find_program(RAFTARIUM_FONT_PYTHON NAMES python3 VALIDATOR _has_fonttools)
find_path(RAFTARIUM_INTER_DIR Inter-Regular.otf NO_CMAKE_FIND_ROOT_PATH
  PATHS /usr/share/fonts/opentype/inter /usr/share/fonts/inter)
find_path(RAFTARIUM_JETBRAINS_MONO_DIR JetBrainsMono-Regular.ttf NO_CMAKE_FIND_ROOT_PATH
  PATHS /usr/share/fonts/truetype/jetbrains-mono /usr/share/fonts/jetbrains-mono)
mark_as_advanced(RAFTARIUM_FONT_PYTHON RAFTARIUM_INTER_DIR RAFTARIUM_JETBRAINS_MONO_DIR)
if(NOT RAFTARIUM_FONT_PYTHON OR NOT RAFTARIUM_INTER_DIR OR NOT RAFTARIUM_JETBRAINS_MONO_DIR)
  message(FATAL_ERROR "The fonts need Inter, JetBrains Mono and fontTools: install fonts-inter, "
                      "fonts-jetbrains-mono and python3-fonttools (Debian's names), or leave the front end "
                      "out with -DRAFTARIUM_VIZ=OFF.")
endif()

# Latin-1 and the commonest letters beyond; dashes, quotes, bullets, ellipsis, primes; super- and subscript
# digits; arrows; operators and relations; brackets and keys; single-line boxes; shapes; stars, ticks, crosses.
set(_font_characters
  "U+0020-007E,U+00A0-00FF,U+0131,U+0141,U+0142,U+0152,U+0153,U+0160,U+0161,U+02C6,U+02DC"
  "U+2009,U+200A,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032,U+2033,U+2039,U+203A,U+2044"
  "U+2070,U+2074-208E,U+20AC,U+2116,U+2122,U+2190-21FF,U+2200-2265,U+2282-2287,U+22A2,U+22A5,U+22C0-22C6"
  "U+22EE,U+22EF,U+2303-2305,U+2308-230B,U+2318,U+2325,U+2326,U+232B,U+2387,U+238B,U+23CE"
  "U+2500,U+2502,U+250C,U+2510,U+2514,U+2518,U+251C,U+2524,U+252C,U+2534,U+253C,U+2574-2577"
  "U+25A0-25FF,U+2605,U+2606,U+2665,U+26A0,U+26A1,U+2713,U+2715,U+2717,U+2736,U+276E,U+276F")
list(JOIN _font_characters "," _font_characters)
# What people write in names, keys and values: Latin, Greek and Cyrillic in full. 30 kB of the page, compressed.
set(_font_letters "U+0100-017F,U+0386-03CE,U+0400-045F,U+0490,U+0491")

set(_font_folder ${PROJECT_SOURCE_DIR}/build/_deps/fonts)
set(_font_files)
foreach(source
    ${RAFTARIUM_INTER_DIR}/Inter-Regular.otf
    ${RAFTARIUM_INTER_DIR}/Inter-Medium.otf
    ${RAFTARIUM_INTER_DIR}/Inter-SemiBold.otf
    ${RAFTARIUM_JETBRAINS_MONO_DIR}/JetBrainsMono-Regular.ttf
    ${RAFTARIUM_JETBRAINS_MONO_DIR}/JetBrainsMono-Bold.ttf)
  cmake_path(GET source FILENAME name)
  set(file ${_font_folder}/${name})
  set(characters ${_font_characters})
  if(NOT name MATCHES "Mono-Bold")  # numbers only
    string(APPEND characters ",${_font_letters}")
  endif()
  # ImGui neither shapes nor kerns nor hints, so the tables for that go, but the notices of the licence stay.
  # Written aside and renamed, because another preset may be reading the same file.
  add_custom_command(
    OUTPUT ${file}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${_font_folder}
    COMMAND ${RAFTARIUM_FONT_PYTHON} -m fontTools.subset ${source} --unicodes=${characters}
            --output-file=${file}.new
            --no-hinting --desubroutinize --notdef-outline --name-IDs=0,1,2,13,14
            --drop-tables+=GPOS,GSUB,GDEF,DSIG,STAT,meta
    COMMAND ${CMAKE_COMMAND} -E rename ${file}.new ${file}
    DEPENDS ${source} ${CMAKE_CURRENT_LIST_FILE}
    COMMENT "Subsetting ${name}"
    VERBATIM)
  list(APPEND _font_files ${file})
endforeach()

raftarium_embed(NAME font_files FILES ${_font_files})
add_library(raftarium_fonts STATIC ${CMAKE_CURRENT_LIST_DIR}/fonts/fonts.cpp)
add_library(raftarium::fonts ALIAS raftarium_fonts)
target_include_directories(raftarium_fonts PUBLIC ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(raftarium_fonts PRIVATE raftarium_options raftarium_font_files)
