// The main function of every test executable: doctest's, and one last line that the launcher adds up.

#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#include <doctest/doctest.h>

#include <iostream>

namespace {

struct Totals : doctest::IReporter {
  static inline unsigned run = 0;
  static inline unsigned failed = 0;

  explicit Totals(const doctest::ContextOptions&) {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    run = stats.numTestCasesPassingFilters;
    failed = stats.numTestCasesFailed;
  }
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

DOCTEST_REGISTER_LISTENER("totals", 1, Totals);

}  // namespace

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
#ifdef __EMSCRIPTEN__
  context.setOption("no-colors", true);  // there, every output claims to be a terminal
#endif
  const int status = context.run();
  if (context.shouldExit()) return status;
  if (Totals::run == 0) std::cout << "no test case matches\n";
  std::cout << Totals::run - Totals::failed << " passed, " << Totals::failed << " failed" << std::endl;
  return Totals::run == 0 ? 1 : status;
}
