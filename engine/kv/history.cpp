#include "kv/history.h"

#include <limits>
#include <utility>

namespace raftarium::kv {

namespace {

constexpr Revision kLast = std::numeric_limits<Revision>::max();

}  // namespace

void History::add(const base::Bytes& key, Value old, Revision end) {
  by_key_.set({key, end}, std::move(old));
  by_end_.append({key, end});
}

void History::forget_to(Revision revision) {
  std::size_t gone = 0;
  for (; gone < by_end_.size() && by_end_[gone].end <= revision; ++gone) by_key_.erase(by_end_[gone]);
  by_end_.drop_prefix(gone);
}

const KeyValue* History::newest(std::string_view key, Revision* end) const {
  const auto* const found = by_key_.last_before(KeyView{key, kLast});
  if (found == nullptr || found->key.key.view() != key) return nullptr;
  *end = found->key.end;
  return found->value.get();
}

// Finds the first one from `at` on that covers the revision. Of a key's values only the first that ends
// after it can.
void History::Cursor::seek(KeyView at) {
  for (found_ = nullptr; found_ == nullptr;) {
    const auto here = history_->by_key_.lower_bound(at);
    if (here == history_->by_key_.end()) return;
    const std::string_view key = here->key.key.view();
    if (here->key.end <= revision_) {
      at = {key, revision_ + 1};
    } else if (here->value->mod_revision > revision_) {
      at = {key, kLast};
    } else {
      found_ = here->value.get();
    }
  }
}

void History::Cursor::next() { seek({found_->key, kLast}); }

}  // namespace raftarium::kv
