// A store as bytes, and back. All integers little-endian; a text is its length in 4 bytes, then itself.
//
//   version                      1 byte
//   applied, revision, compacted, sessions expired to     8 bytes each
//   count (8), then the keys, sorted:
//     key, value                 texts
//     created, changed, version  8 bytes each
//   count (8), then the former values, in the order in which they ended:
//     the same, and end          8 bytes
//   count (8), then the sessions, by client:
//     client, sequence, last used, revision, deleted      8 bytes each
//     succeeded, refusal         1 byte each

#include <string>
#include <utility>

#include "base/codec.h"
#include "kv/store.h"

namespace raftarium::kv {

namespace {

constexpr std::uint8_t kSnapshotVersion = 2;
constexpr Revision kMaxRevision = Revision{1} << 62U;

void write(base::ByteWriter& out, const KeyValue& kv) {
  out.text(kv.key);
  out.text(kv.value);
  out.u64(static_cast<std::uint64_t>(kv.create_revision));
  out.u64(static_cast<std::uint64_t>(kv.mod_revision));
  out.u64(static_cast<std::uint64_t>(kv.version));
}

std::string text(Revision revision) { return std::to_string(revision); }
std::string text(std::uint64_t number) { return std::to_string(number); }

}  // namespace

base::Bytes Store::snapshot() const {
  base::ByteWriter out;
  out.u8(kSnapshotVersion);
  out.u64(applied_);
  out.u64(static_cast<std::uint64_t>(revision_));
  out.u64(static_cast<std::uint64_t>(compacted_));
  out.u64(sessions_.expired_to());
  out.u64(keys_.size());
  for (const auto& [key, value] : keys_) write(out, *value);
  out.u64(history_.size());
  for (const History::Key& key : history_.by_end()) {
    write(out, *history_.find(key));
    out.u64(static_cast<std::uint64_t>(key.end));
  }
  out.u64(sessions_.size());
  for (const auto& [client, session] : sessions_.by_client()) {
    out.u64(client);
    out.u64(session.sequence);
    out.u64(session.last_used);
    out.u64(static_cast<std::uint64_t>(session.outcome.revision));
    out.u64(session.outcome.deleted);
    out.u8(session.outcome.succeeded ? 1 : 0);
    out.u8(static_cast<std::uint8_t>(session.outcome.refusal));
  }
  return base::Bytes(out.str());
}

// Reads part by part; the first thing that no store would have written ends it.
class SnapshotReader {
 public:
  explicit SnapshotReader(const base::Bytes& bytes) : in_(bytes.view()), size_(bytes.size()) {}

  base::Result<Store> read() {
    const bool whole = numbers() && keys() && former_values() && sessions() && end();
    if (!whole) return base::Error{"store snapshot+" + std::to_string(start_) + ": " + why_};
    return std::move(store_);
  }

 private:
  bool refuse(std::string why) {
    why_ = std::move(why);
    return false;
  }
  // Whether everything that was read since begin() was there.
  bool complete() {
    return in_.ok() || refuse("expected more bytes, got an end at " + std::to_string(size_));
  }
  void begin() { start_ = in_.offset(); }

  bool numbers();
  bool keys();
  bool former_values();
  bool sessions();
  bool end() {
    begin();
    return in_.at_end() ||
           refuse("expected an end, got " + std::to_string(in_.remaining()) + " more bytes");
  }
  bool key_value(KeyValue& kv);
  bool follows_history(const KeyValue& kv);
  bool number(std::uint64_t& value, std::uint64_t most, const char* what);

