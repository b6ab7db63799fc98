#include "lab/field_reader.h"

#include <algorithm>

namespace raftarium::lab {

std::string list(const Words& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

std::string kind_of(const Json& value) {
  if (value.is_string()) return "\"" + value.get_ref<const std::string&>().substr(0, 40) + "\"";
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  return value.dump();
}

void FieldReader::complain(const std::string& path, const std::string& what) {
  if (!complaint_) complaint_ = text_.error(path, what);
}

std::string FieldReader::join(const std::string& path, const std::string& field) {
  return path.empty() ? field : path + "." + field;
}

std::string FieldReader::item(const std::string& path, std::size_t number) {
  return path + "[" + std::to_string(number) + "]";
}

bool FieldReader::is_object(const Json& value, const std::string& path, const Words& known) {
  if (!value.is_object()) {
    complain(path, "expected an object, got " + kind_of(value));
    return false;
  }
  for (const auto& [field, unused] : value.items()) {
    if (std::find(known.begin(), known.end(), field) != known.end()) continue;
    complain(join(path, field),
             "unknown field" + did_you_mean(field, known) + "; known here: " + list(known));
    return false;
  }
  return true;
}

std::optional<std::int64_t> FieldReader::integer(const Json& object, const std::string& path,
                                                 const char* field, std::int64_t low, std::int64_t high) {
  const auto found = object.find(field);
  if (found == object.end()) return std::nullopt;
  const bool too_big =
      found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(high);
  const bool fits = found->is_number_integer() && !too_big && found->get<std::int64_t>() >= low &&
                    found->get<std::int64_t>() <= high;
  if (!fits) {
    complain(join(path, field), "expected an integer from " + std::to_string(low) + " to " +
                                    std::to_string(high) + ", got " + kind_of(*found));
    return std::nullopt;
  }
  return found->get<std::int64_t>();
}

std::optional<std::size_t> FieldReader::choice(const Json& value, const std::string& path,
                                               const Words& known) {
  const std::string word = value.is_string() ? value.get<std::string>() : std::string();
  const auto found = std::find(known.begin(), known.end(), word);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  complain(path, "expected one of: " + list(known) + "; got " + kind_of(value) + did_you_mean(word, known));
  return std::nullopt;
}

std::optional<bool> FieldReader::truth(const Json& object, const std::string& path, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) return std::nullopt;
  if (!found->is_boolean()) {
    complain(join(path, field), "expected true or false, got " + kind_of(*found));
    return std::nullopt;
  }
  return found->get<bool>();
}

std::string FieldReader::text(const Json& object, const std::string& path, const char* field,
                              std::size_t most, bool required) {
  const auto found = object.find(field);
  if (found == object.end()) {
    if (required) complain(path, std::string("the field \"") + field + "\" is missing");
    return {};
  }
  if (!found->is_string()) {
    complain(join(path, field), "expected a text, got " + kind_of(*found));
    return {};
  }
  const auto& value = found->get_ref<const std::string&>();
  if (value.size() > most || (required && value.empty())) {
    complain(join(path, field), "expected " + std::to_string(required ? 1 : 0) + " to " +
                                    std::to_string(most) + " bytes, got " + std::to_string(value.size()));
  }
  return value;
}

const Json* FieldReader::array(const Json& object, const std::string& path, const char* field,
                               std::size_t most) {
  const auto found = object.find(field);
  if (found == object.end()) return nullptr;
  if (!found->is_array()) {
    complain(join(path, field), "expected an array, got " + kind_of(*found));
    return nullptr;
  }
  if (found->size() > most) {
    complain(join(path, field), "expected at most " + std::to_string(most) + " elements, got " +
                                    std::to_string(found->size()));
    return nullptr;
  }
  return &*found;
}

std::optional<sim::TimeUs> FieldReader::time(const Json& object, const std::string& path,
                                             const std::string& name, sim::TimeUs most_us) {
  const std::string ms = name + "_ms";
  const std::string us = name + "_us";
  if (object.contains(ms) && object.contains(us)) {
    complain(path, "expected one of \"" + ms + "\" and \"" + us + "\", got both");
    return std::nullopt;
  }
  if (const auto value = integer(object, path, ms.c_str(), 0, most_us / 1000)) return *value * 1000;
  return integer(object, path, us.c_str(), 0, most_us);
}

}  // namespace raftarium::lab
