#pragma once
// The engine's values as etcd-io/raft prints them (its Describe functions), for transcripts only: the
// engine's own texts are its describe functions, and this format is a test's concern.

#include <string>
#include <string_view>

#include "base/result.h"
#include "raft/raft.h"
#include "raft/types.h"

namespace raftarium::datadriven::etcd {

// Bytes as a Go string literal (fmt's %q).
std::string quoted(std::string_view bytes);

std::string text(const raft::ConfState& state);
std::string text(const raft::Snapshot& snapshot);
std::string text(const raft::HardState& state);
std::string text(const raft::SoftState& state);
std::string text(const raft::Entry& entry);
// An entry a line.
std::string text(const raft::Entries& entries);
// More than one line when it carries several entries, a snapshot or responses; no newline at the end.
std::string text(const raft::Message& message);
// "<empty Ready>" (without a newline) when there is nothing to do.
std::string text(const raft::Ready& ready);
std::string text(const raft::ProgressView& progress);

// "v1 l2 r3 u4": voter, learner, remove, update. The order of the words is the order of the changes.
std::string text(const std::vector<raft::ConfChangeSingle>& changes);
// The reverse; errors are worded as etcd words them.
base::Result<std::vector<raft::ConfChangeSingle>> parse_changes(std::string_view text);

}  // namespace raftarium::datadriven::etcd