  base::ByteReader in_;
  std::size_t size_;
  std::size_t start_ = 0;  // of what is being read
  std::string why_;
  Store store_;
};

// One number of the head.
bool SnapshotReader::number(std::uint64_t& value, std::uint64_t most, const char* what) {
  begin();
  value = in_.u64();
  if (!complete()) return false;
  return value <= most ||
         refuse(std::string("expected ") + what + " of at most " + text(most) + ", got " + text(value));
}

bool SnapshotReader::numbers() {
  const auto version = in_.u8();
  if (!complete()) return false;
  if (version != kSnapshotVersion) {
    return refuse("expected version " + std::to_string(kSnapshotVersion) + ", got " +
                  std::to_string(version));
  }
  std::uint64_t revision = 0;
  std::uint64_t compacted = 0;
  std::uint64_t expired_to = 0;
  // Every entry makes at most one revision.
  const bool fit = number(store_.applied_, kMaxRevision, "an applied index") &&
                   number(revision, store_.applied_, "a revision") &&
                   number(compacted, revision, "a compacted revision") &&
                   number(expired_to, store_.applied_, "a session's last use");
  if (!fit) return false;
  store_.revision_ = static_cast<Revision>(revision);
  store_.compacted_ = static_cast<Revision>(compacted);
  store_.sessions_.set_expired_to(expired_to);
  return true;
}

// A key with its value, as it may be in this snapshot by itself.
bool SnapshotReader::key_value(KeyValue& kv) {
  begin();
  kv.key = in_.text();
  kv.value = in_.text();
  kv.create_revision = static_cast<Revision>(in_.u64());
  kv.mod_revision = static_cast<Revision>(in_.u64());
  kv.version = static_cast<std::int64_t>(in_.u64());
  if (!complete()) return false;
  if (auto status = check({.key = kv.key, .value = kv.value}); !status) {
    return refuse(status.error().message);
  }
  if (kv.create_revision < 1 || kv.mod_revision < kv.create_revision ||
      store_.revision_ < kv.mod_revision) {
    return refuse("expected 1 <= created <= changed <= " + text(store_.revision_) + ", got created " +
                  text(kv.create_revision) + ", changed " + text(kv.mod_revision));
  }
  // Every change has a revision of its own, the first one being that of the creation.
  const std::int64_t most = kv.mod_revision - kv.create_revision + 1;
  const std::int64_t least = most > 1 ? 2 : 1;
  if (kv.version < least || kv.version > most) {
    return refuse("expected a version of " + std::to_string(least) + " to " + std::to_string(most) +
                  ", got " + std::to_string(kv.version));
  }
  return true;
}

bool SnapshotReader::keys() {
  begin();
  const std::uint64_t count = in_.u64();
  if (!complete()) return false;
  std::string previous;
  for (std::uint64_t i = 0; i < count; ++i) {
    KeyValue kv;
    if (!key_value(kv)) return false;
    if (kv.key <= previous)
      return refuse("expected a key after \"" + previous + "\", got \"" + kv.key + "\"");
    previous = kv.key;
    base::Bytes key(kv.key);
    store_.keys_.set(key, std::make_shared<const KeyValue>(std::move(kv)));
  }
  return true;
}

// Whether `kv` is what came next after the newest former value of its key, if there is one. What was not
// changed since the compaction may have any past.
bool SnapshotReader::follows_history(const KeyValue& kv) {
  Revision end = 0;
  const KeyValue* const before = store_.history_.newest(kv.key, &end);
  const bool overwrote = before != nullptr && end == kv.mod_revision;
  const bool fits =
      overwrote ? kv.create_revision == before->create_revision && kv.version == before->version + 1
                : kv.mod_revision > end && (kv.version == 1 || kv.mod_revision <= store_.compacted_);
  if (fits) return true;
  return refuse("\"" + kv.key + "\", changed " + text(kv.mod_revision) + ", version " + text(kv.version) +
                ": does not follow what it was before");
}

bool SnapshotReader::former_values() {
  begin();
  const std::uint64_t count = in_.u64();
  if (!complete()) return false;
  if (count > kMaxFormerValues) {
    return refuse("expected at most " + std::to_string(kMaxFormerValues) + " former values, got " +
                  text(count));
  }
  Revision previous = store_.compacted_ + 1;
  for (std::uint64_t i = 0; i < count; ++i) {
    KeyValue kv;
    if (!key_value(kv)) return false;
    const auto end = static_cast<Revision>(in_.u64());
    if (!complete()) return false;
    if (end < previous || end <= kv.mod_revision || end > store_.revision_) {
      return refuse("expected an end of " + text(std::max(previous, kv.mod_revision + 1)) + " to " +
                    text(store_.revision_) + ", got " + text(end));
    }
    if (!follows_history(kv)) return false;
    previous = end;
    // The key's bytes are shared with the present value, where there is one.
    const auto* const now = store_.keys_.find(kv.key);
    const base::Bytes key = now == nullptr ? base::Bytes(kv.key) : now->key;
    store_.history_.add(key, std::make_shared<const KeyValue>(std::move(kv)), end);
  }
  for (const auto& [key, value] : store_.keys_) {
    if (!follows_history(*value)) return false;
  }
  return true;
}

bool SnapshotReader::sessions() {
  begin();
  const std::uint64_t count = in_.u64();
  if (!complete()) return false;
  if (count > kMaxSessions) {
    return refuse("expected at most " + std::to_string(kMaxSessions) + " sessions, got " + text(count));
  }
  std::uint64_t previous = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    begin();
    Session session;
    const std::uint64_t client = in_.u64();
    session.sequence = in_.u64();
    session.last_used = in_.u64();
    const std::uint64_t revision = in_.u64();
    session.outcome.deleted = in_.u64();
    const std::uint8_t succeeded = in_.u8();
    const std::uint8_t refusal = in_.u8();
    if (!complete()) return false;
    if (client <= previous)
      return refuse("expected a client after " + text(previous) + ", got " + text(client));
    const std::uint64_t expired_to = store_.sessions_.expired_to();
    if (session.last_used <= expired_to || session.last_used > store_.applied_ ||
        store_.sessions_.used_at(session.last_used)) {
      return refuse("expected a last use of its own, of " + text(expired_to + 1) + " to " +
                    text(store_.applied_) + ", got " + text(session.last_used));
    }
    if (revision > static_cast<std::uint64_t>(store_.revision_)) {
      return refuse("expected a session's revision of 0 to " + text(store_.revision_) + ", got " +
                    text(revision));
    }
    // What is kept is how a command ended: a repetition or an expiry is never kept.
    if (succeeded > 1 || refusal > static_cast<std::uint8_t>(Refusal::FutureRevision)) {
      return refuse("expected an outcome of 0 or 1 and a refusal of 0 to 2, got " +
                    std::to_string(succeeded) + " and " + std::to_string(refusal));
    }
    session.outcome.revision = static_cast<Revision>(revision);
    session.outcome.succeeded = succeeded == 1;
    session.outcome.refusal = static_cast<Refusal>(refusal);
    store_.sessions_.insert(client, session);
    previous = client;
  }
  return true;
}

base::Result<Store> Store::restore(const base::Bytes& bytes) { return SnapshotReader(bytes).read(); }

}  // namespace raftarium::kv
