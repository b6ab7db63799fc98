# Writes NAME.cpp and its headers into FOLDER from FILES. A string literal of escaped bytes, because it
# compiles many times faster than a list of numbers and because em++ has no .incbin.

set(table "")
set(data "")
set(number 0)
set(total 0)
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  string(REPEAT "." 64 row)
  string(REGEX REPLACE "(${row})" "\\1\"\n    \"" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" hex "${hex}")
  file(SIZE ${file} size)
  cmake_path(GET file FILENAME name)
  string(APPEND data "const char kData${number}[] =\n    \"${hex}\";\n")
  string(APPEND table "    File{\"${name}\", view(kData${number}, ${size})},\n")
  math(EXPR number "${number} + 1")
  math(EXPR total "${total} + ${size}")
endforeach()

file(WRITE ${FOLDER}/embedded/file.h [[
#pragma once
#include <span>
#include <string_view>

namespace raftarium::embedded {

// A file that was built into the program. Lives as long as the program.
struct File {
  std::string_view name;
  std::span<const unsigned char> bytes;

  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

}  // namespace raftarium::embedded
]])

file(WRITE ${FOLDER}/embedded/${NAME}.h "\
#pragma once
#include \"embedded/file.h\"

namespace raftarium::embedded::${NAME} {

std::span<const File> files();
std::span<const unsigned char> find(std::string_view name);

}  // namespace raftarium::embedded::${NAME}
")

file(WRITE ${FOLDER}/${NAME}.cpp "\
#include \"embedded/${NAME}.h\"

#include <array>
#include <cstddef>

namespace raftarium::embedded::${NAME} {
namespace {

${data}
std::span<const unsigned char> view(const char* data, std::size_t size) {
  return {reinterpret_cast<const unsigned char*>(data), size};
}

}  // namespace

std::span<const File> files() {
  static const std::array<File, ${number}> kFiles = {{
${table}  }};
  return kFiles;
}

std::span<const unsigned char> find(std::string_view name) {
  for (const File& file : files()) {
    if (file.name == name) return file.bytes;
  }
  return {};
}

}  // namespace raftarium::embedded::${NAME}
")

math(EXPR total "(${total} + 1023) / 1024")
message(STATUS "${NAME}: ${number} files, ${total} KB")
