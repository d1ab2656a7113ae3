"""Who may issue certificates of connections, at this moment: our own CA, and whom the trust list grants it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from tilts.onboarding.certificates.standing import own_issuers
from tilts.onboarding.standing.deciding import IssuerStanding
from tilts.onboarding.trust_keeping import pinned, sources_from, trust_state
from tilts.onboarding.trust_list import TrustList, TrustService
from tilts.settings import Settings
from tilts.store.tx import Tx

OWN: Final = IssuerStanding(own=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """One that stands on the trust list for connections, with the status that it has now."""

    name: str  # RFC 4514
    certificate: x509.Certificate
    service: TrustService


@dataclass(frozen=True, slots=True)
class Issuers:
    own: tuple[x509.Certificate, ...]
    own_names: frozenset[str]
    trust: TrustList | None
    listed: tuple[Listed, ...]  # read once: a round asks for each certificate

    def of_name(self, name: str) -> tuple[x509.Certificate, ...]:
        if name in self.own_names:
            return self.own
        return tuple(one.certificate for one in self.listed if one.name == name)

    def standing(self, name: str) -> IssuerStanding:
        if name in self.own_names:
            return OWN
        if self.trust is None:
            return IssuerStanding(own=False)
        found = [one.service for one in self.listed if one.name == name]
        ended: datetime | None = None
        if not any(service.status == "granted" for service in found):
            ended = min((service.since for service in found), default=self.trust.issued_at)
        return IssuerStanding(own=False, list_ends=self.trust.next_update, ended=ended)


async def issuers_now(tx: Tx, settings: Settings, wall: datetime) -> Issuers:
    state = await trust_state(tx, pinned(sources_from(settings).signers))
    own = own_issuers(settings.pki_folder)
    # Of certificates registered before issuers were kept the name is '': they are all our own CA's.
    names = frozenset({"", *(one.subject.rfc4514_string() for one in own)})
    services = state.list.known_at(wall, "connection") if state.list is not None else ()
    return Issuers(own, names, state.list, tuple(listed_by(one) for one in services))


def listed_by(service: TrustService) -> Listed:
    certificate = x509.load_der_x509_certificate(service.certificate)
    return Listed(certificate.subject.rfc4514_string(), certificate, service)
