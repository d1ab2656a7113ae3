#!/usr/bin/env bash
# Every test, in three processes at once: most of them wait for a browser, a server or a database, not for a core.
#
#   tools/tests.sh              all; each line says which part it is of
#   tools/tests.sh ARGUMENTS    pytest with these arguments
set -euo pipefail
cd "$(dirname "$0")/.."

pytest() { .venv/bin/python -m pytest "$@"; }

if (($#)); then
	pytest "$@"
	exit
fi

# The parts take about as long as each other; what is new in tests/ belongs to the last one by itself.
declare -A parts=(
	[path]="tests/portal/test_path_in_browser.py tests/lab tests/proofs tests/stories"
	[pages]="tests/portal --ignore=tests/portal/test_path_in_browser.py"
	[rest]="tests --ignore=tests/portal --ignore=tests/lab --ignore=tests/proofs --ignore=tests/stories"
)
# A test that hangs must not take the whole run with it: pytest says where it stands (faulthandler_timeout), then this ends it.
most_minutes=40
declare -A running=()
stop() {
	# Not SIGINT: what was started in the background ignores it. tests/conftest.py makes an orderly end of this one.
	kill -TERM "${running[@]}" 2>/dev/null || true
	wait
	exit 130
}
trap stop INT TERM

for part in path pages rest; do
	# shellcheck disable=SC2086  # words of the table
	timeout --kill-after=60 "${most_minutes}m" .venv/bin/python -m pytest ${parts[$part]} > >(sed -u "s/^/[$part] /") 2>&1 &
	running[$part]=$!
done
failed=()
for part in path pages rest; do
	ended=0
	wait "${running[$part]}" || ended=$?
	((ended == 0)) || failed+=("$part")
	((ended != 124)) || echo "[$part] was ended after $most_minutes minutes: the lines \"Timeout\" above say where it hung." >&2
done
wait  # for the last lines
if ((${#failed[@]})); then
	echo "Failed: ${failed[*]}; look for the lines [${failed[0]}] FAILED above." >&2
	exit 1
fi
