"""Pure: may this address be asked at all, and is what its name leads to a public place?

A name is judged twice: as it is written, and by every address that it resolves to (Security 1.2). IP addresses in
place of a name are refused in all spellings, because programs do not agree on what `0177.1` means.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from tilts.onboarding.egress.purposes import USUAL_PORTS, Purpose, table
from tilts.rules import Refusal
from tilts.rules.trust.egress import EGR_ADDRESS, EGR_HOST, EGR_INSIDE

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

LONGEST_CHARACTERS: Final = 2_048
WRITTEN: Final = re.compile(r"[!-\[\]-~]+")  # printable ASCII without space and backslash
LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# A name ends in a label that begins with a letter: no spelling of an IPv4 address does.
NAME: Final = re.compile(rf"(?:{LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
# Nobody's public hosts: RFC 6761, RFC 6762, RFC 7686, RFC 8375 and the private-use name of ICANN.
NEVER_PUBLIC: Final = (
    "alt",
    "arpa",
    "example",
    "internal",
    "invalid",
    "local",
    "localhost",
    "onion",
    "test",
)
PUBLIC_V6: Final = IPv6Network("2000::/3")  # RFC 4291: global unicast
# Python 3.11 calls parts of these global: protocol assignments (RFC 6890), relays of 6to4 (RFC 7526).
NOT_PUBLIC_V4: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
WITHIN_V6: Final = IPv6Network("2002::/16")  # 6to4: an IPv4 address inside (RFC 3056)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator allows, and what certificates of listed issuers name."""

    hosts: frozenset[str] = frozenset()  # `host`, or `host:port` for a port that is not the usual one
    named: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()  # addresses inside, allowed all the same


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked, in parts that nobody reads a second time in another way."""

    purpose: Purpose
    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        return self.host if self.port == USUAL_PORTS[self.scheme] else f"{self.host}:{self.port}"


def listed(written: str) -> frozenset[str]:
    """`a.lv, b.lv:8443` of a setting."""
    return frozenset(one.strip().lower() for one in written.split(",") if one.strip())


def networks_of(written: str) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in sorted(listed(written)))


def host_in(url: str) -> str:
    """As it stands in a list of allowed hosts; empty when there is none."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return ""


def target_of(purpose: Purpose, url: str, allowed: Allowed) -> Target:
    """Raises Refusal EGR-001 (the address itself) or EGR-002 (the host is not allowed for this)."""
    limits = table().purposes[purpose]
    if len(url) > LONGEST_CHARACTERS or not WRITTEN.fullmatch(url):
        raise Refusal(EGR_ADDRESS, purpose=purpose, fault="its form")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Refusal(EGR_ADDRESS, purpose=purpose, fault="its form") from None
    if parts.scheme not in limits.schemes:
        raise Refusal(EGR_ADDRESS, purpose=purpose, fault="its scheme")
    if "@" in parts.netloc:
        raise Refusal(EGR_ADDRESS, purpose=purpose, fault="a user in it")
    if not host or port == 0:
        raise Refusal(EGR_ADDRESS, purpose=purpose, fault="its host or port")
    usual = USUAL_PORTS[parts.scheme]
    query = f"?{parts.query}" if parts.query else ""
    target = Target(purpose, parts.scheme, host, port or usual, f"{parts.path or '/'}{query}")
    _check_host(target, allowed, limits.named_hosts)
    return target


def _check_host(target: Target, allowed: Allowed, may_be_named: bool) -> None:
    if target.authority in allowed.hosts:
        return
    usual = target.port == USUAL_PORTS[target.scheme]
    if not usual and target.host in (allowed.hosts | allowed.named):
        raise Refusal(EGR_ADDRESS, purpose=target.purpose, fault=f"port {target.port}")
    # What a stranger wrote into a certificate: a public name and nothing else.
    named = may_be_named and target.host in allowed.named
    if not named or not NAME.fullmatch(target.host) or target.host.rpartition(".")[2] in NEVER_PUBLIC:
        raise Refusal(EGR_HOST, purpose=target.purpose, host=target.host)


def checked_address(target: Target, found: Iterable[str], allowed: Allowed) -> Address:
    """The first one, if all are public: of a name that leads inside as well nothing is believed (EGR-003)."""
    addresses = [ip_address(one.partition("%")[0]) for one in found]
    if not addresses or not all(_may_be_asked(one, allowed.networks) for one in addresses):
        raise Refusal(EGR_INSIDE, purpose=target.purpose, host=target.host)
    return addresses[0]


def _may_be_asked(address: Address, networks: tuple[Network, ...]) -> bool:
    return is_public(address) or any(address in network for network in networks)


def is_public(address: Address) -> bool:
    """Global unicast, and no IPv6 address that carries an IPv4 address (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv6Address) and (address not in PUBLIC_V6 or address in WITHIN_V6):
        return False
    if any(address in network for network in NOT_PUBLIC_V4):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
