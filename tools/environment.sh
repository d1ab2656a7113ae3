#!/usr/bin/env bash
# Brings .venv to what requirements/server.txt or requirements/dev.txt say, and does nothing when it is so already.
#
#   tools/environment.sh server|dev
#
# A stamp in .venv holds the hash of everything that decided its content. A development environment has all that
# the server needs, so `make run` is content with it and never takes a package of `make test` away.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?server or dev}

fail() {
	printf '\n' >&2
	printf '%s\n' "$@" >&2
	exit 1
}

content_hash() {
	cat "requirements/$1.txt" requirements/uv.txt pyproject.toml tools/environment.sh | cksum_sha256
}

cksum_sha256() {
	if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1
}

up_to_date() {
	[[ -x .venv/bin/tilts && -f .venv/.stamp-$1 && $(<".venv/.stamp-$1") == "$(content_hash "$1")" ]] &&
		.venv/bin/python -c '' 2>/dev/null
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The interpreter, or a sentence that says what to install.
find_python() {
	local name without_venv=''
	for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
		command -v "$name" >/dev/null && new_enough "$name" || continue
		if has_venv "$name"; then
			echo "$name"
			return
		fi
		without_venv=${without_venv:-$name}
	done
	if [[ -n $without_venv ]]; then
		fail "$without_venv has no venv (ensurepip is missing). On Debian or Ubuntu:" \
			"    apt-get install python3-venv" \
			"then again. Another interpreter: make PYTHON=/path/to/python3.11 ..."
	fi
	fail "Tilts needs Python 3.11 or newer; found: $( (python3 --version || echo none) 2>/dev/null)." \
		"On Debian 12 or newer:  apt-get install python3 python3-venv" \
		"Another interpreter:    make PYTHON=/path/to/python3.11 ..."
}

# uv reads none of pip's settings: a mirror or a company's certificate set for pip has to hold for both. And it
# trusts its own list of authorities unless told to use the machine's (which a bare container may not have).
pass_pip_settings_to_uv() {
	local index
	index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
	if [[ -n $index && -z ${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-} ]]; then export UV_DEFAULT_INDEX=$index; fi
	if [[ -n ${PIP_CERT:-} && -z ${SSL_CERT_FILE:-} ]]; then export SSL_CERT_FILE=$PIP_CERT; fi
	if [[ -s /etc/ssl/certs/ca-certificates.crt || -s /etc/pki/tls/certs/ca-bundle.crt || $OSTYPE == darwin* ]]; then
		export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1} UV_NATIVE_TLS=${UV_NATIVE_TLS:-1} # the older name of the same
	fi
	export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-${PIP_DEFAULT_TIMEOUT:-120}}
	export UV_LINK_MODE=${UV_LINK_MODE:-copy} UV_NO_PROGRESS=${UV_NO_PROGRESS:-1}
}

fetch_failed() {
	fail "The packages could not be fetched (the reason stands above)." \
		"  no network:   connect this machine, or set HTTPS_PROXY, PIP_INDEX_URL, SSL_CERT_FILE as your network wants" \
		"  too slow:     UV_HTTP_TIMEOUT=600 PIP_DEFAULT_TIMEOUT=600 make $kind_target" \
		"What has been fetched is kept: the next try goes on from there."
}

make_venv() {
	if .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return; fi
	local python
	python=$(find_python)
	echo "Making .venv with $("$python" --version)"
	"$python" -m venv --clear .venv || fail "$python could not make .venv: is the disk full or the folder read-only?"
}

kind_target=$([[ $kind == dev ]] && echo setup || echo run)
if up_to_date dev || { [[ $kind == server ]] && up_to_date server; }; then exit 0; fi
if [[ -f .venv/.stamp-dev ]]; then kind=dev; fi # once made for development, it stays so

exec 9<requirements/uv.txt
if command -v flock >/dev/null; then flock 9; fi # two makes at once: the second finds the work done
if up_to_date "$kind"; then exit 0; fi

make_venv
rm -f .venv/.stamp-dev .venv/.stamp-server
pass_pip_settings_to_uv
if ! .venv/bin/uv --version 2>/dev/null | grep -qF "uv $(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements/uv.txt) "; then
	echo "Installing uv"
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt ||
		fetch_failed
fi
echo "Installing the packages of requirements/$kind.txt (a few minutes on a slow line)"
.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes "requirements/$kind.txt" || fetch_failed
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable . ||
	fail "Tilts itself could not be installed into .venv (the reason stands above)."
content_hash "$kind" >".venv/.stamp-$kind"
