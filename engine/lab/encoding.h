#pragma once
// Numbers and bytes as text: hexadecimal digests, base64 for links.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace raftarium::lab {

// 16 lower-case digits.
std::string hex(std::uint64_t value);
// Exactly 16 digits, or nothing.
std::optional<std::uint64_t> parse_hex(std::string_view text);

// Base64 with - and _ and without padding (RFC 4648 §5), as it may stand in a link.
std::string base64url(std::string_view bytes);
// Where the first character is that cannot stand in it; npos: nowhere.
std::size_t not_base64url(std::string_view text);
// Nothing when there is another character, or an ending that no bytes give.
std::optional<std::string> parse_base64url(std::string_view text);

}  // namespace raftarium::lab
