// Writes the corpus: raftarium-fuzz-make-seeds tests/fuzz/corpus

#include <filesystem>
#include <fstream>
#include <iostream>

#include "fuzz/targets.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: raftarium-fuzz-make-seeds FOLDER\n";
    return 2;
  }
  for (const auto& seed : raftarium::fuzz::make_seeds()) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / seed.target;
    std::filesystem::create_directories(folder);
    std::ofstream out(folder / seed.name, std::ios::binary);
    out << seed.bytes;
    if (!out.flush()) {
      std::cerr << (folder / seed.name).string() << ": cannot be written\n";
      return 1;
    }
  }
  return 0;
}
