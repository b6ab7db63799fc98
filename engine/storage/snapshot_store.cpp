#include "storage/snapshot_store.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/codec.h"
#include "base/crc32c.h"
#include "storage/hex.h"
#include "storage/little_endian.h"

namespace raftarium::storage {

namespace {

constexpr std::string_view kSuffix = ".snap";
constexpr std::size_t kDigits = 20;
constexpr std::string_view kMagic = "RAFTSNAP";
constexpr std::size_t kBodyBytesAt = 48;
constexpr std::size_t kBodyCrcAt = 56;
constexpr std::size_t kHeaderCrcAt = 60;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string padded(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<std::uint64_t> parse_padded(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

void put_members(base::ByteWriter& out, const std::vector<raft::NodeId>& members) {
  out.u32(static_cast<std::uint32_t>(members.size()));
  for (const raft::NodeId member : members) out.u64(member.value());
}

bool get_members(base::ByteReader& in, std::vector<raft::NodeId>& members) {
  const std::uint32_t count = in.u32();
  if (!in.ok() || count > kMaxConfMembers || count > in.remaining() / 8) return false;
  members.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) members.emplace_back(in.u64());
  return in.ok();
}

bool get_conf_state(base::ByteReader& in, raft::ConfState& conf) {
  if (!get_members(in, conf.voters) || !get_members(in, conf.learners) ||
      !get_members(in, conf.voters_outgoing) || !get_members(in, conf.learners_next)) {
    return false;
  }
  const std::uint8_t auto_leave = in.u8();
  conf.auto_leave = auto_leave != 0;
  return in.ok() && auto_leave <= 1;
}

}  // namespace

std::string snapshot_name(const Mark& mark) {
  return padded(mark.index.value()) + '-' + padded(mark.term.value()) + std::string(kSuffix);
}

std::optional<Mark> parse_snapshot_name(std::string_view name) {
  if (name.size() != 2 * kDigits + 1 + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  const auto index = parse_padded(name.substr(0, kDigits));
  const auto term = parse_padded(name.substr(kDigits + 1, kDigits));
  if (!index || !term || *index == 0) return std::nullopt;
  const Mark mark{raft::Term(*term), raft::Index(*index)};
  if (snapshot_name(mark) != name) return std::nullopt;
  return mark;
}

std::string encode_snapshot(const raft::Snapshot& snapshot, const Identity& identity) {
  base::ByteWriter body;
  put_members(body, snapshot.conf_state.voters);
  put_members(body, snapshot.conf_state.learners);
  put_members(body, snapshot.conf_state.voters_outgoing);
  put_members(body, snapshot.conf_state.learners_next);
  body.u8(snapshot.conf_state.auto_leave ? 1 : 0);
  std::string file(kSnapshotHeaderBytes, '\0');
  auto* header = reinterpret_cast<std::uint8_t*>(file.data());
  std::copy(kMagic.begin(), kMagic.end(), file.begin());
  file += body.str();
  file += snapshot.data.view();
  header = reinterpret_cast<std::uint8_t*>(file.data());
  put(header + 8, kSnapshotVersion);
  put(header + 12, static_cast<std::uint32_t>(body.str().size()));
  put(header + 16, identity.cluster);
  put(header + 24, identity.member.value());
  put(header + 32, snapshot.index.value());
  put(header + 40, snapshot.term.value());
  put(header + kBodyBytesAt, static_cast<std::uint64_t>(file.size() - kSnapshotHeaderBytes));
  put(header + kBodyCrcAt, base::crc32c(bytes_of(file).subspan(kSnapshotHeaderBytes)));
  put(header + kHeaderCrcAt, base::crc32c(bytes_of(file).first(kHeaderCrcAt)));
  return file;
}

base::Result<raft::Snapshot> decode_snapshot(const base::Bytes& file, const Mark& mark,
                                             const std::optional<Identity>& identity) {
  const auto refuse = [&](std::size_t offset, const std::string& what) {
    return base::Error{"snapshot " + snapshot_name(mark) + '+' + std::to_string(offset) + ": " + what};
  };
  const std::uint8_t* at = file.data();
  if (file.size() < kSnapshotHeaderBytes) {
    return refuse(0, "the header is cut off: expected " + std::to_string(kSnapshotHeaderBytes) +
                         " bytes, got " + std::to_string(file.size()));
  }
  if (!file.view().starts_with(kMagic)) {
    return refuse(0, "not a snapshot: expected " + hex_bytes(bytes_of(kMagic), kMagic.size()) +
                         " (\"RAFTSNAP\"), got " +
                         hex_bytes(file.span().first(kMagic.size()), kMagic.size()));
  }
  const std::uint32_t header_crc = base::crc32c(file.span().first(kHeaderCrcAt));
  if (const auto got = get<std::uint32_t>(at + kHeaderCrcAt); got != header_crc) {
    return refuse(kHeaderCrcAt,
                  "checksum mismatch in the header: expected " + hex32(header_crc) + ", got " + hex32(got));
  }
  if (const auto version = get<std::uint32_t>(at + 8); version != kSnapshotVersion) {
    return refuse(8, "unknown format version: expected " + std::to_string(kSnapshotVersion) + ", got " +
                         std::to_string(version) + "; use the release that wrote it");
  }
  const Identity whose{get<std::uint64_t>(at + 16), raft::NodeId(get<std::uint64_t>(at + 24))};
  if (identity && whose != *identity) {
    return refuse(
        16, "the snapshot of another member: expected " + describe(*identity) + ", got " + describe(whose));
  }
  const Mark of{raft::Term(get<std::uint64_t>(at + 40)), raft::Index(get<std::uint64_t>(at + 32))};
  if (of != mark) {
    return refuse(32, "the snapshot is not what its name says: expected index " +
                          std::to_string(mark.index.value()) + " term " +
                          std::to_string(mark.term.value()) + ", got index " +
                          std::to_string(of.index.value()) + " term " + std::to_string(of.term.value()));
  }
  const auto conf_bytes = get<std::uint32_t>(at + 12);
  const auto body_bytes = get<std::uint64_t>(at + kBodyBytesAt);
  if (body_bytes != file.size() - kSnapshotHeaderBytes) {
    return refuse(kBodyBytesAt, "expected " + std::to_string(body_bytes) + " bytes after the header, got " +
                                    std::to_string(file.size() - kSnapshotHeaderBytes));
  }
  const std::uint32_t body_crc = base::crc32c(file.span().subspan(kSnapshotHeaderBytes));
  if (const auto expected = get<std::uint32_t>(at + kBodyCrcAt); expected != body_crc) {
    return refuse(kSnapshotHeaderBytes,
                  "checksum mismatch: expected " + hex32(expected) + ", got " + hex32(body_crc));
  }
  raft::Snapshot snapshot;
  base::ByteReader in(file.view().substr(kSnapshotHeaderBytes, conf_bytes));
  if (!get_conf_state(in, snapshot.conf_state) || !in.at_end() || in.offset() != conf_bytes) {
    return refuse(kSnapshotHeaderBytes,
                  "expected a configuration of " + std::to_string(conf_bytes) + " bytes");
  }
  snapshot.index = mark.index;
  snapshot.term = mark.term;
  const std::size_t data_at = kSnapshotHeaderBytes + conf_bytes;
  snapshot.data = file.sub(data_at, file.size() - data_at);
  return snapshot;
}

std::vector<Mark> list_snapshots(const std::vector<std::string>& names) {
  std::vector<Mark> marks;
  for (const std::string& name : names) {
    if (const auto mark = parse_snapshot_name(name)) marks.push_back(*mark);
  }
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
    return a.index != b.index ? a.index > b.index : a.term > b.term;
  });
  return marks;
}

base::Result<base::Bytes> read_snapshot_file(Disk& disk, const Mark& mark) {
  const std::string name = snapshot_name(mark);
  const auto file = disk.open(name, false);
  if (!file) return file.error();
  const auto read = [&]() -> base::Result<base::Bytes> {
    const auto size = disk.size(*file);
    if (!size) return size.error();
    // More than this cannot be a snapshot, and decoding says so; the configuration is far below a megabyte.
    constexpr std::uint64_t kMaxFileBytes = kMaxSnapshotBytes + (1U << 20U);
    base::BytesArena block(static_cast<std::size_t>(std::min(*size, kMaxFileBytes)));
    const auto got = disk.read(*file, 0, block.spare());
    if (!got) return got.error();
    return block.take(*got);
  };
  auto bytes = read();
  disk.close(*file);
  return bytes;
}

base::Status write_snapshot_file(Disk& disk, const raft::Snapshot& snapshot, const Identity& identity) {
  const raft::ConfState& conf = snapshot.conf_state;
  const std::size_t members = std::max(std::max(conf.voters.size(), conf.learners.size()),
                                       std::max(conf.voters_outgoing.size(), conf.learners_next.size()));
  if (snapshot.data.size() > kMaxSnapshotBytes || members > kMaxConfMembers) {
    return base::Error{"snapshot: expected at most " + std::to_string(kMaxSnapshotBytes) + " bytes and " +
                       std::to_string(kMaxConfMembers) + " members, got " +
                       std::to_string(snapshot.data.size()) + " and " + std::to_string(members)};
  }
  const std::string name = snapshot_name({snapshot.term, snapshot.index});
  const std::string temporary = name + std::string(kTemporarySuffix);
  const auto names = disk.list();
  if (!names) return names.error();
  if (std::binary_search(names->begin(), names->end(), temporary)) {
    if (auto status = disk.remove(temporary); !status) return status;  // of an attempt that failed
  }
  const auto file = disk.create(temporary);
  if (!file) return file.error();
  const std::string bytes = encode_snapshot(snapshot, identity);
  base::Status status = disk.write(*file, 0, bytes_of(bytes));
  if (status) status = disk.sync(*file);
  disk.close(*file);
  if (status) status = disk.rename(temporary, name);
  return status;
}

}  // namespace raftarium::storage
