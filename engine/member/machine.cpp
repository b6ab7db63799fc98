#include "member/machine.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace raftarium::member {

const char* describe(Unsynced unsynced) {
  static constexpr std::array kWords{"lost", "torn", "kept"};
  return kWords.at(static_cast<std::size_t>(unsynced));
}

base::Result<Machine> Machine::start(const raft::Config& config, const Options& options,
                                     const OpenDisk& open) {
  Machine machine(options, open);
  if (!open) machine.simulated_ = std::make_unique<storage::MemoryDisk>();
  if (auto status = machine.open_disk(); !status) return status.error();
  auto member = Member::start(config, machine.disk(), options);
  if (!member) return member.error();
  machine.member_ = std::make_unique<Member>(std::move(*member));
  // For the first time only: a wiped machine has lost them.
  machine.options_.first_entries.clear();
  machine.options_.first_term = raft::Term();
  return machine;
}

Machine::Machine(const Machine& other) : options_(other.options_) {
  CHECK(other.simulated_ != nullptr, "a member on a real disk cannot be copied");
  simulated_ = std::make_unique<storage::MemoryDisk>(*other.simulated_);
  member_ = std::make_unique<Member>(*other.member_);
  member_->rebind(*simulated_);
}

Machine& Machine::operator=(Machine other) noexcept {
  options_ = std::move(other.options_);
  open_ = std::move(other.open_);
  simulated_ = std::move(other.simulated_);
  real_ = std::move(other.real_);
  member_ = std::move(other.member_);
  return *this;
}

base::Status Machine::open_disk() {
  if (!open_) return {};
  auto disk = open_();
  if (!disk) return disk.error();
  real_ = std::move(*disk);
  return {};
}

void Machine::crash(Unsynced unsynced, base::Prng& prng) {
  member_->crash();
  if (simulated_ == nullptr) {
    real_.reset();
    return;
  }
  switch (unsynced) {
    case Unsynced::Lost:
      simulated_->crash([] { return false; });
      break;
    case Unsynced::Torn:
      simulated_->crash(prng);
      break;
    case Unsynced::Kept:
      simulated_->kill();
      break;
  }
}

base::Status Machine::restart() {
  auto status = open_disk();
  if (status) {
    member_->rebind(disk());
    status = member_->restart();
  }
  if (!status) {
    // Whatever it had opened.
    real_.reset();
    if (simulated_ != nullptr) simulated_->kill();
  }
  return status;
}

base::Status Machine::wipe() {
  CHECK(!member_->running(), "member ", member_->id(), " runs");
  if (auto status = open_disk(); !status) return status;
  if (simulated_ != nullptr) {
    simulated_->wipe();
  } else {
    const auto names = real_->list();
    if (!names) return names.error();
    for (const std::string& name : *names) {
      if (auto status = real_->remove(name); !status) return status;
    }
    if (auto status = real_->sync_directory(); !status) return status;
  }
  auto blank = Member::start(member_->config(), disk(), options_);
  if (!blank) return blank.error();
  *member_ = std::move(*blank);
  member_->crash();
  real_.reset();
  if (simulated_ != nullptr) simulated_->kill();
  return {};
}

}  // namespace raftarium::member
