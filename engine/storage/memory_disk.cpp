#include "storage/memory_disk.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace raftarium::storage {

namespace {

constexpr const char* kNoSpaceText = "No space left on device";
constexpr const char* kErrorText = "Input/output error";
constexpr const char* kMissingText = "No such file or directory";
constexpr const char* kNotOpenText = "Bad file descriptor";
constexpr std::uint32_t kFurthestSectors = 8;  // that a misdirected call misses by at random

bool damages(DiskFault fault) { return fault == DiskFault::BitFlip || fault == DiskFault::ZeroedSector; }

}  // namespace

const char* describe(DiskFault fault) {
  static constexpr std::array kNames{"none",       "input/output error", "no space",    "short write",
                                     "lying sync", "misdirected",        "bit flipped", "sector zeroed"};
  return kNames.at(static_cast<std::size_t>(fault));
}

PlannedFault MemoryDisk::next_fault(DiskOp op, std::uint64_t bytes) {
  PlannedFault fault = choose_fault(op);
  // Nothing of a write is cut that is as short.
  if (fault.fault == DiskFault::ShortWrite && fault.bytes >= bytes) fault = {};
  if (damages(fault.fault) && bytes == 0) fault = {};
  ++fired_[static_cast<std::size_t>(fault.fault)];
  return fault;
}

PlannedFault MemoryDisk::choose_fault(DiskOp op) {
  const std::uint64_t call = calls_++;
  if (const auto next = next_.find(op); next != next_.end()) {
    const PlannedFault fault = next->second;
    next_.erase(next);
    return fault;
  }
  if (const auto planned = planned_.find(call); planned != planned_.end()) {
    const PlannedFault fault = planned->second;
    planned_.erase(planned);
    // What cannot happen to this operation does not.
    if (fault.fault == DiskFault::ShortWrite && op != DiskOp::Write) return {};
    if (fault.fault == DiskFault::LyingSync && op != DiskOp::Sync) return {};
    if (damages(fault.fault) && op != DiskOp::Read) return {};
    return fault;
  }
  const bool takes_space = op == DiskOp::Write || op == DiskOp::Create || op == DiskOp::Preallocate;
  if (full_ && takes_space) return {DiskFault::NoSpace};
  if (syncs_lie_ && op == DiskOp::Sync) return {DiskFault::LyingSync};
  if (takes_space && prng_.chance(rates_.no_space)) return {DiskFault::NoSpace};
  if (op == DiskOp::Read) {
    if (prng_.chance(rates_.read_error)) return {DiskFault::Error};
    if (prng_.chance(rates_.bit_flip)) return {DiskFault::BitFlip, prng_.next()};
    if (prng_.chance(rates_.zeroed_sector)) return {DiskFault::ZeroedSector, prng_.next()};
  }
  if (op == DiskOp::Write) {
    if (prng_.chance(rates_.write_error)) return {DiskFault::Error};
    if (prng_.chance(rates_.short_write)) return {DiskFault::ShortWrite, prng_.below(4096)};
  }
  if (op == DiskOp::Sync) {
    if (prng_.chance(rates_.sync_error)) return {DiskFault::Error};
    if (prng_.chance(rates_.lying_sync)) return {DiskFault::LyingSync};
  }
  const bool has_place = op == DiskOp::Read || op == DiskOp::Write;
  if (has_place && prng_.chance(rates_.misdirected)) {
    return {DiskFault::Misdirected, kSectorBytes * (prng_.below(kFurthestSectors) + 1)};
  }
  return {};
}

base::Status MemoryDisk::refuse(DiskOp op, std::string_view name, DiskFault fault) const {
  if (fault == DiskFault::Error) return disk_error(op, name, kErrorText);
  if (fault == DiskFault::NoSpace) return disk_error(op, name, kNoSpaceText);
  return {};
}

const MemoryDisk::OpenFile* MemoryDisk::find(File file) const {
  const auto found = open_.find(static_cast<std::uint32_t>(file));
  return found == open_.end() ? nullptr : &found->second;
}

