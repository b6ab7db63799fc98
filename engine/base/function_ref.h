#pragma once
// FunctionRef: a callable that is lent for the length of a call. Two words and no memory, where std::function
// would own a copy.

#include <memory>
#include <type_traits>
#include <utility>

namespace raftarium::base {

template <class Signature>
class FunctionRef;

template <class Result, class... Args>
class FunctionRef<Result(Args...)> {
 public:
  FunctionRef() = default;
  // `callable` must outlive it.
  template <class Callable,
            class = std::enable_if_t<!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef>>>
  FunctionRef(const Callable& callable)  // NOLINT: that is what it is for
      : callable_(std::addressof(callable)), call_([](const void* at, Args... args) -> Result {
          return (*static_cast<const Callable*>(at))(std::forward<Args>(args)...);
        }) {}

  explicit operator bool() const { return call_ != nullptr; }
  // REQUIRES: it refers to something.
  Result operator()(Args... args) const { return call_(callable_, std::forward<Args>(args)...); }

 private:
  const void* callable_ = nullptr;
  Result (*call_)(const void*, Args...) = nullptr;
};

}  // namespace raftarium::base
