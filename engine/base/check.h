#pragma once
// CHECK: an assumption of ours, verified in every build. A failure is a defect in this program, never
// bad input (that is a Result, see base/result.h), so it prints what it saw and ends the process.

#include <string>

#include "base/text.h"

namespace raftarium::base {

// Prints "file:line: CHECK(expression) failed: detail" on standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression,
                               const std::string& detail);

// Kept out of the functions that check, and given copies, so that a check costs them a comparison alone.
template <class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void check_failed_at(const char* file, int line,
                                                            const char* expression, Parts... parts) {
  check_failed(file, line, expression, text(parts...));
}

}  // namespace raftarium::base

// CHECK(condition, "text ", value, ...): the values are evaluated only on failure.
#define CHECK(condition, ...)                                                          \
  do {                                                                                 \
    if (!(condition)) [[unlikely]]                                                     \
      ::raftarium::base::check_failed_at(__FILE__, __LINE__, #condition, __VA_ARGS__); \
  } while (false)
