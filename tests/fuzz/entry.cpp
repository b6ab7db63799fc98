// libFuzzer's way in. RAFTARIUM_FUZZ_TARGET is the function of targets.h.

#include <cstddef>

#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  raftarium::fuzz::RAFTARIUM_FUZZ_TARGET({data, size});
  return 0;
}
