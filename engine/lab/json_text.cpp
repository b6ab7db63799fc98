#include "lab/json_text.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace raftarium::lab {

namespace {

using Json = nlohmann::json;

// Looks through a document without keeping it: is it JSON, is it within the limits, are its fields unique?
class Inspector : public nlohmann::json_sax<Json> {
 public:
  // One sentence, or empty when all is well.
  const std::string& complaint() const { return complaint_; }
  std::size_t offset() const { return offset_; }
  bool names_a_field_twice() const { return twice_; }

  bool null() override { return count(); }
  bool boolean(bool /*value*/) override { return count(); }
  bool number_integer(number_integer_t /*value*/) override { return count(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return count(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return count(); }
  bool string(string_t& /*value*/) override { return count(); }
  bool binary(binary_t& /*value*/) override { return count(); }
  bool start_object(std::size_t /*elements*/) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*elements*/) override { return open(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!fields_.back().insert(name).second) twice_ = true;
    return true;
  }
  bool parse_error(std::size_t position, const std::string& token,
                   const Json::exception& /*error*/) override {
    offset_ = position;
    complaint_ = token.empty() ? "this is no JSON: the text ends too early"
                               : "this is no JSON from here on: \"" + token.substr(0, 40) + "\"";
    return false;
  }

 private:
  bool count() {
    if (++values_ <= kMaxJsonValues) return true;
    complaint_ = "expected at most " + std::to_string(kMaxJsonValues) + " values";
    return false;
  }
  bool open() {
    fields_.emplace_back();
    if (fields_.size() > kMaxJsonDepth) {
      complaint_ = "expected a nesting of at most " + std::to_string(kMaxJsonDepth) + " levels";
      return false;
    }
    return count();
  }
  bool close() {
    fields_.pop_back();
    return true;
  }
  std::vector<std::set<std::string>> fields_;
  std::size_t values_ = 0;
  std::size_t offset_ = 0;
  bool twice_ = false;
  std::string complaint_;
};

// Notes the line of every value. REQUIRES: text that Inspector found to be in order.
class LineFinder {
 public:
  LineFinder(std::string_view text, std::map<std::string, std::size_t, std::less<>>& lines)
      : text_(text), lines_(lines) {}

  void value(const std::string& path) {
    skip_space();
    if (!lines_.emplace(path, line_).second && twice_.empty()) {
      twice_ = path;
      twice_line_ = line_;
    }
    switch (peek()) {
      case '{':
        object(path);
        break;
      case '[':
        array(path);
        break;
      case '"':
        string();
        break;
      default:
        while (at_ < text_.size() &&
               std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos)
          ++at_;
        break;
    }
  }

  // The first path that came again, and the line where it did.
  const std::string& twice() const { return twice_; }
  std::size_t twice_line() const { return twice_line_; }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }
  std::string_view string() {
    const std::size_t start = ++at_;
    while (peek() != '"') at_ += peek() == '\\' ? 2 : 1;
    return text_.substr(start, at_++ - start);
  }
  void object(const std::string& path) {
    ++at_;
    for (skip_space(); peek() != '}'; skip_space()) {
      if (peek() == ',') {
        ++at_;
        continue;
      }
      const std::string name(string());
      skip_space();
      ++at_;  // the colon
      std::string inside = path;
      if (!path.empty()) inside += '.';
      value(inside += name);
    }
    ++at_;
  }
  void array(const std::string& path) {
    ++at_;
    std::size_t number = 0;
    for (skip_space(); peek() != ']'; skip_space()) {
      if (peek() == ',') {
        ++at_;
        continue;
      }
      value(path + "[" + std::to_string(number++) + "]");
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::string twice_;
  std::size_t twice_line_ = 0;
  std::map<std::string, std::size_t, std::less<>>& lines_;
};

std::size_t line_at(std::string_view text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

// Levenshtein's distance: how many letters to insert, delete or replace.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

base::Result<JsonText> JsonText::parse(std::string file, std::string_view text) {
  const auto refuse = [&](std::size_t line, const std::string& what) {
    return base::Error{file + ":" + std::to_string(line) + ": " + what};
  };
  if (text.size() > kMaxJsonBytes) {
    return refuse(1, "expected at most " + std::to_string(kMaxJsonBytes) + " bytes, got " +
                         std::to_string(text.size()));
  }
  Inspector inspector;
  if (!Json::sax_parse(text, &inspector))
    return refuse(line_at(text, inspector.offset()), inspector.complaint());
  JsonText out;
  LineFinder finder(text, out.lines_);
  finder.value("");
  if (inspector.names_a_field_twice()) {
    const std::string where = finder.twice().empty() ? "a field" : finder.twice() + ": this field";
    return refuse(std::max<std::size_t>(1, finder.twice_line()), where + " is there twice");
  }
  out.root_ = Json::parse(text, nullptr, false);
  out.file_ = std::move(file);
  return out;
}

base::Error JsonText::error(std::string_view path, const std::string& what) const {
  std::string_view known = path;
  auto line = lines_.find(known);
  while (line == lines_.end()) {
    const std::size_t cut = known.find_last_of(".[");
    known = known.substr(0, cut == std::string_view::npos ? 0 : cut);
    line = lines_.find(known);
  }
  std::string message = file_ + ":" + std::to_string(line->second) + ": ";
  if (!path.empty()) message += std::string(path) + ": ";
  return {message + what};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > 64) return "";
  const std::size_t far = std::max<std::size_t>(2, word.size() / 3) + 1;
  const std::string* nearest = nullptr;
  // Of two that are as near, the one of the same length: letters are swapped more often than added.
  std::pair<std::size_t, std::size_t> least{far, 0};
  for (const std::string& candidate : known) {
    const std::size_t longer =
        std::max(candidate.size(), word.size()) - std::min(candidate.size(), word.size());
    const std::pair<std::size_t, std::size_t> d{distance(word, candidate), longer};
    if (d < least) {
      least = d;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? "" : " (did you mean \"" + *nearest + "\"?)";
}

}  // namespace raftarium::lab
