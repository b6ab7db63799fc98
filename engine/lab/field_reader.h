#pragma once
// FieldReader: reads the fields of one JSON object after another. The first complaint is kept; after it
// everything reads as empty, so that a reader need not look after every field. Private to lab/.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/json_text.h"
#include "sim/command.h"

namespace raftarium::lab {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

// "a, b, c"
std::string list(const Words& words);
// What was found, for a message: "\"text\"", "5", "an object".
std::string kind_of(const Json& value);

class FieldReader {
 public:
  explicit FieldReader(const JsonText& text) : text_(text) {}

  const std::optional<base::Error>& complaint() const { return complaint_; }
  void complain(const std::string& path, const std::string& what);

  static std::string join(const std::string& path, const std::string& field);
  static std::string item(const std::string& path, std::size_t number);

  // Whether it is an object without other fields than `known`.
  bool is_object(const Json& value, const std::string& path, const Words& known);
  // Integers may be written as integers only: 1.5 is refused, not rounded. Nothing when the field is missing.
  std::optional<std::int64_t> integer(const Json& object, const std::string& path, const char* field,
                                      std::int64_t low, std::int64_t high);
  // The position in `known` of the word that `value`, which stands at `path`, is; complains when it is none of them.
  std::optional<std::size_t> choice(const Json& value, const std::string& path, const Words& known);
  std::optional<bool> truth(const Json& object, const std::string& path, const char* field);
  // Empty when the field is missing. `required`: it must be there, and not be empty.
  std::string text(const Json& object, const std::string& path, const char* field, std::size_t most,
                   bool required);
  // Null when the field is missing or no array.
  const Json* array(const Json& object, const std::string& path, const char* field, std::size_t most);
  // A moment or a span, as NAME_ms or NAME_us.
  std::optional<sim::TimeUs> time(const Json& object, const std::string& path, const std::string& name,
                                  sim::TimeUs most_us);

 private:
  const JsonText& text_;
  std::optional<base::Error> complaint_;
};

}  // namespace raftarium::lab
