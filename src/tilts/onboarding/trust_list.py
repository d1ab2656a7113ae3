"""Who may issue signatures, seals, time stamps and certificates for connections: a signed list, read and verified.

The list (ETSI TS 119 612) is XML signed inside itself. Nothing of it is believed but what stands under the
signature of a signer that was pinned beforehand, whose own certificate is valid, and only until the list's
own `NextUpdate`: the libraries check neither of the two (Stack 5). Kinds of services that are not known here are
left out; so is a service with a critical extension that is not known. Qualifiers of single certificates
(`Qualifications`) are not judged here.
"""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final, Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from tilts.rules import Refusal
from tilts.rules.certificates import (
    TRUST_ALTERED,
    TRUST_OUT_OF_DATE,
    TRUST_SIGNER_ENDED,
    TRUST_STRANGER,
    TRUST_UNREADABLE,
)

ServiceType: TypeAlias = Literal["signature", "seal", "timestamp", "connection"]
Status: TypeAlias = Literal["granted", "withdrawn"]

LARGEST_BYTES: Final = 16_777_216  # the largest national list has about a tenth of that
EARLY: Final = timedelta(minutes=5)  # the publisher's clock may differ from ours
TSL: Final = "http://uri.etsi.org/02231/v2#"
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"
SIGNED_BY: Final = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
GRANTED: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
CA_QC: Final = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
QTST: Final = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
USES: Final[dict[str, ServiceType]] = {
    "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures": "signature",
    "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals": "seal",
    "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication": "connection",
}
KNOWN_EXTENSIONS: Final = frozenset(
    {"AdditionalServiceInformation", "Qualifications", "ExpiredCertsRevocationInfo", "TakenOverBy"}
)


@dataclass(frozen=True, slots=True)
class TrustService:
    """One status of one service: a service that was withdrawn stands twice, granted and withdrawn."""

    provider: str
    name: str
    type: ServiceType
    certificate: bytes  # DER of the issuer, or of the time-stamp unit
    status: Status
    since: datetime
    until: datetime | None  # when the next status began

    def held_at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class TrustList:
    services: tuple[TrustService, ...]
    sequence: int
    issued_at: datetime
    next_update: datetime
    scheme_operator: str
    signer: str  # subject of the pinned certificate

    def services_at(self, moment: datetime, type: ServiceType) -> tuple[TrustService, ...]:
        """Granted at that moment, and nothing else."""
        return tuple(one for one in self.known_at(moment, type) if one.status == "granted")

    def known_at(self, moment: datetime, type: ServiceType | None = None) -> tuple[TrustService, ...]:
        """With whatever status they had at that moment: for pages, and for saying why not."""
        return tuple(
            one for one in self.services if (type is None or one.type == type) and one.held_at(moment)
        )

    def current(self, wall: datetime) -> bool:
        return self.issued_at - EARLY <= wall <= self.next_update


def read_list(xml: bytes, signer_certificates: Sequence[x509.Certificate], wall: datetime) -> TrustList:
    """The list, if it may be believed at this moment; otherwise a Refusal TRL-001 to TRL-005."""
    found, signer = _verified(xml, signer_certificates)
    if not signer.not_valid_before_utc <= wall <= signer.not_valid_after_utc:
        raise Refusal(TRUST_SIGNER_ENDED, until=signer.not_valid_after_utc.date())
    if not found.current(wall):
        raise Refusal(TRUST_OUT_OF_DATE, issued_at=found.issued_at, next_update=found.next_update)
    return found


def read_kept(xml: bytes, signer_certificates: Sequence[x509.Certificate]) -> TrustList:
    """A list that was good once: its signature is verified again, its age is for the caller to judge."""
    return _verified(xml, signer_certificates)[0]


def _verified(xml: bytes, signers: Sequence[x509.Certificate]) -> tuple[TrustList, x509.Certificate]:
    root = _parsed(xml)
    signer = _signer(root, signers)
    try:
        results = XAdESVerifier().verify(
            xml,
            x509_cert=signer,
            expect_config=XAdESSignatureConfiguration(location="./", expect_references=True),
        )
    # The library lets faults of what it parses through as they are; none of them may pass as a good list.
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Refusal(TRUST_ALTERED, fault=type(fault).__name__) from fault
    signed = [one.signed_xml for one in results if one.signed_xml is not None]
    whole = next((one for one in signed if one.tag == root.tag), None)
    if whole is None:
        raise Refusal(TRUST_ALTERED, fault="the signature does not cover the list")
    try:
        return _read(whole, signer.subject.rfc4514_string()), signer
    except (ValueError, TypeError) as fault:
        raise Refusal(TRUST_UNREADABLE, fault=str(fault)) from fault


