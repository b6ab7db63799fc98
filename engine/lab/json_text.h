#pragma once
// JsonText: a JSON document that knows where it came from, so that whoever reads it can say in which line
// something is wrong. Private to lab/.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace raftarium::lab {

// What is accepted from strangers.
inline constexpr std::size_t kMaxJsonBytes = 1U << 20U;
inline constexpr std::size_t kMaxJsonDepth = 32;
inline constexpr std::size_t kMaxJsonValues = 200'000;

class JsonText {
 public:
  // Refuses what is no JSON, what exceeds a limit, and objects that name a field twice.
  static base::Result<JsonText> parse(std::string file, std::string_view text);

  const nlohmann::json& root() const { return root_; }

  // "split_brain.json:14: actions[3].do: WHAT". A path that is not there counts for the value it would be in.
  base::Error error(std::string_view path, const std::string& what) const;

 private:
  std::string file_;
  nlohmann::json root_;
  std::map<std::string, std::size_t, std::less<>> lines_;  // by path; the root's is empty
};

// The word of `known` that is nearest to `word`, as a remark: " (did you mean \"crash\"?)"; empty when none is
// near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace raftarium::lab
