"""From the settings of one or several environments to the files that HAProxy reads.

haproxy.cfg   the configuration
hosts.list    one line for each host: its certificate, and whether a client's is asked for (HAProxy's crt-list)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from tilts.front.answers import ANSWERS
from tilts.production import https_only
from tilts.settings import Settings

CONFIGURATION: Final = "haproxy.cfg"
HOSTS: Final = "hosts.list"
ROOM_BYTES: Final = (
    16_384  # of HAProxy's buffer, beside a request's headers: an answer to larger ones needs it
)


class NotOneFront(Exception):
    """The settings do not make one front; the text says which."""


@dataclass(frozen=True, slots=True)
class Site:
    """One environment behind the front."""

    settings: Settings

    @property
    def name(self) -> str:
        return self.settings.environment

    @property
    def exchange_host(self) -> str:
        return host_in(self.settings.public_base)

    @property
    def https_only(self) -> dict[str, str]:
        return https_only(self.settings)

    @property
    def portal_host(self) -> str:
        """Empty: this environment's portal is not behind the front."""
        return host_in(self.settings.portal_base) if self.settings.front_portal else ""

    @property
    def sockets(self) -> list[str]:
        written = self.settings.front_sockets or f"/run/tilts/{self.name}.sock"
        return [each.strip() for each in written.split(",")]


def host_in(base: str) -> str:
    return (urlsplit(base).hostname or "").lower()


def front_files(environments: Sequence[Settings], folder: Path, bind: str = ":443") -> dict[str, str]:
    """
    The text of each file, by its name.

    Args:
        environments: Their settings; those of the whole front (limits of a connection) are taken from the first.
        folder: Where the files will lie, with `<host>.pem` for each host: certificate, chain and key together.
        bind: Where HAProxy listens, in its own words.
    """
    sites = [Site(settings) for settings in environments]
    check(sites)
    jinja = Environment(
        loader=PackageLoader("tilts.front", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # no page; what stands in it are our own settings
    )
    known = {"sites": sites, "first": environments[0], "folder": folder, "bind": bind, "answers": ANSWERS}
    known["handshakes"] = environments[0].front_handshakes_per_second
    text = jinja.get_template(f"{CONFIGURATION}.j2").render(**known, hosts=HOSTS, room_bytes=ROOM_BYTES)
    return {CONFIGURATION: text, HOSTS: "".join(f"{line}\n" for line in host_lines(sites, folder))}


def host_lines(sites: Sequence[Site], folder: Path) -> list[str]:
    """`verify optional`: a caller without a certificate is told so by the exchange; a bad one ends in the handshake.

    `ca-file` is whom clients' certificates come from, `ca-verify-file` the roots above those: HAProxy follows a
    chain to its end, and callers are not told of the roots.
    """
    lines = []
    for site in sites:
        pki = site.settings.pki_folder.absolute()
        asked = f"verify optional ca-file {pki}/accepted.pem ca-verify-file {pki}/accepted-roots.pem"
        lines.append(f"{folder}/{site.exchange_host}.pem [alpn http/1.1 {asked}] {site.exchange_host}")
        if site.portal_host:
            lines.append(f"{folder}/{site.portal_host}.pem [alpn http/1.1 verify none] {site.portal_host}")
    return lines


def check(sites: Sequence[Site]) -> None:
    hosts = [host for site in sites for host in (site.exchange_host, site.portal_host)]
    for site in sites:
        if not site.exchange_host:
            raise NotOneFront(f"{site.name}: TILTS_PUBLIC_BASE names no host")
        if site.settings.front_portal and not site.portal_host:
            raise NotOneFront(f"{site.name}: TILTS_PORTAL_BASE names no host, but TILTS_FRONT_PORTAL is set")
    for host in {host for host in hosts if host and hosts.count(host) > 1}:
        # A browser must never be asked for a certificate, so the portal has a name of its own (Security 1.2).
        raise NotOneFront(
            f"{host} stands for two: exchange and portal of each environment need a host of their own"
        )
    if len({site.name for site in sites}) < len(sites):
        raise NotOneFront("each environment may stand in the front once")
