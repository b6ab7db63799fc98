#include "storage/wal_reader.h"

#include <algorithm>

#include "storage/hex.h"
#include "storage/segment_reader.h"

namespace raftarium::storage {

namespace {

base::Error refuse(std::uint64_t sequence, std::uint64_t offset, const std::string& what) {
  return base::Error{"wal " + segment_name(sequence) + '+' + std::to_string(offset) + ": " + what};
}

base::Error refuse_damage(std::uint64_t sequence, const SegmentReader::Damage& damage,
                          const std::string& proof) {
  return refuse(sequence, damage.offset,
                damage.why + "; " + proof + ", so nothing was cut: restore this member from a peer");
}

class Reading {
 public:
  Reading(Disk& disk, const std::vector<std::uint64_t>& sequences, const std::optional<Identity>& identity,
          WalVisitor& visitor)
      : disk_(disk), sequences_(sequences), identity_(identity), visitor_(visitor) {}

  base::Result<WalEnd> run() {
    for (const std::uint64_t sequence : sequences_) {
      auto reader = SegmentReader::open(disk_, sequence);
      if (!reader) return reader.error();
      if (auto status = begin_segment(sequence, *reader); !status) return status.error();
      if (auto status = read_segment(sequence, *reader); !status) return status.error();
    }
    return end_;
  }

 private:
  base::Status begin_segment(std::uint64_t sequence, SegmentReader& reader) {
    const auto header = reader.header();
    if (!header) return header.error();
    if (identity_ && header->identity != *identity_) {
      return refuse(sequence, 32,
                    "the log of another member: expected " + describe(*identity_) + ", got " +
                        describe(header->identity));
    }
    if (sequence != sequences_.front()) {
      if (header->identity != first_identity_) {
        return refuse(sequence, 32,
                      "the segment belongs to another log: expected " + describe(first_identity_) +
                          ", as in the one before, got " + describe(header->identity));
      }
      if (header->first_save != end_.next_save) {
        return refuse(sequence, 48,
                      "the segment before it is not complete: expected save " +
                          std::to_string(end_.next_save) + ", got " + std::to_string(header->first_save) +
                          "; restore this member from a peer");
      }
      if (header->chain != end_.chain) {
        return refuse(sequence, 56,
                      "broken chain between segments: expected " + hex32(end_.chain) + ", got " +
                          hex32(header->chain));
      }
    }
    first_identity_ = header->identity;
    end_.sequence = sequence;
    end_.offset = kSegmentHeaderBytes;
    end_.durable = kSegmentHeaderBytes;
    starts_.clear();
    end_.file_bytes = reader.file_bytes();
    end_.next_save = header->first_save;
    end_.chain = checksum(*header);
    return visitor_.segment(*header);
  }

  base::Status read_segment(std::uint64_t sequence, SegmentReader& reader) {
    std::vector<WalRecord> save;
    WalRecord record;
    std::uint32_t chain = end_.chain;
    while (true) {
      const auto found = reader.next(record);
      if (!found) return found.error();
      if (*found != SegmentReader::Found::Record)
        return end_segment(sequence, reader, *found, !save.empty());
      const auto broken = [&](const char* what, const std::string& expected, const std::string& got) {
        std::string text(what);
        text.append(": expected ").append(expected).append(", got ").append(got);
        return refuse(sequence, record.offset, text);
      };
      if (record.header.chain != chain)
        return broken("broken chain", hex32(chain), hex32(record.header.chain));
      if (record.header.save != end_.next_save) {
        return broken("a record of another save", std::to_string(end_.next_save),
                      std::to_string(record.header.save));
      }
      chain = record.header.crc;
      save.push_back(std::move(record));
      if (!save.back().header.last_of_save) continue;
      // A save says which one before it was durable when it was written.
      starts_.push_back({end_.next_save, end_.offset});
      while (!starts_.empty() && starts_.front().save <= save.back().header.durable())
        starts_.erase(starts_.begin());
      end_.durable = starts_.empty() ? reader.offset() : starts_.front().offset;
      end_.offset = reader.offset();
      end_.chain = chain;
      ++end_.next_save;
      if (auto status = visitor_.save(save); !status) return status;
      save.clear();
    }
  }

  // The segment's records end here: as they should, torn, or damaged.
  base::Status end_segment(std::uint64_t sequence, SegmentReader& reader, SegmentReader::Found found,
                           bool in_save) {
    const bool last = sequence == sequences_.back();
    const SegmentReader::Damage& damage = reader.damage();
    if (!last) {
      // The next segment's chain and save number tell whether records are missing at a clean end.
      if (found == SegmentReader::Found::End) return {};
      return refuse_damage(sequence, damage, "the segment is sealed, it was durable once");
    }
    if (found == SegmentReader::Found::Damaged && !damage.like_torn) {
      return refuse_damage(sequence, damage, "no write that was cut short looks like this");
    }
    const std::uint64_t stop = reader.offset();
    const auto rest = reader.look_ahead(stop, end_.next_save);
    if (!rest) return rest.error();
    if (rest->witness != 0) {
      SegmentReader::Damage what = damage;
      if (found == SegmentReader::Found::End) what = {stop, "expected a record's header, got zeros", true};
      return refuse_damage(
          sequence, what,
          "the record at +" + std::to_string(rest->witness) + " was written when this one was durable");
    }
    if (rest->end > stop || in_save) {
      std::string why = found == SegmentReader::Found::Damaged ? damage.why : "a save is not complete";
      end_.torn = TornTail{sequence, end_.offset, std::max(rest->end, stop), std::move(why)};
    }
    return {};
  }

  Disk& disk_;
  const std::vector<std::uint64_t>& sequences_;
  const std::optional<Identity>& identity_;
  WalVisitor& visitor_;
  struct Start {
    std::uint64_t save = 0;
    std::uint64_t offset = 0;
  };
  Identity first_identity_;
  WalEnd end_;
  std::vector<Start> starts_;  // of the saves that nothing says were durable
};

}  // namespace

std::string describe(const TornTail& tail) {
  return std::to_string(tail.to - tail.from) + " torn bytes at " + segment_name(tail.sequence) + '+' +
         std::to_string(tail.from) + " (" + tail.why + ')';
}

base::Result<std::vector<std::uint64_t>> list_segments(const std::vector<std::string>& names) {
  std::vector<std::uint64_t> sequences;
  for (const std::string& name : names) {
    if (const auto sequence = parse_segment_name(name)) sequences.push_back(*sequence);
  }
  std::sort(sequences.begin(), sequences.end());
  for (std::size_t i = 1; i < sequences.size(); ++i) {
    if (sequences[i] != sequences[i - 1] + 1) {
      return base::Error{"wal: a segment is missing: expected " + segment_name(sequences[i - 1] + 1) +
                         ", got " + segment_name(sequences[i]) + "; restore this member from a peer"};
    }
  }
  return sequences;
}

base::Result<WalEnd> read_wal(Disk& disk, const std::vector<std::uint64_t>& sequences,
                              const std::optional<Identity>& identity, WalVisitor& visitor) {
  return Reading(disk, sequences, identity, visitor).run();
}

}  // namespace raftarium::storage
