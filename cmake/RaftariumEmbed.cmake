# raftarium_embed(NAME scenarios FILES a.json b.json)
#
# Makes the library raftarium_scenarios, alias raftarium::scenarios, that carries the files as data. Its
# header is "embedded/scenarios.h":
#
#   namespace raftarium::embedded::scenarios {
#   std::span<const File> files();                                 // in the order given
#   std::span<const unsigned char> find(std::string_view name);    // empty when there is none
#   }
#
# where File{name, bytes} comes from "embedded/file.h" and a name is the file's, without its folder. A file
# may be one that a custom command makes. The bytes live as long as the program.

include_guard(GLOBAL)

set(_raftarium_embed_script ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)

function(raftarium_embed)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "FILES")
  set(generated ${CMAKE_BINARY_DIR}/generated/${arg_NAME})
  set(source ${generated}/${arg_NAME}.cpp)
  set(headers ${generated}/embedded/${arg_NAME}.h ${generated}/embedded/file.h)
  set(files)
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file)
    list(APPEND files ${file})
  endforeach()
  add_custom_command(
    OUTPUT ${source} ${headers}
    COMMAND ${CMAKE_COMMAND} -DNAME=${arg_NAME} -DFOLDER=${generated} "-DFILES=${files}"
            -P ${_raftarium_embed_script}
    DEPENDS ${files} ${_raftarium_embed_script}
    COMMENT "Embedding ${arg_NAME}"
    VERBATIM)
  add_library(raftarium_${arg_NAME} STATIC ${source} ${headers})
  add_custom_target(raftarium_${arg_NAME}_files DEPENDS ${source} ${headers})
  add_dependencies(raftarium_${arg_NAME} raftarium_${arg_NAME}_files)
  set_property(GLOBAL APPEND PROPERTY RAFTARIUM_EMBEDDED raftarium_${arg_NAME}_files)
  add_library(raftarium::${arg_NAME} ALIAS raftarium_${arg_NAME})
  target_include_directories(raftarium_${arg_NAME} PUBLIC ${generated})
endfunction()
