#include "cli/data_directory.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "storage/durable_storage.h"

namespace raftarium::cli {

namespace {

using nlohmann::json;

constexpr const char* kFile = "acknowledged.ndjson";

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::binary_search(names.begin(), names.end(), name);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

// What is there is what was expected to be.
base::Status check_expected(storage::Disk& root, const std::string& path, bool resume) {
  const auto names = root.list();
  if (!names) return names.error();
  std::vector<std::string> members;
  for (std::size_t i = 1; i <= sim::kMaxMembers; ++i) {
    if (const std::string name = sim::name(raft::NodeId(i)); has(*names, name)) members.push_back(name);
  }
  const bool file = has(*names, kFile);
  if (!resume && file) {
    return base::Error{path +
                       ": there is a cluster already; --resume goes on with it, another directory "
                       "begins a new one"};
  }
  if (!resume && !members.empty()) {
    return base::Error{path + ": there is part of a cluster already: expected none, found " +
                       listed(members) + "; another directory begins a new one"};
  }
  if (resume && !file && members.empty()) {
    return base::Error{path + ": expected a cluster to resume, found none"};
  }
  if (resume && !file) {
    return base::Error{path + ": expected " + kFile + " beside the members, found " + listed(members) +
                       " only: without it nobody can say what was acknowledged; put it back, or begin a "
                       "new cluster in another directory"};
  }
  return {};
}

}  // namespace

base::Result<DataDirectory> DataDirectory::open(const std::string& path, bool resume, std::size_t members) {
  std::error_code error;
  // A person may have made a link to the directory itself; below it none is followed.
  std::filesystem::path root = std::filesystem::absolute(path, error);
  if (!error) root = std::filesystem::weakly_canonical(root, error);
  if (!root.has_filename()) root = root.parent_path();  // "DIR/"
  if (error) return base::Error{path + ": " + error.message()};
  if (resume && !std::filesystem::exists(root, error)) {
    return base::Error{path + ": expected a cluster to resume, found none"};
  }
  if (!resume) std::filesystem::create_directories(root.parent_path(), error);
  if (error) return base::Error{path + ": " + error.message()};
  auto disk = resume ? storage::PosixDisk::open_existing(root.string())
                     : storage::PosixDisk::open_directory(root.string());
  if (!disk) return disk.error();
  // Once before the lock, whose file a directory that is none of ours should not get; and once when nobody
  // else can change it.
  if (auto status = check_expected(**disk, path, resume); !status) return status.error();
  if (auto status = (*disk)->lock(); !status) return status.error();
  if (auto status = check_expected(**disk, path, resume); !status) return status.error();

  DataDirectory directory(path, std::move(*disk));
  const auto file = resume ? directory.root_->open(kFile, true) : directory.root_->create(kFile);
  if (!file) return file.error();
  directory.file_ = *file;
  if (auto status = directory.read(); !status) return status.error();
  if (auto status = directory.check_members(members); !status) return status.error();
  // A line that a crash has cut short was nobody's acknowledgement.
  if (auto status = directory.root_->truncate(*file, directory.end_); !status) return status.error();
  directory.write_down(json{{"run", directory.run_}}.dump(), true);
  if (directory.failure_) return *directory.failure_;
  if (auto status = directory.root_->sync_directory(); !status) return status.error();
  return directory;
}

base::Status DataDirectory::read() {
  const auto size = root_->size(file_);
  if (!size) return size.error();
  std::string text(static_cast<std::size_t>(*size), '\0');
  const auto got = root_->read(
      file_, 0, std::span<std::uint8_t>(reinterpret_cast<std::uint8_t*>(text.data()), text.size()));
  if (!got) return got.error();
  text.resize(*got);
  end_ = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  return load(text);
}

base::Status DataDirectory::load(const std::string& text) {
  std::size_t number = 0;
  for (std::size_t from = 0, to = 0; (to = text.find('\n', from)) != std::string::npos; from = to + 1) {
    ++number;
    const std::string line = text.substr(from, to - from);
    const auto refuse = [&](const std::string& expected) {
      return base::Error{path_ + '/' + kFile + ':' + std::to_string(number) + ": expected " + expected +
                         ", got " + line.substr(0, 80)};
    };
    const json object = json::parse(line, nullptr, false);
    const auto is_number = [&](const char* field) {
      return object.contains(field) && object[field].is_number_unsigned();
    };
    if (is_number("run")) {
      const auto run = object["run"].get<std::uint64_t>();
      if (run >= sim::kMaxRuns) {
        return refuse("a run below " + std::to_string(sim::kMaxRuns) + ", of which there can be no more");
      }
      run_ = std::max(run_, static_cast<std::uint32_t>(run) + 1);
      continue;
    }
    if (is_number("members")) {
      const auto members = object["members"].get<std::uint64_t>();
      if (members == 0 || members > sim::kMaxMembers) {
        return refuse("1 to " + std::to_string(sim::kMaxMembers) + " members");
      }
      members_ = static_cast<std::size_t>(members);
      continue;
    }
    if (!object.is_object() || !is_number("index") || !is_number("revision") || !object.contains("key") ||
        !object["key"].is_string() || (object.contains("value") && !object["value"].is_string())) {
      return refuse("an acknowledged write");
    }
    if (members_ == 0) return refuse("how many members there are, before any write");
    Acknowledged write{object["index"].get<std::uint64_t>(), object["revision"].get<kv::Revision>(),
                       object["key"].get<std::string>(), std::nullopt};
    if (object.contains("value")) write.value = object["value"].get<std::string>();
    acknowledged_.push_back(std::move(write));
  }
  return {};
}

base::Status DataDirectory::check_members(std::size_t expected) const {
  if (members_ == 0) return {};  // the first run ended while it made them
  if (members_ != expected) {
    return base::Error{path_ + ": expected a scenario of " + std::to_string(members_) +
                       " members, as the cluster has, got one of " + std::to_string(expected)};
  }
  const auto names = root_->list();
  if (!names) return names.error();
  std::vector<std::string> missing;
  for (std::size_t i = 1; i <= members_; ++i) {
    const std::string name = sim::name(raft::NodeId(i));
    bool is_there = false;
    if (has(*names, name)) {
      const auto member = storage::PosixDisk::open_existing(root_->directory() + '/' + name);
      if (!member) return member.error();
      const auto exists = storage::DurableStorage::exists(**member);
      if (!exists) return exists.error();
      is_there = *exists;
    }
    if (!is_there) missing.push_back(name);
  }
  if (missing.empty()) return {};
  return base::Error{path_ + ": expected the logs of " + std::to_string(members_) +
                     " members, found none of " + listed(missing) +
                     ": a member that has forgotten its votes and its log could vote against what it "
                     "promised; put back what was taken away, or begin a new cluster in another directory"};
}

sim::RealDisks DataDirectory::disks() const {
  sim::RealDisks disks;
  disks.run = run_;
  disks.open = [path =
                    root_->directory()](raft::NodeId node) -> base::Result<std::unique_ptr<storage::Disk>> {
    auto disk = storage::PosixDisk::open_directory(path + '/' + sim::name(node));
    if (!disk) return disk.error();
    return std::unique_ptr<storage::Disk>(std::move(*disk));
  };
  return disks;
}

// Written line by line: the process may be killed at any moment.
void DataDirectory::write_down(const std::string& line, bool sync) {
  if (failure_) return;
  const std::string text = line + '\n';
  auto status =
      root_->write(file_, end_, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  end_ += text.size();
  if (status && sync) status = root_->sync(file_);
  if (!status) failure_ = status.error();
}

void DataDirectory::watch(const sim::World& world) {
  if (members_ == 0) {
    members_ = world.members().size();
    write_down(json{{"members", members_}}.dump(), true);
  }
  told_.resize(world.requests().size(), false);
  for (const sim::Event& event : world.events()) {
    if (event.kind != sim::Event::Kind::RequestDone) continue;
    const sim::Request& request = world.requests()[event.request - 1];
    if (told_[event.request - 1] || event.request_state != sim::RequestState::Committed) continue;
    told_[event.request - 1] = true;
    if (request.is_read() || !request.succeeded) continue;  // nothing was written
    json line{{"index", request.index.value()}, {"key", request.key()}, {"revision", request.revision}};
    if (request.kind != sim::Request::Kind::Delete) line["value"] = request.written();
    write_down(line.dump(-1, ' ', true, json::error_handler_t::replace), false);
  }
  if (!verified_) verify(world);
}

void DataDirectory::verify(const sim::World& world) {
  const raft::NodeId leader = world.leader();
  if (leader == raft::kNone) return;
  const member::Member& member = world.member(leader);
  const raft::RawNode& node = member.node();
  // Until then it may not know what is committed (§8).
  if (node.term_of(node.applied()).term != node.term()) return;
  verified_ = true;
  const auto look = [&](const std::string& key, kv::Revision revision) {
    return member.store().range({.from = key, .to = key + '\0', .revision = revision});
  };
  std::map<std::string, kv::Revision> newest;
  for (const Acknowledged& write : acknowledged_) {
    kv::Revision& revision = newest[write.key];
    revision = std::max(revision, write.revision);
  }
  for (const Acknowledged& write : acknowledged_) {
    kv::RangeResult result = look(write.key, write.revision);
    if (result.refusal == kv::Refusal::Compacted) {
      // Older than the history that the store keeps. What took its place is looked for instead: the newest that
      // was acknowledged of its key, and in that one's place whatever has come since.
      if (write.revision < newest[write.key]) continue;
      result = look(write.key, 0);
      if (!result.found.empty() && result.found.front().mod_revision > write.revision) continue;
    }
    std::optional<std::string> found;
    if (!result.found.empty()) found = result.found.front().value;
    if (result.refusal == kv::Refusal::None && found == write.value) continue;
    lost_.push_back(
        write.key + "=" + write.value.value_or("(deleted)") + " of revision " +
        std::to_string(write.revision) + ", entry " + std::to_string(write.index) + ": " +
        sim::name(leader) + " has " +
        (result.refusal == kv::Refusal::None ? found.value_or("nothing") : kv::describe(result.refusal)));
  }
}

}  // namespace raftarium::cli
