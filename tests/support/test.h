#pragma once
// What every test includes, instead of doctest's own header.
//
// The engine has a CHECK (base/check.h), which ends the program, so doctest's short names are off and these
// are the ones in use:
//
//   EXPECT(a == b)    records a failure and goes on       REQUIRE(a == b)   ends this test case
//   EXPECT_MESSAGE(a == b, "why ", value)                 FAIL("why ", value)
//   INFO("shown with a failure ", value)                  CAPTURE(value)

#ifdef DOCTEST_LIBRARY_INCLUDED
#error "include support/test.h instead of doctest/doctest.h"
#endif
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#define DOCTEST_CONFIG_SUPER_FAST_ASSERTS
#include <doctest/doctest.h>

#define TEST_SUITE(name) DOCTEST_TEST_SUITE(name)
#define TEST_CASE(name) DOCTEST_TEST_CASE(name)
#define TEST_CASE_FIXTURE(fixture, name) DOCTEST_TEST_CASE_FIXTURE(fixture, name)
#define SUBCASE(name) DOCTEST_SUBCASE(name)

#define EXPECT(...) DOCTEST_CHECK(__VA_ARGS__)
#define EXPECT_FALSE(...) DOCTEST_CHECK_FALSE(__VA_ARGS__)
#define EXPECT_MESSAGE(condition, ...) DOCTEST_CHECK_MESSAGE(condition, __VA_ARGS__)
#define REQUIRE(...) DOCTEST_REQUIRE(__VA_ARGS__)
#define REQUIRE_FALSE(...) DOCTEST_REQUIRE_FALSE(__VA_ARGS__)
#define REQUIRE_MESSAGE(condition, ...) DOCTEST_REQUIRE_MESSAGE(condition, __VA_ARGS__)
#define FAIL(...) DOCTEST_FAIL(__VA_ARGS__)
#define INFO(...) DOCTEST_INFO(__VA_ARGS__)
#define CAPTURE(value) DOCTEST_CAPTURE(value)
#define MESSAGE(...) DOCTEST_MESSAGE(__VA_ARGS__)