MemoryDisk::Inode& MemoryDisk::own(std::uint64_t number) {
  std::shared_ptr<Inode>& mine = inodes_.edit(number);
  if (mine.use_count() > 1) mine = std::make_shared<Inode>(*mine);
  return *mine;
}

base::Result<File> MemoryDisk::open_inode(const std::string& name, std::uint64_t inode, bool writable) {
  const std::uint32_t file = next_file_++;
  open_[file] = {inode, name, writable};
  return static_cast<File>(file);
}

base::Result<File> MemoryDisk::create(const std::string& name) {
  const PlannedFault fault = next_fault(DiskOp::Create);
  if (auto status = refuse(DiskOp::Create, name, fault.fault); !status) return status.error();
  if (exists(name)) return disk_error(DiskOp::Create, name, "File exists");
  const std::uint64_t inode = next_inode_++;
  inodes_.set(inode, std::make_shared<Inode>());
  names_.set(name, inode);
  name_changes_.push_back({{}, name, inode});
  return open_inode(name, inode, true);
}

base::Result<File> MemoryDisk::open(const std::string& name, bool writable) {
  const PlannedFault fault = next_fault(DiskOp::Open);
  if (auto status = refuse(DiskOp::Open, name, fault.fault); !status) return status.error();
  const auto* const found = names_.find(name);
  if (found == nullptr) return disk_error(DiskOp::Open, name, kMissingText);
  return open_inode(name, found->value, writable);
}

void MemoryDisk::close(File file) {
  open_.erase(static_cast<std::uint32_t>(file));
  drop_unnamed();
}

base::Result<std::uint64_t> MemoryDisk::size(File file) {
  const PlannedFault fault = next_fault(DiskOp::Size);
  const OpenFile* open = find(file);
  if (open == nullptr) return disk_error(DiskOp::Size, {}, kNotOpenText);
  if (auto status = refuse(DiskOp::Size, open->name, fault.fault); !status) return status.error();
  return inode(open->inode).cached.size();
}

base::Result<std::size_t> MemoryDisk::read(File file, std::uint64_t offset, std::span<std::uint8_t> out) {
  const OpenFile* open = find(file);
  const std::uint64_t size = open == nullptr ? 0 : inode(open->inode).cached.size();
  const std::uint64_t there = std::min<std::uint64_t>(out.size(), size - std::min(size, offset));
  const PlannedFault fault = next_fault(DiskOp::Read, there);
  if (open == nullptr) return disk_error(DiskOp::Read, {}, kNotOpenText);
  if (auto status = refuse(DiskOp::Read, open->name, fault.fault); !status) return status.error();
  if (fault.fault == DiskFault::Misdirected) offset += fault.bytes;
  if (fault.fault == DiskFault::BitFlip)
    flip_bit(own(open->inode), offset + fault.bytes % there,
             static_cast<unsigned>(fault.bytes / there % 8));
  if (fault.fault == DiskFault::ZeroedSector)
    zero_sector(own(open->inode), (offset + fault.bytes % there) / kSectorBytes);
  const FileContent& content = inode(open->inode).cached;
  if (offset >= content.size()) return std::size_t{0};
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), content.size() - offset));
  content.read(offset, out.first(count));
  return count;
}

void MemoryDisk::mark_dirty(Inode& inode, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t sector = from / kSectorBytes; sector * kSectorBytes < to; ++sector) {
    const auto chunk = static_cast<std::size_t>(sector / FileContent::kChunkSectors);
    auto at =
        std::lower_bound(inode.dirty.begin(), inode.dirty.end(), chunk,
                         [](const auto& before, std::size_t wanted) { return before.first < wanted; });
    if (at == inode.dirty.end() || at->first != chunk)
      at = inode.dirty.insert(at, {chunk, std::uint8_t{0}});
    at->second |= static_cast<std::uint8_t>(1U << (sector % FileContent::kChunkSectors));
  }
}

