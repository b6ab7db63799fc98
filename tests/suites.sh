# The suites of `./raftarium test`, sourced by it. Each adds to the count of what passed and failed; the
# quickest come first, so that most mistakes show within the first minutes.

passed=0
failed=0
skipped=0
failures=()

quick_suites="style unit transcripts scenarios kill"
slow_suites="desktop golden debug asan fuzz wasm web"
slowest_suites="tidy"  # by name only

# count NAME COMMAND...: a program whose last line is "N passed, N failed", perhaps with ", N skipped".
# Its output is shown when something failed, and kept in build/logs/ always.
count() {
  local name=$1 log began=$SECONDS last
  shift
  mkdir -p build/logs
  log=build/logs/test-$(tr -c 'a-z0-9\n' '-' <<<"${name,,}").log
  "$@" >"$log" 2>&1 </dev/null
  local status=$?
  last=$(tail -n 1 "$log")
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    local ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
    passed=$((passed + ok))
    failed=$((failed + bad))
    skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    if ((bad == 0 && status == 0)); then
      say "ok   $name: $ok passed ($((SECONDS - began)) s)"
      grep -i '^skipped' "$log" | sed 's/^/     /'
      return 0
    fi
    ((bad > 0)) || failed=$((failed + 1))
  else
    failed=$((failed + 1))
  fi
  failures+=("$name")
  say "FAIL $name (exit $status, $((SECONDS - began)) s). The end of $log:"
  tail -n 60 "$log" | sed 's/^/     /'
  return 0
}

# built NAME PRESET TARGET...: a build that fails is a failed test, and what needs it is left out.
built() {
  local name=$1
  shift
  if build "$@"; then return 0; fi
  failed=$((failed + 1))
  failures+=("$name")
  return 1
}

# programs PRESET [RUNNER...]: every test program of a preset's tests.txt, as many at a time as there are cores.
# From the end, where the longest are, so that none of them is left alone.
programs() {
  local preset=$1 suite program name running=()
  shift
  local kept=build/logs/$preset-programs
  mkdir -p "$kept"
  while read -r suite program; do
    name=$(basename "$program" .js)
    { "$@" "$program" >"$kept/$name" 2>&1 </dev/null; echo $? >"$kept/$name.status"; } &
    running+=("$name")
    while (($(jobs -rp | wc -l) >= $(nproc))); do wait -n; done
  done < <(tac "build/$preset/tests.txt")
  wait
  for name in "${running[@]}"; do
    count "$preset ${name#raftarium-test-}" bash -c 'cat "$1"; exit "$(cat "$1.status")"' _ "$kept/$name"
  done
}

# digests PRESET COMMAND...: plays every scenario there; the digests must be those of the release build.
digests() {
  local preset=$1
  shift
  mkdir -p build/digests
  count "scenarios: $preset" python3 tests/scenarios/judge.py "$preset" build/digests "$@"
}

suite_style() { count "style" python3 tests/style/style.py; }

suite_unit() { built "release tests" release raftarium-tests raftarium-cli && programs release; }

suite_transcripts() {
  built "transcripts" release raftarium-transcripts || return 0
  count "our own transcripts" build/release/bin/raftarium-transcripts tests/datadriven/testdata
  if [ -n "${RAFTARIUM_ETCD_TESTDATA:-}" ]; then
    count "etcd's transcripts" build/release/bin/raftarium-transcripts "$RAFTARIUM_ETCD_TESTDATA"
  else
    say "skip etcd's transcripts: RAFTARIUM_ETCD_TESTDATA is not set (a checkout of etcd-io/raft will do)"
    skipped=$((skipped + 1))
  fi
}

suite_scenarios() {
  built "scenarios" release raftarium-cli || return 0
  digests release build/release/bin/raftarium-cli
  count "library" python3 tests/scenarios/library.py build/release/bin/raftarium-cli
  count "twins" python3 tests/scenarios/twins.py build/release/bin/raftarium-cli
  count "needed" python3 tests/scenarios/needed.py build/release/bin/raftarium-cli
  count "schema" python3 tests/scenarios/schema.py build/release/bin/raftarium-cli
  count "traces for etcd's specification" python3 tests/scenarios/traces.py build/release/bin/raftarium-cli
}

# RAFTARIUM_KILL_ROUNDS=200 for the long run.
suite_kill() {
  built "kill" release raftarium-cli || return 0
  count "kill -9" python3 tests/kill/kill_loop.py --rounds "${RAFTARIUM_KILL_ROUNDS:-20}" \
    build/release/bin/raftarium-cli
  count "damage on disk" python3 tests/kill/damage.py build/release/bin/raftarium-cli
}

suite_desktop() {
  built "desktop" release raftarium-desktop || return 0
  count "desktop" python3 tests/desktop/desktop.py build/release/bin/raftarium-desktop
}

# `python3 tests/desktop/golden.py build/release/bin/raftarium-desktop --make` takes the pictures anew.
suite_golden() {
  built "golden" release raftarium-desktop || return 0
  count "golden pictures" python3 tests/desktop/golden.py build/release/bin/raftarium-desktop
}

suite_debug() {
  built "debug" debug raftarium-cli || return 0
  digests debug build/debug/bin/raftarium-cli
}

# The second compiler sees every source here, with both sanitizers.
suite_asan() {
  built "asan" asan all raftarium-fuzzers || return 0
  programs asan
  digests asan build/asan/bin/raftarium-cli
  if [ -n "${RAFTARIUM_ETCD_TESTDATA:-}" ]; then
    count "asan etcd's transcripts" build/asan/bin/raftarium-transcripts "$RAFTARIUM_ETCD_TESTDATA"
  fi
}

# The page too, which only the suite web needs: its long link goes beside the others.
suite_wasm() {
  built "wasm" wasm raftarium-tests raftarium-cli raftarium-page || return 0
  programs wasm node
  digests wasm node build/wasm/bin/raftarium-cli.js
}

suite_web() {
  built "page" wasm raftarium-page || return 0
  count "page" bash tests/web/run.sh build/wasm/page
}

# RAFTARIUM_FUZZ_SECONDS for longer runs.
suite_fuzz() {
  built "fuzzers" asan raftarium-fuzzers || return 0
  count "fuzzing" python3 tests/fuzz/fuzz.py --seconds "${RAFTARIUM_FUZZ_SECONDS:-60}" build/asan/bin
}

suite_tidy() {
  built "clang-tidy" clang raftarium-generated || return 0
  count "headers" python3 tests/style/style.py --headers build/clang
  count "clang-tidy" python3 tests/style/style.py --tidy build/clang
}

run_suites() {
  local suites=() all="$quick_suites $slow_suites" suite
  while (($# > 0)); do
    case $1 in
      --quick) read -ra suites <<<"$quick_suites" ;;
      *)
        [[ " $all $slowest_suites " == *" $1 "* ]] ||
          fail "test: unknown suite \"$1\"; known: $all $slowest_suites, and --quick"
        suites+=("$1")
        ;;
    esac
    shift
  done
  ((${#suites[@]} > 0)) || read -ra suites <<<"$all"
  # shellcheck disable=SC2086
  need $packages_native $packages_web $packages_test npm
  # A test that fails must not end the run.
  set +e
  local began=$SECONDS
  for suite in "${suites[@]}"; do "suite_$suite"; done
  ((${#failures[@]} == 0)) || say "Failed: ${failures[*]}"
  say "Suites: ${suites[*]} ($((SECONDS - began)) s)"
  if ((skipped > 0)); then
    say "$passed passed, $failed failed, $skipped skipped"
  else
    say "$passed passed, $failed failed"
  fi
  ((failed == 0))
}
