#pragma once
// CHECK: an assumption of ours, verified in every build. A failure is a defect in this program, never
// bad input (that is a Result, see base/result.h), so it prints what it saw and ends the process.

#include <sstream>
#include <string>

namespace raftarium::base {

// Prints "file:line: CHECK(expression) failed: detail" on standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression,
                               const std::string& detail);

template <class... Parts>
std::string check_detail(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace raftarium::base

// CHECK(condition, "text ", value, ...): the values are evaluated only on failure.
#define CHECK(condition, ...)                                                        \
  do {                                                                               \
    if (!(condition)) [[unlikely]]                                                   \
      ::raftarium::base::check_failed(__FILE__, __LINE__, #condition,                \
                                      ::raftarium::base::check_detail(__VA_ARGS__)); \
  } while (false)
