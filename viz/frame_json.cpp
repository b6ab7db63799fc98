// The frame as JSON: what the tests read, and whoever automates the program.

#include "lab/predicate.h"
#include "viz/frame.h"
#include "viz/json_writer.h"

namespace raftarium::viz {
namespace {

void write(JsonWriter& json, const MemberView& member) {
  const raft::Status& status = member.status;
  json.open('{').field("id", member.id.value()).field("process", lab::word_of(member.process));
  json.field("role", lab::word_of(status.soft_state.role))
      .field("leader", status.soft_state.leader.value());
  json.field("term", status.hard_state.term.value()).field("vote", status.hard_state.vote.value());
  json.field("commit", status.hard_state.commit.value()).field("applied", status.applied.value());
  json.field("first", status.first_index.value()).field("last", status.last_index.value());
  json.field("election_elapsed", member.election_elapsed).field("timer_left_us", member.timer_left_us);
  json.field("durable", member.durable.value()).field("sync_ends_us", member.sync_ends_us);
  json.field("disk_full", member.disk.full).field("syncs_lie", member.disk.syncs_lie);
  for (const sim::DiskChance& chance : sim::kDiskChances) {
    json.field(chance.field, member.disk.*chance.per_million);
  }
  json.field("stopped_by", std::string_view(member.stopped_by));
  json.key("next_faults").open('[');
  for (const auto& [op, fault] : member.next_faults) {
    json.value(std::string_view(Words(storage::describe(op)) + ": " + storage::describe(fault)));
  }
  json.close(']');
  json.field("sync_min_us", member.disk.sync_min_us).field("drift_ppm", member.drift_ppm);
  json.field("step_us", member.pace.step_us).field("stall_per_million", member.pace.stall_per_million);
  json.field("backlog", member.backlog);
  json.field("own", std::string_view(member.own))
      .field("leads_minority", member.leads_minority)
      .field("snapshot", member.snapshot_index.value());
  json.key("log").open('[');
  for (const EntryView& entry : member.entries) {
    json.open('{').field("term", entry.term.value()).field("index", entry.index.value());
    json.field("text", std::string_view(entry.text)).field("committed", entry.committed).close('}');
  }
  json.close(']').key("store").open('[');
  for (const kv::KeyValue& pair : member.store) json.value(std::string_view(text_of(pair)));
  json.close(']').close('}');
}

void write(JsonWriter& json, const MessageView& view) {
  const raft::Message& m = view.message;
  json.open('{').field("id", view.id).field("type", raft::describe(m.type));
  json.field("from", m.from.value()).field("to", m.to.value()).field("term", m.term.value());
  json.field("entries", m.entries.size()).field("reject", m.reject);
  json.field("sent_us", view.sent_us).field("deliver_us", view.deliver_us);
  json.field("travelled", view.travelled).field("doomed", view.doomed).close('}');
}

void write_time(JsonWriter& json, const Frame& frame) {
  json.key("branches").open('[');
  for (const lab::BranchView& branch : frame.branches) {
    json.open('{').field("id", branch.id).field("parent", branch.parent);
    json.field("name", std::string_view(branch.name)).field("fork_us", branch.fork_us);
    json.field("end_us", branch.end_us).close('}');
  }
  json.close(']').key("story").open('[');
  // The whole of a long story would be told anew with every picture.
  constexpr std::size_t kTold = 80;
  const std::size_t untold = frame.story.size() - std::min(frame.story.size(), kTold);
  for (const lab::StoryLine& line : std::span(frame.story).subspan(untold)) {
    json.open('{')
        .field("time_us", line.time_us)
        .field("event", line.event)
        .field("what", std::string_view(line.what));
    json.field("why", std::string_view(line.why)).field("rule", std::string_view(line.rule)).close('}');
  }
  json.close(']').key("marks").open('[');
  for (const lab::Mark& mark : frame.marks) {
    json.open('{').field("time_us", mark.time_us).field("event", mark.event);
    json.field("text", std::string_view(mark.text)).close('}');
  }
  json.close(']');
}

void write(JsonWriter& json, const DiskView& disk) {
  json.open('{').field("member", disk.member.value()).field("unsynced", disk.unsynced);
  json.field("damage", std::string_view(disk.damage)).key("files").open('[');
  for (const FileView& file : disk.files) {
    json.open('{').field("name", std::string_view(file.name)).field("bytes", file.bytes);
    json.field("durable", file.durable).close('}');
  }
  json.close(']').key("records").open('[');
  for (const RecordView& record : disk.records) {
    json.open('{').field("file", std::string_view(record.file)).field("offset", record.offset);
    json.field("bytes", record.bytes).field("type", std::string_view(record.type));
    json.field("text", std::string_view(record.text)).field("durable", record.durable);
    json.field("wrong", std::string_view(record.wrong)).close('}');
  }
  json.close(']').close('}');
}

}  // namespace

std::string to_json(const Frame& frame) {
  JsonWriter json;
  json.open('{').field("title", std::string_view(frame.scenario_title)).field("seed", frame.seed);
  json.field("time_us", frame.time_us).field("event", frame.event);
  // As text: JavaScript's numbers do not hold 64 bits.
  json.field("digest", std::string_view(std::to_string(frame.digest))).field("branch", frame.branch);
  const auto write_ids = [&](const char* name, const std::vector<raft::NodeId>& ids) {
    json.key(name).open('[');
    for (const raft::NodeId id : ids) json.value(id.value());
    json.close(']');
  };
  json.key("configuration").open('{');
  write_ids("voters", frame.configuration.voters);
  write_ids("learners", frame.configuration.learners);
  write_ids("voters_outgoing", frame.configuration.voters_outgoing);
  write_ids("learners_next", frame.configuration.learners_next);
  json.field("auto_leave", frame.configuration.auto_leave).close('}');
  json.key("members").open('[');
  for (const MemberView& member : frame.members) write(json, member);
  json.close(']').key("links_cut").open('[');
  for (const LinkView& link : frame.links) {
    if (link.cut) json.open('[').value(link.from.value()).value(link.to.value()).close(']');
  }
  json.close(']').key("links").open('[');
  for (const LinkView& link : frame.links) {
    json.open('{').field("from", link.from.value()).field("to", link.to.value()).field("cut", link.cut);
    json.field("latency_mean_us", link.latency_mean_us).field("loss_per_million", link.loss_per_million);
    json.field("duplicate_per_million", link.duplicate_per_million);
    json.field("replay_per_million", link.replay_per_million).field("clogged", link.clogged);
    json.field("latency_min_us", link.latency_min_us).close('}');
  }
  json.close(']').key("islands").open('[');
  for (const auto& island : frame.islands) {
    json.open('[');
    for (const raft::NodeId id : island) json.value(id.value());
    json.close(']');
  }
  json.close(']').key("messages").open('[');
  for (const MessageView& message : frame.messages) write(json, message);
  json.close(']').key("requests").open('[');
  for (const RequestView& request : frame.requests) {
    json.open('{').field("id", request.id).field("text", std::string_view(request.text));
    json.field("state", std::string_view(request.state)).field("open", request.open);
    json.field("stale", request.stale).field("point_us", request.point_us).close('}');
  }
  json.close(']').key("properties").open('[');
  for (const PropertyView& property : frame.properties) {
    json.open('{').field("name", std::string_view(property.name)).field("holds", property.holds);
    json.field("event", property.event).close('}');
  }
  json.close(']').field("next", std::string_view(frame.next));
  write_time(json, frame);
  if (frame.disk) {
    json.key("disk");
    write(json, *frame.disk);
  }
  json.close('}');
  return json.text();
}

}  // namespace raftarium::viz