base::Status MemoryDisk::write(File file, std::uint64_t offset, std::span<const std::uint8_t> data) {
  const PlannedFault fault = next_fault(DiskOp::Write, data.size());
  ++writes_;
  const OpenFile* open = find(file);
  if (open == nullptr || !open->writable) return disk_error(DiskOp::Write, {}, kNotOpenText);
  if (auto status = refuse(DiskOp::Write, open->name, fault.fault); !status) return status;
  if (fault.fault == DiskFault::Misdirected) offset += fault.bytes;
  const bool cut = fault.fault == DiskFault::ShortWrite;
  if (cut) data = data.first(static_cast<std::size_t>(fault.bytes));
  if (!data.empty()) {
    Inode& inode = own(open->inode);
    inode.cached.write(offset, data);
    mark_dirty(inode, offset, offset + data.size());
    bytes_written_ += data.size();
  }
  if (cut) return disk_error(DiskOp::Write, open->name, kNoSpaceText);
  return {};
}

base::Status MemoryDisk::preallocate(File file, std::uint64_t size) {
  const PlannedFault fault = next_fault(DiskOp::Preallocate);
  const OpenFile* open = find(file);
  if (open == nullptr || !open->writable) return disk_error(DiskOp::Preallocate, {}, kNotOpenText);
  if (auto status = refuse(DiskOp::Preallocate, open->name, fault.fault); !status) return status;
  if (Inode& inode = own(open->inode); inode.cached.size() < size) inode.cached.resize(size);
  return {};
}

base::Status MemoryDisk::truncate(File file, std::uint64_t size) {
  const PlannedFault fault = next_fault(DiskOp::Truncate);
  const OpenFile* open = find(file);
  if (open == nullptr || !open->writable) return disk_error(DiskOp::Truncate, {}, kNotOpenText);
  if (auto status = refuse(DiskOp::Truncate, open->name, fault.fault); !status) return status;
  Inode& inode = own(open->inode);
  if (size < inode.cached.size())
    mark_dirty(inode, size, std::min(inode.cached.size(), inode.durable.size()));
  inode.cached.resize(size);
  return {};
}

base::Status MemoryDisk::sync(File file) {
  const PlannedFault fault = next_fault(DiskOp::Sync);
  ++syncs_;
  const OpenFile* open = find(file);
  if (open == nullptr) return disk_error(DiskOp::Sync, {}, kNotOpenText);
  if (fault.fault == DiskFault::LyingSync) return {};
  Inode& inode = own(open->inode);
  if (fault.fault != DiskFault::None) {
    // The kernel marks the pages clean all the same: a later sync succeeds and writes nothing.
    inode.dirty.clear();
    inode.forsaken = true;
    return refuse(DiskOp::Sync, open->name, fault.fault);
  }
  inode.durable.resize(inode.cached.size());
  for (const auto& [chunk, sectors] : inode.dirty) {
    if (chunk * FileContent::kChunkBytes >= inode.cached.size()) continue;
    // A log is written from its beginning to its end. Until a chunk is full it is written to again, and would be
    // copied after every sync if it were shared.
    constexpr unsigned kLastSector = 1U << (FileContent::kChunkSectors - 1);
    if ((sectors & kLastSector) != 0 && !inode.forsaken) {
      inode.durable.share_chunk(chunk, inode.cached);
    } else {
      inode.durable.take_sectors(chunk, sectors, inode.cached);
    }
  }
  inode.dirty.clear();
  return {};
}

void MemoryDisk::apply(const NameChange& change, Names& names) {
  if (!change.from.empty()) {
    const auto* const from = names.find(change.from);
    if (from != nullptr && from->value == change.inode) names.erase(change.from);
  }
  if (!change.to.empty()) names.set(change.to, change.inode);
}

