#pragma once
// Living: a value that counts how many of its kind exist, so that a container's test sees what is copied,
// what is shared and what is never destroyed.

namespace raftarium::test {

struct Living {
  Living() : Living(0) {}
  explicit Living(int n) : number(n) { ++count; }
  Living(const Living& other) : number(other.number) { ++count; }
  Living(Living&& other) noexcept : number(other.number) { ++count; }
  Living& operator=(const Living&) = default;
  Living& operator=(Living&&) noexcept = default;
  ~Living() { --count; }

  int number;
  inline static long count = 0;

  // How many were born since this began and still live.
  class Census {
   public:
    long now() const { return count - before_; }

   private:
    long before_ = count;
  };
};

}  // namespace raftarium::test
