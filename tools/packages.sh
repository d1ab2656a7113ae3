#!/usr/bin/env bash
# The Debian packages that the tests use: as root it installs those that are missing, otherwise it says how to.
#
#   tools/packages.sh            list, and as root install
#   tools/packages.sh --needed   silent when nothing is missing; an error when something is and we are not root
#
# Only the programs are wanted: no service is started and no PostgreSQL cluster is made, now or at the next boot.
set -euo pipefail

packages=(chromium haproxy postgresql-15 softhsm2)
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d

installed() { [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]; }

if ! command -v dpkg-query >/dev/null; then
	echo "This is no Debian: install chromium, haproxy and PostgreSQL 15 by its own means; tests without them say so."
	exit 0
fi

missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done

if [[ ${#missing[@]} -eq 0 ]]; then
	[[ ${1:-} == --needed ]] || echo "All there: ${packages[*]}"
	exit 0
fi
if [[ $EUID -ne 0 ]]; then
	echo "The tests use Debian packages that are missing here. As root:"
	echo "    apt-get update && apt-get install --no-install-recommends ${missing[*]}"
	[[ ${1:-} == --needed ]] && exit 1
	exit 0
fi

restore() {
	rm -f "$policy" "$clusters/tilts.conf"
	rmdir --ignore-fail-on-non-empty "$clusters" /etc/postgresql-common 2>/dev/null || true
	if [[ -e $policy.before-tilts ]]; then mv "$policy.before-tilts" "$policy"; fi
}

# invoke-rc.d asks policy-rc.d before it starts a service: 101 is "no" (invoke-rc.d(8)). createcluster.d is read by
# the package's own script, and unlike createcluster.conf it belongs to no package (pg_createcluster(1)).
trap restore EXIT
trap 'exit 130' INT TERM
if [[ -e $policy ]]; then mv "$policy" "$policy.before-tilts"; fi
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
mkdir -p "$clusters"
echo 'create_main_cluster = false' >"$clusters/tilts.conf"

echo "Installing ${missing[*]} (Debian packages that the tests use)"
log=$(mktemp)
quietly() { "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; return 1; }; }
export DEBIAN_FRONTEND=noninteractive
if ! quietly apt-get update -q; then
	echo "The package lists could not be renewed: see that this machine reaches its Debian mirror, then again." >&2
	exit 1
fi
if ! quietly apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}"; then
	echo "apt-get could not install ${missing[*]} (the reason stands above)." >&2
	exit 1
fi
rm -f "$log"
