// The core's steps as etcd's TLA+ specification counts them. Nothing here changes the core.

#include "raft/core.h"

namespace raftarium::raft {

TracePoint Raft::trace_point(TracePoint::Kind kind) const {
  return {.kind = kind,
          .node = id(),
          .role = role_,
          .state = hard_state(),
          .last_index = log_.last_index(),
          .configuration = tracker_.config.conf_state()};
}

void Raft::put(TracePoint::Kind kind, const Message* message) const {
  TracePoint point = trace_point(kind);
  point.message = message;
  observer_->trace(point);
}

void Raft::trace_change(const ConfChange& change) const {
  if (!traces()) return;
  TracePoint point = trace_point(TracePoint::Kind::ChangeComing);
  point.change = &change;
  observer_->trace(point);
}

void Raft::trace_configuration(const ConfState& next) const {
  TracePoint point = trace_point(TracePoint::Kind::ConfigurationComing);
  point.next = &next;
  observer_->trace(point);
}

// A request that the lease holds off is nothing that happened to this member: it is as good as lost.
void Raft::trace_received(const Message& message) const {
  if (!is_held_off(message)) put(TracePoint::Kind::MessageReceived, &message);
}

// What a step sent, after everything that it changed. First a leader's answer to itself: it is made first.
void Raft::put_sent() {
  for (; traced_after_append_ < messages_after_append_.size(); ++traced_after_append_) {
    put(TracePoint::Kind::MessageSent, &messages_after_append_[traced_after_append_]);
  }
  for (; traced_messages_ < messages_.size(); ++traced_messages_) {
    put(TracePoint::Kind::MessageSent, &messages_[traced_messages_]);
  }
}

void Raft::put_ready() {
  put_sent();
  traced_messages_ = 0;
  traced_after_append_ = 0;
  put(TracePoint::Kind::ReadyAccepted, nullptr);
}

}  // namespace raftarium::raft
