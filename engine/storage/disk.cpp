#include "storage/disk.h"

#include <array>

namespace raftarium::storage {

const char* describe(DiskOp op) {
  static constexpr std::array kNames{"create",         "open",     "size", "read",   "write",
                                     "preallocate",    "truncate", "sync", "rename", "remove",
                                     "sync directory", "list",     "lock"};
  return kNames.at(static_cast<std::size_t>(op));
}

base::Error disk_error(DiskOp op, std::string_view file, std::string_view why) {
  std::string message = describe(op);
  if (!file.empty()) (message += ' ') += file;
  (message += ": ") += why;
  return base::Error{std::move(message)};
}

}  // namespace raftarium::storage
