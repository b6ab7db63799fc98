#include "cli/data_directory.h"

#include <filesystem>
#include <iterator>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "storage/posix_disk.h"

namespace raftarium::cli {

namespace {

using nlohmann::json;

constexpr const char* kFile = "/acknowledged.ndjson";

}  // namespace

base::Result<DataDirectory> DataDirectory::open(const std::string& path, bool resume) {
  const std::string file = path + kFile;
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  if (exists && !resume) {
    return base::Error{path +
                       ": there is a cluster already; --resume goes on with it, another directory "
                       "begins a new one"};
  }
  if (!exists && resume) return base::Error{path + ": expected a cluster to resume, found none"};
  std::filesystem::create_directories(path, error);
  if (error) return base::Error{path + ": " + error.message()};
  DataDirectory directory(path, 0);
  if (exists) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.good() && !in.eof()) return base::Error{file + ": cannot be read"};
    if (auto status = directory.load(text); !status) return status.error();
    // A line that a crash has cut short was nobody's acknowledgement.
    const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    std::filesystem::resize_file(file, whole, error);
    if (error) return base::Error{file + ": " + error.message()};
  }
  directory.file_.open(file, std::ios::binary | std::ios::app);
  directory.write_down(json{{"run", directory.run_}}.dump());
  if (directory.failure_) return *directory.failure_;
  return directory;
}

base::Status DataDirectory::load(const std::string& text) {
  std::size_t number = 0;
  for (std::size_t from = 0, to = 0; (to = text.find('\n', from)) != std::string::npos; from = to + 1) {
    ++number;
    const std::string line = text.substr(from, to - from);
    const json object = json::parse(line, nullptr, false);
    if (object.contains("run") && object["run"].is_number_unsigned()) {
      run_ = object["run"].get<std::uint32_t>() + 1;
      if (run_ > sim::kMaxRuns) return base::Error{path_ + ": it has been run too often"};
      continue;
    }
    const auto is_number = [&](const char* field) {
      return object.contains(field) && object[field].is_number_unsigned();
    };
    if (!object.is_object() || !is_number("index") || !is_number("revision") || !object.contains("key") ||
        !object["key"].is_string() || (object.contains("value") && !object["value"].is_string())) {
      return base::Error{path_ + kFile + ":" + std::to_string(number) +
                         ": expected an acknowledged write, got " + line.substr(0, 80)};
    }
    Acknowledged write{object["index"].get<std::uint64_t>(), object["revision"].get<kv::Revision>(),
                       object["key"].get<std::string>(), std::nullopt};
    if (object.contains("value")) write.value = object["value"].get<std::string>();
    acknowledged_.push_back(std::move(write));
  }
  return {};
}

sim::RealDisks DataDirectory::disks() const {
  sim::RealDisks disks;
  disks.run = run_;
  disks.open = [path = path_](raft::NodeId node) -> base::Result<std::unique_ptr<storage::Disk>> {
    auto disk = storage::PosixDisk::open_directory(path + "/" + sim::name(node));
    if (!disk) return disk.error();
    return std::unique_ptr<storage::Disk>(std::move(*disk));
  };
  return disks;
}

// Flushed line by line: the process may be killed at any moment.
void DataDirectory::write_down(const std::string& line) {
  if (failure_) return;
  file_ << line << '\n' << std::flush;
  if (!file_) failure_ = base::Error{path_ + kFile + ": cannot be written"};
}

void DataDirectory::watch(const sim::World& world) {
  told_.resize(world.requests().size(), false);
  for (const sim::Event& event : world.events()) {
    if (event.kind != sim::Event::Kind::RequestDone) continue;
    const sim::Request& request = world.requests()[event.request - 1];
    if (told_[event.request - 1] || event.request_state != sim::RequestState::Committed) continue;
    told_[event.request - 1] = true;
    if (request.is_read() || !request.succeeded) continue;  // nothing was written
    json line{{"index", request.index.value()}, {"key", request.key()}, {"revision", request.revision}};
    if (request.kind != sim::Request::Kind::Delete) line["value"] = request.written();
    write_down(line.dump(-1, ' ', true, json::error_handler_t::replace));
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
  for (const Acknowledged& write : acknowledged_) {
    const kv::RangeResult result =
        member.store().range({.from = write.key, .to = write.key + '\0', .revision = write.revision});
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
