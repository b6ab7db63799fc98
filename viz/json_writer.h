#pragma once
// Writes JSON text, one value after another; commas and quotes are its business, the structure the
// caller's. For what this program says about itself; scenarios are read by lab/.

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

namespace raftarium::viz {

class JsonWriter {
 public:
  JsonWriter& open(char bracket) {
    separate();
    out_ += bracket;
    fresh_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    fresh_ = false;
    return *this;
  }
  JsonWriter& key(std::string_view name) {
    value(name);
    out_ += ':';
    fresh_ = true;
    return *this;
  }
  JsonWriter& value(std::string_view text) {
    separate();
    out_ += '"';
    for (const char c : text) append(c);
    out_ += '"';
    return *this;
  }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth) { return raw(truth ? "true" : "false"); }
  template <class T>
  JsonWriter& value(T number) requires std::is_arithmetic_v<T> {
    if constexpr (std::is_floating_point_v<T>) {
      char buffer[32];
      std::snprintf(buffer, sizeof buffer, "%.6g", static_cast<double>(number));
      return raw(buffer);
    } else {
      return raw(std::to_string(number));
    }
  }
  template <class T>
  JsonWriter& field(std::string_view name, T what) {
    key(name);
    return value(what);
  }
  // Ready-made JSON.
  JsonWriter& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  const std::string& text() const { return out_; }

 private:
  void separate() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }
  void append(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (byte < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(byte));
      out_ += buffer;
    } else {
      out_ += c;
    }
  }

  std::string out_;
  bool fresh_ = true;
};

}  // namespace raftarium::viz
