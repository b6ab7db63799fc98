#include "history.h"

#include <algorithm>
#include <sstream>

#include "base/prng.h"

namespace raftarium::storage::test {

raft::Entry entry(std::uint64_t index, std::uint64_t term, const std::string& data) {
  return {raft::Term(term), raft::Index(index), raft::EntryType::Normal, base::Bytes(data)};
}

raft::Entries run(std::uint64_t first, std::uint64_t count, std::uint64_t term, std::size_t bytes) {
  std::vector<raft::Entry> entries;
  for (std::uint64_t i = 0; i < count; ++i) {
    entries.push_back(
        entry(first + i, term, std::string(bytes, static_cast<char>('a' + (first + i + term) % 26))));
  }
  return entries;
}

raft::HardState hard_state(std::uint64_t term, std::uint64_t vote, std::uint64_t commit) {
  return {raft::Term(term), raft::NodeId(vote), raft::Index(commit)};
}

std::shared_ptr<const raft::Snapshot> snapshot(std::uint64_t index, std::uint64_t term,
                                               const std::string& data) {
  raft::Snapshot snapshot;
  snapshot.index = raft::Index(index);
  snapshot.term = raft::Term(term);
  snapshot.conf_state.voters = {raft::NodeId(1), raft::NodeId(2), raft::NodeId(3)};
  snapshot.data = base::Bytes(data);
  return std::make_shared<const raft::Snapshot>(snapshot);
}

std::string describe(const View& view) {
  std::ostringstream out;
  out << raft::describe(view.hard_state) << " snapshot " << view.snapshot.index << '/' << view.snapshot.term
      << " \"" << view.state.substr(0, 20) << "\" entries";
  for (const raft::Entry& e : view.entries) out << ' ' << e.index << '/' << e.term;
  return out.str();
}

View view_of(const raft::Storage& storage) {
  View view;
  view.hard_state = storage.initial_state().hard_state;
  const auto found = storage.snapshot().snapshot;
  view.snapshot = {found->term, found->index};
  view.state = found->data.str();
  const auto entries = storage.entries(found->index + 1, storage.last_index() + 1, raft::kNoLimit);
  view.entries.assign(entries.entries.begin(), entries.entries.end());
  return view;
}

base::Status perform(const Step& step, DurableStorage& storage) {
  if (step.snapshot_at.is_zero()) return storage.save(step.save);
  return storage.create_snapshot(step.snapshot_at, storage.initial_state().conf_state,
                                 base::Bytes("state at " + std::to_string(step.snapshot_at.value())));
}

void perform(const Step& step, raft::MemoryStorage& model) {
  if (!step.snapshot_at.is_zero()) {
    model.create_snapshot(step.snapshot_at, model.initial_state().conf_state,
                          base::Bytes("state at " + std::to_string(step.snapshot_at.value())));
    return;
  }
  if (step.save.snapshot != nullptr) model.apply_snapshot(step.save.snapshot);
  model.append(step.save.entries);
  if (!step.save.hard_state.is_empty()) model.set_hard_state(step.save.hard_state);
}

std::vector<Step> make_history(std::size_t count, std::uint64_t seed, std::uint32_t max_bytes) {
  base::Prng prng(seed);
  std::vector<Step> history;
  std::uint64_t term = 1;
  std::uint64_t vote = 0;
  std::uint64_t last = 1;
  std::uint64_t commit = 1;
  std::uint64_t snapshot_index = 1;
  const auto add = [&](Save save) { history.push_back({std::move(save), {}}); };
  while (history.size() < count) {
    const std::uint32_t dice = prng.below(100);
    Save save;
    if (dice < 45) {  // entries as a leader or follower gets them, often with a commit
      const std::uint64_t many = prng.below(8) == 0 ? 20 : 1 + prng.below(3);
      save.entries = run(last + 1, many, term, 8 + prng.below(max_bytes - 8));
      last += many;
      if (prng.below(2) == 0) save.hard_state = hard_state(term, vote, commit = last - prng.below(2));
      add(save);
    } else if (dice < 60) {  // an election
      vote = 1 + prng.below(3);
      save.hard_state = hard_state(++term, vote, commit);
      add(save);
    } else if (dice < 72) {  // the tail is overwritten by a new leader's
      if (commit == last) continue;
      ++term;
      vote = 0;
      save.entries = run(commit + 1, 1 + prng.below(2), term, 16);
      last = save.entries.back().index.value();
      save.hard_state = hard_state(term, vote, commit);
      add(save);
    } else if (dice < 84) {  // only the commit moves
      if (commit == last) continue;
      save.hard_state = hard_state(term, vote, commit = last);
      save.must_sync = false;
      add(save);
    } else if (dice < 95) {
      // Snapshots are of what is applied, which a storage in synchronous use has synced.
      if (commit == snapshot_index || (!history.empty() && !history.back().save.must_sync)) continue;
      snapshot_index = commit;
      history.push_back({{}, raft::Index(snapshot_index)});
    } else {  // far behind: a leader's snapshot replaces the log
      snapshot_index = commit = last = last + 5;
      save.snapshot = snapshot(last, term, "from a leader at " + std::to_string(last));
      save.hard_state = hard_state(term, vote, commit);
      add(save);
    }
  }
  return history;
}

std::vector<View> views_of(const std::vector<Step>& history) {
  raft::MemoryStorage model;
  model.apply_snapshot(snapshot(1, 1, "first"));
  model.set_hard_state(hard_state(1, 0, 1));
  std::vector<View> views{view_of(model)};
  for (const Step& step : history) {
    perform(step, model);
    views.push_back(view_of(model));
  }
  return views;
}

DurableStorage create(Disk& disk, const WalOptions& options) {
  auto storage = DurableStorage::create(disk, kIdentity, options, snapshot(1, 1, "first"));
  return std::move(storage.value());
}

base::Result<DurableStorage> open(Disk& disk, const WalOptions& options) {
  return DurableStorage::open(disk, kIdentity, options);
}

}  // namespace raftarium::storage::test
