"""Fetching from outside, in one place: trust lists, revocation lists and answers, keys, time stamps (ADR 0037).

purposes.py    what is fetched, within which limits (purposes.json)
addresses.py   pure: may this address be asked, and does its name lead to a public place
fetching.py    one checked address, one connection, one answer
worker.py      what the worker fetches again and again; `python -m tilts.onboarding.egress` is its process
"""

from tilts.onboarding.egress.addresses import Allowed, host_in, listed, networks_of
from tilts.onboarding.egress.fetching import Egress, Fetch
from tilts.onboarding.egress.purposes import Purpose
from tilts.settings import Settings

__all__ = ["Allowed", "Egress", "Fetch", "Purpose", "egress_from"]


def egress_from(settings: Settings, named_hosts: frozenset[str] = frozenset()) -> Egress:
    """`named_hosts`: of lists and answers that certificates of listed issuers name; for `crl` and `ocsp` alone."""
    own = {host_in(settings.trust_list_url), host_in(settings.timestamp_url)} - {""}
    allowed = Allowed(
        hosts=listed(settings.egress_hosts) | own,
        named=named_hosts,
        networks=networks_of(settings.egress_networks),
    )
    return Egress(allowed, settings.egress_ca_file)
