#!/usr/bin/env bash
# Renews requirements/*.txt: every package of every platform pinned by hash, with no address of any index.
#
#   tools/locks.sh [--upgrade]     without --upgrade what is pinned stays, as far as pyproject.toml allows
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
	local output=$1
	shift
	.venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
		--no-header --no-emit-index-url --output-file "requirements/$output" "$@" >/dev/null
}

# The server's lock follows the developers': `make run` after `make test` must find the same versions.
compile dev.txt "$@" --extra server --group dev pyproject.toml requirements/build.in
compile server.txt --constraint requirements/dev.txt --extra server pyproject.toml requirements/build.in
grep '^uv>=' requirements/build.in | compile uv.txt --constraint requirements/dev.txt -

if grep -nE '://|^(-|/|\.)|^[^#]* @ ' requirements/*.txt; then
	echo "A lock file holds an address or a path of this machine (above): settings of this machine's uv or pip leak." >&2
	exit 1
fi
