// The cluster of a scenario: its members, what they begin with, and how they are set up.

#include <algorithm>
#include <type_traits>
#include <utility>

#include "lab/scenario_parts.h"
#include "lab/scenario_words.h"

namespace raftarium::lab {

raft::NodeId read_member(FieldReader& reader, const Json& value, const std::string& path,
                         std::size_t members, const Words& stand_ins) {
  const std::string expected = "expected S1 to S" + std::to_string(members) +
                               (stand_ins.empty() ? "" : " or one of: " + list(stand_ins));
  if (!value.is_string()) {
    reader.complain(path, expected + ", got " + kind_of(value));
    return raft::kNone;
  }
  const auto& word = value.get_ref<const std::string&>();
  for (std::size_t i = 1; i <= members; ++i) {
    if (word == "S" + std::to_string(i)) return raft::NodeId(i);
  }
  if (std::find(stand_ins.begin(), stand_ins.end(), word) != stand_ins.end()) {
    if (word == "leader") return sim::kTheLeader;
    if (word == "follower") return sim::kAFollower;
    if (word == "crashed") return sim::kTheCrashed;
    return sim::kTheOthers;
  }
  reader.complain(path, expected + ", got " + kind_of(value) + did_you_mean(word, stand_ins));
  return raft::kNone;
}

namespace {

// "S1", "S2" and so on: the fields of what is said member by member.
Words member_words(std::size_t members) {
  Words words;
  for (std::size_t i = 1; i <= members; ++i) words.push_back(sim::name(raft::NodeId(i)));
  return words;
}

// Of the first configuration. Whether they fit together is for World::create() to say.
void read_members_of(FieldReader& reader, const Json& cluster, const char* field, std::size_t members,
                     std::vector<raft::NodeId>& into) {
  const Json* nodes = reader.array(cluster, "cluster", field, members);
  if (nodes == nullptr) return;
  for (std::size_t i = 0; i < nodes->size(); ++i) {
    const std::string path = FieldReader::item(FieldReader::join("cluster", field), i);
    into.push_back(read_member(reader, (*nodes)[i], path, members, {}));
  }
}

void read_log(FieldReader& reader, const Json& logs, raft::NodeId node, std::vector<raft::Term>& into) {
  constexpr std::int64_t kMostTerm = 1'000'000'000;
  const std::string field = sim::name(node);
  const Json* terms = reader.array(logs, "cluster.logs", field.c_str(), sim::kMaxLogEntries);
  if (terms == nullptr) return;
  for (std::size_t i = 0; i < terms->size(); ++i) {
    const Json& term = (*terms)[i];
    const bool good = term.is_number_integer() && term >= 1 && term <= kMostTerm;
    if (!good) {
      return reader.complain(
          FieldReader::item("cluster.logs." + field, i),
          "expected a term from 1 to " + std::to_string(kMostTerm) + ", got " + kind_of(term));
    }
    into.emplace_back(term.get<std::uint64_t>());
  }
}

void read_logs(FieldReader& reader, const Json& cluster, sim::WorldConfig& config) {
  const auto found = cluster.find("logs");
  if (found == cluster.end()) return;
  if (!reader.is_object(*found, "cluster.logs", member_words(config.members))) return;
  for (std::size_t i = 1; i <= config.members; ++i) {
    const raft::NodeId node(i);
    if (!found->contains(sim::name(node))) continue;
    config.logs.resize(i);
    read_log(reader, *found, node, config.logs.back());
  }
}

void read_bugs(FieldReader& reader, const Json& cluster, raft::Bugs& bugs) {
  const Json* list_of_bugs = reader.array(cluster, "cluster", "bugs", raft::kBugCount);
  if (list_of_bugs == nullptr) return;
  Words known;
  for (std::size_t i = 0; i < raft::kBugCount; ++i) {
    known.emplace_back(raft::describe(static_cast<raft::Bug>(i)));
  }
  for (std::size_t i = 0; i < list_of_bugs->size(); ++i) {
    const auto bug = reader.choice((*list_of_bugs)[i], FieldReader::item("cluster.bugs", i), known);
    if (!bug) return;
    bugs.insert(static_cast<raft::Bug>(*bug));
  }
}

// Of the cluster, or of a member what it has of its own.
void read_fields(FieldReader& reader, const Json& from, const std::string& path, bool of_member,
                 sim::WorldConfig& config) {
  for (const ClusterField& field : cluster_fields()) {
    if (of_member && !field.of_member) continue;
    std::visit(
        [&](auto place) {
          using Value = std::remove_reference_t<decltype(config.*place)>;
          if constexpr (std::is_same_v<Value, bool>) {
            if (const auto value = reader.truth(from, path, field.name)) config.*place = *value;
          } else if (const auto value = reader.integer(from, path, field.name, field.low, field.high)) {
            config.*place = static_cast<Value>(*value);
          }
        },
        field.place);
  }
}

void read_own(FieldReader& reader, const Json& cluster, sim::WorldConfig& config) {
  const auto found = cluster.find("own");
  if (found == cluster.end()) return;
  const Words members = member_words(config.members);
  if (!reader.is_object(*found, "cluster.own", members)) return;
  Words known;
  for (const ClusterField& field : cluster_fields()) {
    if (field.of_member) known.emplace_back(field.name);
  }
  std::vector<sim::WorldConfig> own(config.members, config);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto of_member = found->find(members[i]);
    if (of_member == found->end()) continue;
    const std::string path = FieldReader::join("cluster.own", members[i]);
    if (reader.is_object(*of_member, path, known)) read_fields(reader, *of_member, path, true, own[i]);
  }
  config.own = std::move(own);
}

}  // namespace

void read_cluster(FieldReader& reader, const Json& root, sim::WorldConfig& cluster) {
  const auto found = root.find("cluster");
  if (found == root.end()) return;
  const std::string path = "cluster";
  Words known;
  for (const ClusterField& field : cluster_fields()) known.emplace_back(field.name);
  known.insert(known.end(), {"learners", "spares", "logs", "bugs", "own"});
  if (!reader.is_object(*found, path, known)) return;
  read_fields(reader, *found, path, false, cluster);
  read_members_of(reader, *found, "learners", cluster.members, cluster.learners);
  read_members_of(reader, *found, "spares", cluster.members, cluster.spares);
  read_logs(reader, *found, cluster);
  read_bugs(reader, *found, cluster.bugs);
  read_own(reader, *found, cluster);
}

}  // namespace raftarium::lab
