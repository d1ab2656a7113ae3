#!/usr/bin/env bash
# The npm packages of the clients that the tests drive, exactly as locked; once per change of the lock.
set -euo pipefail
cd "$(dirname "$0")/../tests/clients" 2>/dev/null || exit 0
[[ -f package-lock.json ]] || exit 0

stamp=node_modules/.stamp
wanted=$(cksum <package-lock.json)
if [[ -f $stamp && $(<$stamp) == "$wanted" ]]; then exit 0; fi
if ! command -v npm >/dev/null; then
	echo "npm is not here: the tests that drive JavaScript clients are skipped (apt-get install nodejs npm)."
	exit 0
fi
npm ci --no-audit --no-fund --loglevel=error ||
	{ echo "The packages of tests/clients could not be fetched: see the network (npm config get registry), then again." >&2; exit 1; }
echo "$wanted" >$stamp
