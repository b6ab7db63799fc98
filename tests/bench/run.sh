# The benchmarks of `./raftarium bench [NAME] [--json]`, sourced by it.
#
# Every executable raftarium-bench-NAME below tests/ is a benchmark. A function bench_NAME here says how it is
# run where that is more than calling it; it gets the options and returns 1 when a goal is missed.

bench_json=()

# Whether a peer or a tool is there, without installing it.
has() { command -v "$1" >/dev/null; }

# etcd_beside NAME: measures etcd 3.4 with tests/bench/etcd_NAME, where Debian's packages are there, and says in
# `beside` how the benchmark shows it.
etcd_beside() {
  local name=$1
  beside=()
  if ! has go || [ ! -d /usr/share/gocode/src/go.etcd.io/etcd/raft ]; then
    say "etcd beside it: apt-get install golang-go golang-etcd-server-dev" >&2
    return 0
  fi
  mkdir -p build/bench
  if (cd "tests/bench/etcd_$name" &&
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$root/build/bench/go" \
      go build -o "$root/build/bench/etcd_$name" . && "$root/build/bench/etcd_$name") \
    >"build/bench/etcd_$name.json" 2>"build/bench/etcd_$name.log"; then
    beside=(--beside "etcd 3.4=build/bench/etcd_$name.json")
  else
    say "etcd's $name could not be measured; build/bench/etcd_$name.log says why" >&2
  fi
}

# natively_and_as_wasm NAME [OPTION...]: the benchmark natively, with these options besides, and again as WebAssembly
# under node, which may take twice as long.
natively_and_as_wasm() {
  local name=$1 status=0
  shift
  mkdir -p build/bench
  "build/release/bin/raftarium-bench-$name" "${bench_json[@]}" --save "build/bench/$name.json" "$@" || status=1
  if has em++ && has node; then
    build wasm "raftarium-bench-$name" >&2 || return 1
    ((${#bench_json[@]})) || say && say "The same as WebAssembly, under node:" >&2
    node "build/wasm/bin/raftarium-bench-$name.js" "${bench_json[@]}" --only-ratios \
      --ratio-to "build/bench/$name.json" || status=1
  else
    say "WebAssembly beside it: em++ and node are missing" >&2
  fi
  return "$status"
}

bench_wal() {
  local beside
  etcd_beside wal
  build/release/bin/raftarium-bench-wal "${bench_json[@]}" "${beside[@]}"
}

bench_core() {
  local beside
  etcd_beside core
  natively_and_as_wasm core "${beside[@]}"
}

bench_world() { natively_and_as_wasm world; }

bench_viz() {
  local status=0
  build/release/bin/raftarium-bench-viz "${bench_json[@]}" || status=1
  if has em++ && has node; then
    build wasm raftarium-bench-viz >&2 || return 1
    ((${#bench_json[@]})) || say && say "The same as WebAssembly, under node:" >&2
    node build/wasm/bin/raftarium-bench-viz.js "${bench_json[@]}" || status=1
  else
    say "WebAssembly beside it: em++ and node are missing" >&2
  fi
  if has Xvfb && has xdotool; then
    build release raftarium-desktop >&2 || return 1
    say "The window itself, paused and untouched:" >&2
    python3 tests/desktop/desktop.py build/release/bin/raftarium-desktop --only "at rest" >&2 || status=1
  else
    say "The window itself, paused and untouched: Xvfb and xdotool are missing" >&2
  fi
  return "$status"
}

run_benchmarks() {
  local wanted=() name names status=0
  while (($# > 0)); do
    case $1 in
      --json) bench_json=(--json) ;;
      -*) fail "bench: unknown option \"$1\"; known: --json" ;;
      *) wanted+=("$1") ;;
    esac
    shift
  done
  names=$(sed -n 's/.*NAME raftarium-bench-\([a-z]*\).*/\1/p' tests/*/CMakeLists.txt | sort -u)
  ((${#wanted[@]})) || mapfile -t wanted <<<"$names"
  for name in "${wanted[@]}"; do
    grep -qx "$name" <<<"$names" || fail "bench: there is no \"$name\"; known: $(paste -sd, <<<"$names")"
  done
  # shellcheck disable=SC2086
  need $packages_native >&2
  build release "${wanted[@]/#/raftarium-bench-}" >&2
  for name in "${wanted[@]}"; do
    if declare -F "bench_$name" >/dev/null; then
      "bench_$name" || status=1
    else
      "build/release/bin/raftarium-bench-$name" "${bench_json[@]}" || status=1
    fi
  done
  return "$status"
}