def _parsed(xml: bytes) -> Any:
    if len(xml) > LARGEST_BYTES:
        raise Refusal(TRUST_UNREADABLE, fault=f"more than {LARGEST_BYTES} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise Refusal(TRUST_UNREADABLE, fault="not XML") from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refusal(TRUST_UNREADABLE, fault="DOCTYPE")
    if root.tag != _q("TrustServiceStatusList"):
        raise Refusal(TRUST_UNREADABLE, fault="not a TrustServiceStatusList")
    return root


def _signer(root: Any, pinned: Sequence[x509.Certificate]) -> x509.Certificate:
    """The pinned certificate that the signature names; what else it says of itself is not believed."""
    signature = root.find(SIGNATURE)
    written = None if signature is None else signature.findtext(f".//{SIGNED_BY}")
    if written is None:
        raise Refusal(TRUST_ALTERED, fault="no signature with a certificate")
    try:
        der = b64decode("".join(written.split()), validate=True)
        named = x509.load_der_x509_certificate(der)
    except ValueError as fault:
        raise Refusal(TRUST_ALTERED, fault="the signer's certificate cannot be read") from fault
    for certificate in pinned:
        if certificate.public_bytes(Encoding.DER) == der:
            return certificate
    raise Refusal(TRUST_STRANGER, signer=named.subject.rfc4514_string())


def _read(root: Any, signer: str) -> TrustList:
    scheme = _one(root, "SchemeInformation")
    services = [
        service
        for provider in root.iterfind(f"{_q('TrustServiceProviderList')}/{_q('TrustServiceProvider')}")
        for service in _services(provider)
    ]
    return TrustList(
        services=tuple(services),
        sequence=int(_text(scheme, "TSLSequenceNumber")),
        issued_at=_moment(_text(scheme, "ListIssueDateTime")),
        next_update=_moment(_text(_one(scheme, "NextUpdate"), "dateTime")),
        scheme_operator=_name(_one(scheme, "SchemeOperatorName")),
        signer=signer,
    )


def _services(provider: Any) -> Iterator[TrustService]:
    name = _name(_one(_one(provider, "TSPInformation"), "TSPName"))
    for service in provider.iterfind(f"{_q('TSPServices')}/{_q('TSPService')}"):
        now = _one(service, "ServiceInformation")
        certificates = _certificates(now)
        history = service.iterfind(f"{_q('ServiceHistory')}/{_q('ServiceHistoryInstance')}")
        newest_first = sorted([now, *history], key=_since, reverse=True)
        until: datetime | None = None
        for period in newest_first:
            since = _since(period)
            status: Status = "granted" if _text(period, "ServiceStatus") == GRANTED else "withdrawn"
            named = _name(_one(period, "ServiceName"))
            for kind, certificate in product(_kinds(period), certificates):
                yield TrustService(name, named, kind, certificate, status, since, until)
            until = since


def _kinds(period: Any) -> tuple[ServiceType, ...]:
    """What the service is for; nothing when we do not know its kind or what it insists on."""
    written = _text(period, "ServiceTypeIdentifier")
    extensions = period.findall(f"{_q('ServiceInformationExtensions')}/{_q('Extension')}")
    for extension in extensions:
        named = {etree.QName(part).localname for part in extension if isinstance(part.tag, str)}
        if extension.get("Critical") in {"true", "1"} and not named <= KNOWN_EXTENSIONS:
            return ()
    if written == QTST:
        return ("timestamp",)
    if written != CA_QC:
        return ()
    uris = [
        uri.text
        for one in extensions
        for uri in one.iterfind(f"{_q('AdditionalServiceInformation')}/{_q('URI')}")
    ]
    return tuple(USES[uri] for uri in uris if uri in USES)


def _certificates(now: Any) -> list[bytes]:
    found = now.iterfind(f"{_q('ServiceDigitalIdentity')}/{_q('DigitalId')}/{_q('X509Certificate')}")
    made = [b64decode("".join((one.text or "").split()), validate=True) for one in found]
    for der in made:
        x509.load_der_x509_certificate(der)  # ValueError: the list cannot be used
    return made


def _since(period: Any) -> datetime:
    return _moment(_text(period, "StatusStartingTime"))


def _q(name: str) -> str:
    return f"{{{TSL}}}{name}"


def _one(parent: Any, name: str) -> Any:
    found = parent.find(_q(name))
    if found is None:
        raise ValueError(f"no {name}")
    return found


def _text(parent: Any, name: str) -> str:
    return (_one(parent, name).text or "").strip()


def _name(holder: Any) -> str:
    """Latvian where it is given, then whatever stands first."""
    names = {one.get(LANGUAGE, ""): (one.text or "").strip() for one in holder.iterfind(_q("Name"))}
    if not names:
        raise ValueError("a name without text")
    return names.get("lv") or next(iter(names.values()))


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError(f"{written!r} has no zone")
    return moment
