#pragma once
// Links: a scenario as the fragment of an address, short enough to send to a friend.
//
// A fragment is base64url of: one byte of version (1), then the scenario's compact JSON as a raw deflate
// stream (RFC 1951) with a preset dictionary of the format's own words, then that JSON's CRC-32C, little-endian: a
// link that was copied badly never opens as something else.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lab/scenario.h"

namespace raftarium::lab {

// What is accepted from strangers: a link never starts unbounded work.
inline constexpr std::size_t kMaxLinkBytes = 8192;
inline constexpr std::size_t kMaxLinkJsonBytes = 256 * 1024;
inline constexpr std::size_t kMaxLinkRatio = 100;

// Refused when it would exceed kMaxLinkBytes: then only a file will do.
base::Result<std::string> to_link(const Scenario& scenario);

// Whether this text is meant as a link rather than as JSON.
bool is_link(std::string_view text);

// `link`: a fragment, or a whole address with one (after "#s="). The scenario goes through parse_scenario()
// like a file.
base::Result<Scenario> from_link(std::string_view link);

}  // namespace raftarium::lab
