#include "lab/link.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "base/codec.h"
#include "base/crc32c.h"
#include "lab/encoding.h"

namespace raftarium::lab {

namespace {

constexpr char kVersion = 1;
constexpr int kRawDeflate = -15;  // zlib's way to ask for no header
constexpr std::string_view kMarker = "#s=";

// The commonest words last, where deflate reaches them with the shortest distances. Part of version 1: a
// change here is a new version.
constexpr std::string_view kDictionary =
    R"~("never":"violations > 0""always":"max_term""time_ms""candidate_stood":{"stepped_down":{"log_truncated":{)~"
    R"~("message_lost":{"message_delivered":{"request_done":{"request":"snapshot_sent":{"restarted":{"crashed":{)~"
    R"~("sources":["Raft paper §5.4","dissertation §"],"request_timeout_us":"request_deadline_us":"tick_us":)~"
    R"~("heartbeat_ticks":"election_ticks":"latency_min_us":"latency_mean_us":"loss_per_million":)~"
    R"~("check_quorum":false,"pre_vote":false,"description":"recording":{"digest":"","events":)~"
    R"~("when":{"leader_elected":{"term":"when":{"message_sent":{"type":"MsgApp","from":"nth":"after_ms":)~"
    R"~(,"do":"set_link","from":"S1","to":"S2"},"do":"transfer","do":"timeout","do":"isolate","do":"pause",)~"
    R"~("do":"resume","node":"do":"delete","key":"do":"cut","from":"do":"heal","from":"count(process == running))~"
    R"~( == "that":"requests(committed) == all(value(\"x\") == \"1\") and any(role == leader and minority)","at_ms":)~"
    R"~("do":"restart","node":"crashed"},{"at_ms":"do":"partition","groups":[["leader","follower"],["others"]]},)~"
    R"~({"at_us":,"step":,"do":"heal_all"},{"at_ms":,"do":"put","key":"x","value":"1","through":"leader"},{"at_ms":)~"
    R"~(00,"do":"crash","node":"leader"}],"expect":[{"eventually":"leaders == 1","from_ms":,"by_ms":000}]})~"
    R"~({"raftarium":1,"title":"","seed":7,"duration_ms":000,"cluster":{"members":5},"actions":[{"at_ms":)~";

Bytef* dictionary() { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(kDictionary.data())); }

std::string deflated(std::string_view text) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kRawDeflate, 9, Z_DEFAULT_STRATEGY) == Z_OK,
        "zlib cannot begin");
  CHECK(deflateSetDictionary(&stream, dictionary(), kDictionary.size()) == Z_OK,
        "zlib refuses the dictionary");
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 64, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  CHECK(status == Z_STREAM_END, "zlib ends with ", status);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// The last bytes of a link are of what it says.
constexpr std::size_t kChecksumBytes = 4;
std::uint32_t checksum_of(std::string_view json) {
  return base::crc32c({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
}

// Stops at the limits, before anything larger is held.
base::Result<std::string> inflated(std::string_view bytes) {
  z_stream stream{};
  CHECK(inflateInit2(&stream, kRawDeflate) == Z_OK, "zlib cannot begin");
  CHECK(inflateSetDictionary(&stream, dictionary(), kDictionary.size()) == Z_OK,
        "zlib refuses the dictionary");
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  const std::size_t most = std::min(kMaxLinkJsonBytes, bytes.size() * kMaxLinkRatio);
  std::string out;
  std::array<char, 4096> part{};
  int status = Z_OK;
  while (status == Z_OK && out.size() <= most) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(part.data(), part.size() - stream.avail_out);
  }
  const std::string_view rest = bytes.substr(bytes.size() - stream.avail_in);
  inflateEnd(&stream);
  if (out.size() > most) {
    return base::Error{"link: it unfolds to more than " + std::to_string(most) + " bytes"};
  }
  if (status == Z_BUF_ERROR) return base::Error{"link: it ends too early; was it copied whole?"};
  if (status != Z_STREAM_END) return base::Error{"link: damaged: it cannot be unfolded"};
  if (rest.size() > kChecksumBytes) return base::Error{"link: there is something after its end"};
  if (rest.size() < kChecksumBytes) return base::Error{"link: it ends too early; was it copied whole?"};
  const std::uint32_t expected = checksum_of(out);
  if (const std::uint32_t got = base::ByteReader(rest).u32(); got != expected) {
    return base::Error{"link: damaged: expected checksum " + hex(expected).substr(8) + ", got " +
                       hex(got).substr(8) + "; was it copied whole?"};
  }
  return out;
}

// The first character of `text`, as it may stand in an error: text of others.
std::string shown(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first >= 0x20 && first < 0x7f) return "\"" + std::string(1, text.front()) + "\"";
  return "byte " + std::to_string(first);
}

}  // namespace

base::Result<std::string> to_link(const Scenario& scenario) {
  const std::string json = to_json(scenario, false);
  base::ByteWriter checksum;
  checksum.u32(checksum_of(json));
  const std::string link = base64url(kVersion + deflated(json) + checksum.str());
  if (link.size() > kMaxLinkBytes) {
    return base::Error{"the link would have " + std::to_string(link.size()) + " characters, more than " +
                       std::to_string(kMaxLinkBytes) + "; save a file instead"};
  }
  return link;
}

bool is_link(std::string_view text) { return text.substr(0, kMarker.size()) == kMarker; }

base::Result<Scenario> from_link(std::string_view link) {
  if (const std::size_t at = link.find(kMarker); at != std::string_view::npos)
    link.remove_prefix(at + kMarker.size());
  if (link.size() > kMaxLinkBytes) {
    return base::Error{"link: expected at most " + std::to_string(kMaxLinkBytes) + " characters, got " +
                       std::to_string(link.size())};
  }
  if (const std::size_t at = not_base64url(link); at != std::string_view::npos) {
    return base::Error{"link: character " + std::to_string(at + 1) +
                       ": expected a letter, a digit, - or _, got " + shown(link.substr(at)) +
                       "; was it copied whole?"};
  }
  const auto bytes = parse_base64url(link);
  if (!bytes) {
    return base::Error{
        "link: expected an end after whole bytes, got " + std::to_string(link.size()) +
        " characters, of which the last has bits that belong to nothing; was it copied whole?"};
  }
  if (bytes->empty()) return base::Error{"link: it is empty"};
  if (bytes->front() != kVersion) {
    return base::Error{"link: expected version " + std::to_string(kVersion) + ", got " +
                       std::to_string(static_cast<unsigned char>(bytes->front())) +
                       "; a newer one needs a newer Raftarium"};
  }
  const auto json = inflated(std::string_view(*bytes).substr(1));
  if (!json) return json.error();
  return parse_scenario("link", *json);
}

}  // namespace raftarium::lab