base::Status MemoryDisk::rename(const std::string& from, const std::string& to) {
  const PlannedFault fault = next_fault(DiskOp::Rename);
  if (auto status = refuse(DiskOp::Rename, from, fault.fault); !status) return status;
  const auto* const found = names_.find(from);
  if (found == nullptr) return disk_error(DiskOp::Rename, from, kMissingText);
  for (auto& [file, open] : open_) {
    if (open.inode == found->value) open.name = to;
  }
  name_changes_.push_back({from, to, found->value});
  apply(name_changes_.back(), names_);
  return {};
}

base::Status MemoryDisk::remove(const std::string& name) {
  const PlannedFault fault = next_fault(DiskOp::Remove);
  if (auto status = refuse(DiskOp::Remove, name, fault.fault); !status) return status;
  const auto* const found = names_.find(name);
  if (found == nullptr) return disk_error(DiskOp::Remove, name, kMissingText);
  name_changes_.push_back({name, {}, found->value});
  apply(name_changes_.back(), names_);
  return {};
}

base::Status MemoryDisk::sync_directory() {
  const PlannedFault fault = next_fault(DiskOp::SyncDirectory);
  if (auto status = refuse(DiskOp::SyncDirectory, {}, fault.fault); !status) return status;
  durable_names_ = names_;
  name_changes_.clear();
  drop_unnamed();
  return {};
}

base::Result<std::vector<std::string>> MemoryDisk::list() {
  const PlannedFault fault = next_fault(DiskOp::List);
  if (auto status = refuse(DiskOp::List, {}, fault.fault); !status) return status.error();
  return names();
}

base::Status MemoryDisk::lock() { return refuse(DiskOp::Lock, {}, next_fault(DiskOp::Lock).fault); }

void MemoryDisk::drop_unnamed() {
  std::vector<std::uint64_t> used;
  for (const Names* names : {&names_, &durable_names_}) {
    for (const Names::Entry& entry : *names) used.push_back(entry.value);
  }
  for (const auto& [file, open] : open_) used.push_back(open.inode);
  for (const NameChange& change : name_changes_) used.push_back(change.inode);
  std::sort(used.begin(), used.end());
  std::vector<std::uint64_t> unused;
  for (const auto& entry : inodes_) {
    if (!std::binary_search(used.begin(), used.end(), entry.key)) unused.push_back(entry.key);
  }
  for (const std::uint64_t number : unused) inodes_.erase(number);
}

void MemoryDisk::kill() {
  open_.clear();
  drop_unnamed();
}

std::size_t MemoryDisk::unsettled() const {
  std::size_t count = 0;
  MemoryDisk copy = *this;
  copy.crash([&] {
    ++count;
    return false;
  });
  return count;
}

void MemoryDisk::settle(Inode& inode, const std::function<bool()>& survives) {
  const std::uint64_t size = inode.size_dirty() && survives() ? inode.cached.size() : inode.durable.size();
  FileContent result = inode.durable;
  result.resize(size);
  for (const auto& [chunk, sectors] : inode.dirty) {
    for (std::uint64_t i = 0; i < FileContent::kChunkSectors; ++i) {
      if ((sectors >> i & 1U) == 0 || !survives()) continue;
      const std::uint64_t offset = chunk * FileContent::kChunkBytes + i * kSectorBytes;
      if (offset >= size) continue;
      std::array<std::uint8_t, kSectorBytes> sector{};
      inode.cached.read(offset, sector);
      result.write(
          offset, std::span(sector).first(static_cast<std::size_t>(std::min(kSectorBytes, size - offset))));
    }
  }
  inode.cached = result;
  inode.durable = std::move(result);
  inode.dirty.clear();
  inode.forsaken = false;
}

void MemoryDisk::crash(const std::function<bool()>& survives) {
  open_.clear();
  for (const NameChange& change : name_changes_) {
    if (survives()) apply(change, durable_names_);
  }
  names_ = durable_names_;
  name_changes_.clear();
  drop_unnamed();
  std::vector<std::uint64_t> differing;
  for (const auto& entry : inodes_) {
    const Inode& inode = *entry.value;
    if (!inode.dirty.empty() || inode.size_dirty() || inode.forsaken) differing.push_back(entry.key);
  }
  for (const std::uint64_t number : differing) settle(own(number), survives);
}

