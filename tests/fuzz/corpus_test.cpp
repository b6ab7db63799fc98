// The corpus through every target, without a fuzzer: what a fuzzer found once stays found, in every build.

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/targets.h"
#include "support/test.h"

using namespace raftarium;  // NOLINT(google-build-using-namespace)

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const std::filesystem::path kCorpus = RAFTARIUM_FUZZ_CORPUS;

}  // namespace

TEST_CASE("every file of the corpus goes through its target") {
  std::size_t files = 0;
  for (const auto& target : fuzz::targets()) {
    CAPTURE(target.name);
    REQUIRE(std::filesystem::is_directory(kCorpus / target.name));
    for (const auto& file : std::filesystem::directory_iterator(kCorpus / target.name)) {
      const std::string bytes = read(file.path());
      target.run({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
      ++files;
    }
  }
  MESSAGE(files, " files");
  EXPECT(files >= fuzz::make_seeds().size());
}

TEST_CASE("the seeds are what the writers write today") {
  for (const auto& seed : fuzz::make_seeds()) {
    EXPECT_MESSAGE(read(kCorpus / seed.target / seed.name) == seed.bytes, seed.target, '/', seed.name,
                   ": run raftarium-fuzz-make-seeds tests/fuzz/corpus");
  }
}

TEST_CASE("the log's targets reach what is behind the checksums") {
  for (const auto& seed : fuzz::make_seeds()) {
    if (seed.target != "wal") continue;
    // Every byte changed in turn, with and without checksums put right: opened or refused, never worse.
    for (std::size_t i = 0; i < seed.bytes.size(); i += 3) {
      std::string bytes = seed.bytes;
      bytes[i] = static_cast<char>(bytes[i] + 1);
      fuzz::wal({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
  }
}
