#!/usr/bin/env bash
# Drives the page in Chromium: bash tests/web/run.sh build/wasm/page. Fetches playwright-core the first time,
# and when the version in package-lock.json has changed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stamp=$here/node_modules/.package-lock.sum
sum=$(sha256sum <"$here/package-lock.json")
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$sum" ]; then
  (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund >&2)
  echo "$sum" >"$stamp"
fi
exec node "$here/run.mjs" "$@"
