#include "kv/store.h"

#include "base/codec.h"

namespace raftarium::kv {

namespace {

constexpr std::uint8_t kSnapshotVersion = 1;

}  // namespace

Store::Keys& Store::own_keys() {
  if (keys_.use_count() > 1) keys_ = std::make_shared<Keys>(*keys_);
  return *keys_;
}

Store::Sessions& Store::own_sessions() {
  if (sessions_.use_count() > 1) sessions_ = std::make_shared<Sessions>(*sessions_);
  return *sessions_;
}

Outcome Store::apply(const Command& command) {
  if (command.client != 0) {
    const auto known = sessions_->find(command.client);
    if (known != sessions_->end() && known->second.sequence >= command.sequence) {
      return {known->second.outcome.revision, true};
    }
  }
  const bool present = keys_->count(command.key) > 0;
  if (command.kind == Command::Kind::Put) {
    ++revision_;
    KeyValue& kv = own_keys()[command.key];
    if (!present) {
      kv.key = command.key;
      kv.create_revision = revision_;
    }
    kv.value = command.value;
    kv.mod_revision = revision_;
    ++kv.version;
  } else if (present) {
    ++revision_;
    own_keys().erase(command.key);
  }
  const Outcome outcome{revision_, false};
  if (command.client != 0) own_sessions()[command.client] = {command.sequence, outcome};
  return outcome;
}

const KeyValue* Store::find(const std::string& key) const {
  const auto at = keys_->find(key);
  return at == keys_->end() ? nullptr : &at->second;
}

std::vector<KeyValue> Store::range(const std::string& from, const std::string& to,
                                   std::size_t limit) const {
  std::vector<KeyValue> found;
  for (auto at = keys_->lower_bound(from); at != keys_->end(); ++at) {
    if (!to.empty() && at->first >= to) break;
    if (limit > 0 && found.size() == limit) break;
    found.push_back(at->second);
  }
  return found;
}

base::Bytes Store::snapshot() const {
  base::ByteWriter out;
  out.u8(kSnapshotVersion);
  out.u64(static_cast<std::uint64_t>(revision_));
  out.u64(keys_->size());
  for (const auto& [key, kv] : *keys_) {
    out.text(key);
    out.text(kv.value);
    out.u64(static_cast<std::uint64_t>(kv.create_revision));
    out.u64(static_cast<std::uint64_t>(kv.mod_revision));
    out.u64(static_cast<std::uint64_t>(kv.version));
  }
  out.u64(sessions_->size());
  for (const auto& [client, session] : *sessions_) {
    out.u64(client);
    out.u64(session.sequence);
    out.u64(static_cast<std::uint64_t>(session.outcome.revision));
  }
  return base::Bytes(out.str());
}

base::Result<Store> Store::restore(const base::Bytes& bytes) {
  base::ByteReader in(bytes.view());
  std::size_t start = 0;  // of what is being read
  const auto refuse = [&](const std::string& what) {
    return base::Error{"store snapshot+" + std::to_string(start) + ": " + what};
  };
  const auto truncated = [&] {
    return refuse("expected more bytes, got an end at " + std::to_string(bytes.size()));
  };
  const auto revision_text = [](Revision revision) { return std::to_string(revision); };
  Store store;
  const auto version = in.u8();
  if (!in.ok()) return truncated();
  if (version != kSnapshotVersion) {
    return refuse("expected version " + std::to_string(kSnapshotVersion) + ", got " +
                  std::to_string(version));
  }
  start = in.offset();
  store.revision_ = static_cast<Revision>(in.u64());
  if (!in.ok()) return truncated();
  if (store.revision_ < 0) {
    return refuse("expected a revision of at least 0, got " + revision_text(store.revision_));
  }
  const Revision newest = store.revision_;

  start = in.offset();
  const std::uint64_t keys = in.u64();
  for (std::uint64_t i = 0; i < keys; ++i) {
    start = in.offset();
    KeyValue kv;
    kv.key = in.text();
    kv.value = in.text();
    kv.create_revision = static_cast<Revision>(in.u64());
    kv.mod_revision = static_cast<Revision>(in.u64());
    kv.version = static_cast<std::int64_t>(in.u64());
    if (!in.ok()) return truncated();
    if (auto status = check({.key = kv.key, .value = kv.value}); !status) {
      return refuse(status.error().message);
    }
    if (!store.keys_->empty() && kv.key <= store.keys_->rbegin()->first) {
      return refuse("expected a key after \"" + store.keys_->rbegin()->first + "\", got \"" + kv.key +
                    "\"");
    }
    if (kv.create_revision < 1 || kv.mod_revision < kv.create_revision || newest < kv.mod_revision) {
      return refuse("expected 1 <= created <= changed <= " + revision_text(newest) + ", got created " +
                    revision_text(kv.create_revision) + ", changed " + revision_text(kv.mod_revision));
    }
    // Every change has a revision of its own, the first one being that of the creation.
    const std::int64_t most = kv.mod_revision - kv.create_revision + 1;
    const std::int64_t least = most > 1 ? 2 : 1;
    if (kv.version < least || kv.version > most) {
      return refuse("expected a version of " + std::to_string(least) + " to " + std::to_string(most) +
                    ", got " + std::to_string(kv.version));
    }
    store.keys_->emplace_hint(store.keys_->end(), kv.key, kv);
  }
  if (!in.ok()) return truncated();

  start = in.offset();
  const std::uint64_t sessions = in.u64();
  for (std::uint64_t i = 0; i < sessions; ++i) {
    start = in.offset();
    const std::uint64_t client = in.u64();
    const std::uint64_t sequence = in.u64();
    const auto revision = static_cast<Revision>(in.u64());
    if (!in.ok()) return truncated();
    const std::uint64_t previous = store.sessions_->empty() ? 0 : store.sessions_->rbegin()->first;
    if (client <= previous) {
      return refuse("expected a client after " + std::to_string(previous) + ", got " +
                    std::to_string(client));
    }
    if (revision < 0 || revision > newest) {
      return refuse("expected a session's revision of 0 to " + revision_text(newest) + ", got " +
                    revision_text(revision));
    }
    store.sessions_->emplace_hint(store.sessions_->end(), client, Session{sequence, {revision, false}});
  }
  if (!in.ok()) return truncated();
  start = in.offset();
  if (!in.at_end()) return refuse("expected an end, got " + std::to_string(in.remaining()) + " more bytes");
  return store;
}

}  // namespace raftarium::kv
