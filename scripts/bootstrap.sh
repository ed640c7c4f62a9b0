#!/bin/sh
# Installs what the lock file names, then runs a script of this checkout with the product's own
# Node. It is a shell script because the machine's Node may be too old to run TypeScript, and it
# is not an npm pre-script because `ignore-scripts` skips those in silence.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
node="$root/node_modules/.bin/node"
stamp="$root/node_modules/.solosafe-lock"
if ! [ -x "$node" ] || ! cmp -s "$root/package-lock.json" "$stamp"; then
  if ! command -v npm >/dev/null 2>&1; then
    echo "solosafe: npm is not installed; install Node.js 20 or newer with npm 11 and try again" >&2
    exit 1
  fi
  echo "solosafe: installing the locked packages and the product's own Node (about 30 seconds)" >&2
  # The environment or a user's npmrc may omit optional packages; the runtime is one of them.
  (cd "$root" && npm ci --include=optional --include=dev --no-fund --no-audit --loglevel=error >&2) || {
    echo "solosafe: npm ci failed; is the npm registry reachable? Nothing was started." >&2
    exit 1
  }
  if ! [ -x "$node" ]; then
    echo "solosafe: no runtime for this platform ($(uname -sm)); linux x64 and arm64 are supported" >&2
    exit 1
  fi
  cp "$root/package-lock.json" "$stamp"
fi
program=$1
shift
# npm puts its own Node's settings into the environment; they are not ours.
unset NODE_OPTIONS
exec "$node" --disable-warning=ExperimentalWarning "$root/$program" "$@"
