#!/bin/sh
# Installs the npm packages when they are missing or older than the lockfile. npm writes node_modules/.package-lock.json
# last, so an interrupted install is seen as none.
set -eu
cd "$(dirname "$0")/../.."

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

needed=$(sed -n 's/.*"node": *">=\([0-9.]*\)".*/\1/p' package.json)
command -v node >/dev/null 2>&1 || fail "Node.js $needed or newer is needed and there is none: see https://nodejs.org, or: nvm install"
node -e '
  const have = process.versions.node.split(".").map(Number);
  const need = process.argv[1].split(".").map(Number);
  const at = have.findIndex((part, i) => part !== need[i]);
  process.exit(at === -1 || have[at] > (need[at] || 0) ? 0 : 1);
' "$needed" || fail "Node.js $needed or newer is needed; this is $(node --version) ($(command -v node)). With nvm: nvm install"

[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0

command -v npm >/dev/null 2>&1 || fail "npm 9 or newer is needed and there is none: it comes with Node.js"
version=$(npm --version 2>/dev/null)
[ "${version%%.*}" -ge 9 ] || fail "npm 9 or newer is needed; this is $version. Try: npm install --global npm@10"

echo 'Installing the npm packages (npm ci) …'
npm ci --no-audit --no-fund --loglevel=error || fail 'npm ci failed: is a package registry reachable? See the lines above.'