void MemoryDisk::crash(base::Prng& prng) {
  crash([&] { return prng.below(2) == 0; });
}

MemoryDisk MemoryDisk::without_faults() const {
  MemoryDisk copy = *this;
  copy.planned_.clear();
  copy.next_.clear();
  copy.rates_ = {};
  copy.full_ = false;
  copy.syncs_lie_ = false;
  return copy;
}

void MemoryDisk::wipe() {
  MemoryDisk blank;
  blank.fired_ = fired_;
  blank.writes_ = writes_;
  blank.bytes_written_ = bytes_written_;
  blank.syncs_ = syncs_;
  *this = std::move(blank);
}

void MemoryDisk::flip_bit(const std::string& name, std::uint64_t offset, unsigned bit) {
  flip_bit(own(names_.find(name)->value), offset, bit);
}

void MemoryDisk::flip_bit(Inode& inode, std::uint64_t offset, unsigned bit) {
  for (FileContent* content : {&inode.cached, &inode.durable}) {
    if (offset >= content->size()) continue;
    std::array<std::uint8_t, 1> byte{};
    content->read(offset, byte);
    byte[0] = static_cast<std::uint8_t>(byte[0] ^ 1U << bit);
    content->write(offset, byte);
  }
}

void MemoryDisk::zero_sector(const std::string& name, std::uint64_t sector) {
  zero_sector(own(names_.find(name)->value), sector);
}

void MemoryDisk::zero_sector(Inode& inode, std::uint64_t sector) {
  static constexpr std::array<std::uint8_t, kSectorBytes> kZeros{};
  for (FileContent* content : {&inode.cached, &inode.durable}) {
    const std::uint64_t from = sector * kSectorBytes;
    if (from >= content->size()) continue;
    content->write(from, std::span(kZeros).first(
                             static_cast<std::size_t>(std::min(kSectorBytes, content->size() - from))));
  }
}

std::uint64_t MemoryDisk::size_of(const std::string& name) const { return inode_of(name).cached.size(); }

bool MemoryDisk::shares(const std::string& name, const MemoryDisk& other) const {
  if (!names_.contains(name) || !other.names_.contains(name)) return false;
  return inode_of(name).cached.shares(other.inode_of(name).cached);
}

bool MemoryDisk::shares_all(const MemoryDisk& other) const {
  const auto same = [](const auto& a, const auto& b) {
    auto at = a.begin();
    auto beside = b.begin();
    for (; at != a.end() && beside != b.end(); ++at, ++beside) {
      if (at->key != beside->key || at->value != beside->value) return false;
    }
    return !(at != a.end()) && !(beside != b.end());
  };
  return same(names_, other.names_) && same(durable_names_, other.durable_names_) &&
         name_changes_ == other.name_changes_ && same(inodes_, other.inodes_);
}

std::vector<std::uint8_t> MemoryDisk::contents(const std::string& name) const {
  const FileContent& content = inode_of(name).cached;
  std::vector<std::uint8_t> data(static_cast<std::size_t>(content.size()));
  content.read(0, data);
  return data;
}

void MemoryDisk::set_contents(const std::string& name, std::span<const std::uint8_t> data) {
  auto inode = std::make_shared<Inode>();
  inode->cached.write(0, data);
  inode->durable = inode->cached;
  names_.set(name, next_inode_);
  durable_names_.set(name, next_inode_);
  inodes_.set(next_inode_++, std::move(inode));
}

std::vector<std::string> MemoryDisk::names() const {
  std::vector<std::string> names;
  for (const Names::Entry& entry : names_) names.push_back(entry.key);
  return names;
}

}  // namespace raftarium::storage
