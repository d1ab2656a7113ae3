"""The sandbox's list of trust service providers: ETSI TS 119 612 XML, signed inside itself (XAdES).

Three providers, all invented: one that does everything, one whose services were withdrawn, and one
with a kind of service that nobody here uses, so that readers meet all three.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import SignatureMethod
from signxml.xades.xades import XAdESSigner

from tilts.lab.pki_trust.certificates import PROVIDER, SCHEME_OPERATOR, WITHDRAWN_PROVIDER
from tilts.lab.pki_trust.layout import GRANTED_SINCE, WITHDRAWN_SINCE, Authority, TrustFolder

THIRD_PROVIDER: Final = "Ilustrācijas e-piegāde"
TSL: Final = "http://uri.etsi.org/02231/v2#"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
LISTS: Final = "http://uri.etsi.org/TrstSvc/TrustedList"
KINDS: Final = "http://uri.etsi.org/TrstSvc/Svctype"
CA_QC: Final = f"{KINDS}/CA/QC"
QTST: Final = f"{KINDS}/TSA/QTST"
DELIVERY: Final = f"{KINDS}/EDS/Q"
WRITTEN: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Listed:
    """One service as the list tells it; `ended` is the day on which it was withdrawn."""

    name: str
    kind: str
    authority: Authority
    uses: tuple[str, ...] = ()
    ended: int | None = None


PROVIDERS: Final[tuple[tuple[str, tuple[Listed, ...]], ...]] = (
    (
        PROVIDER,
        (
            Listed("Parauga e-paraksti un e-zīmogi", CA_QC, "signature-ca", ("ForeSignatures", "ForeSeals")),
            Listed("Parauga laika zīmogi", QTST, "timestamp-ca"),
            Listed("Parauga savienojumu sertifikāti", CA_QC, "connection-ca", ("ForWebSiteAuthentication",)),
        ),
    ),
    (
        WITHDRAWN_PROVIDER,
        (
            Listed(
                "Piemēra e-paraksti",
                CA_QC,
                "withdrawn-signature-ca",
                ("ForeSignatures", "ForeSeals"),
                WITHDRAWN_SINCE,
            ),
            Listed(
                "Piemēra savienojumu sertifikāti",
                CA_QC,
                "withdrawn-connection-ca",
                ("ForWebSiteAuthentication",),
                WITHDRAWN_SINCE,
            ),
        ),
    ),
    (THIRD_PROVIDER, (Listed("Ilustrācijas piegādes apliecinājumi", DELIVERY, "timestamp-ca"),)),
)


class DatedSigner(XAdESSigner):
    """The moment of signing is the one that is given; signxml would ask the machine's clock."""

    def __init__(self, at: datetime) -> None:
        super().__init__(signature_algorithm=SignatureMethod.ECDSA_SHA256)
        self.at = at

    def add_signing_time(
        self, signed_signature_properties: Any, sig_root: Any, signing_settings: Any
    ) -> None:
        name = "{http://uri.etsi.org/01903/v1.3.2#}SigningTime"
        etree.SubElement(signed_signature_properties, name).text = self.at.strftime(WRITTEN)


def signed_list(trust: TrustFolder, now: datetime, next_update: datetime, sequence: int) -> bytes:
    root = etree.Element(_q("TrustServiceStatusList"), nsmap={None: TSL})
    root.set("TSLTag", "http://uri.etsi.org/19612/TSLTag")
    _scheme(root, now, next_update, sequence)
    providers = _under(root, "TrustServiceProviderList")
    for name, services in PROVIDERS:
        _provider(providers, name, services, trust)
    signed = DatedSigner(now).sign(
        root,
        key=trust.key("list-signer"),
        cert=[trust.certificate("list-signer")],
        always_add_key_value=False,
    )
    written: bytes = etree.tostring(signed, xml_declaration=True, encoding="UTF-8")
    return written


def _q(name: str) -> str:
    return f"{{{TSL}}}{name}"


def _under(parent: Any, name: str, text: str = "", language: str = "") -> Any:
    made = etree.SubElement(parent, _q(name))
    made.text = text or None
    if language:
        made.set(LANGUAGE, language)
    return made


def _named(parent: Any, name: str, text: str) -> None:
    """Names are given in Latvian; the specification asks for English beside it, also when it is the same."""
    holder = _under(parent, name)
    for language in ("en", "lv"):
        _under(holder, "Name", text, language)


def _address(parent: Any, name: str) -> None:
    holder = _under(parent, name)
    postal = _under(_under(holder, "PostalAddresses"), "PostalAddress")
    postal.set(LANGUAGE, "en")
    for part, text in (
        ("StreetAddress", "Parauga iela 1"),
        ("Locality", "Parauga pilsēta"),
        ("PostalCode", "LV-0000"),
        ("CountryName", "LV"),
    ):
        _under(postal, part, text)
    _under(_under(holder, "ElectronicAddress"), "URI", "mailto:list@parauga-uzticamiba.example", "en")


def _scheme(root: Any, now: datetime, next_update: datetime, sequence: int) -> None:
    scheme = _under(root, "SchemeInformation")
    _under(scheme, "TSLVersionIdentifier", "5")
    _under(scheme, "TSLSequenceNumber", str(sequence))
    _under(scheme, "TSLType", f"{LISTS}/TSLType/EUgeneric")
    _named(scheme, "SchemeOperatorName", SCHEME_OPERATOR)
    _address(scheme, "SchemeOperatorAddress")
    _named(scheme, "SchemeName", "LV:Izdomāts uzticamības saraksts testiem")
    about = _under(scheme, "SchemeInformationURI")
    _under(about, "URI", "https://parauga-uzticamiba.example/list", "en")
    _under(scheme, "StatusDeterminationApproach", f"{LISTS}/StatusDetn/EUappropriate")
    rules = _under(scheme, "SchemeTypeCommunityRules")
    _under(rules, "URI", f"{LISTS}/schemerules/EUcommon", "en")
    _under(scheme, "SchemeTerritory", "LV")
    notice = _under(scheme, "PolicyOrLegalNotice")
    _under(notice, "TSLLegalNotice", "Invented for tests; no provider here exists.", "en")
    _under(scheme, "HistoricalInformationPeriod", "65535")
    _under(scheme, "ListIssueDateTime", now.strftime(WRITTEN))
    _under(_under(scheme, "NextUpdate"), "dateTime", next_update.strftime(WRITTEN))


def _provider(parent: Any, name: str, services: Sequence[Listed], trust: TrustFolder) -> None:
    provider = _under(parent, "TrustServiceProvider")
    facts = _under(provider, "TSPInformation")
    _named(facts, "TSPName", name)
    _address(facts, "TSPAddress")
    _under(_under(facts, "TSPInformationURI"), "URI", "https://parauga-uzticamiba.example/", "en")
    listed = _under(provider, "TSPServices")
    for service in services:
        one = _under(listed, "TSPService")
        status, since = ("granted", GRANTED_SINCE) if service.ended is None else ("withdrawn", service.ended)
        _status(_under(one, "ServiceInformation"), service, trust, (status, since))
        if service.ended is not None:
            before = _under(_under(one, "ServiceHistory"), "ServiceHistoryInstance")
            _status(before, service, trust, ("granted", GRANTED_SINCE))


def _status(parent: Any, service: Listed, trust: TrustFolder, status: tuple[str, int]) -> None:
    certificate = trust.certificate(service.authority)
    word, since = status
    _under(parent, "ServiceTypeIdentifier", service.kind)
    _named(parent, "ServiceName", service.name)
    identity = _under(parent, "ServiceDigitalIdentity")
    _under(_under(identity, "DigitalId"), "X509Certificate", _encoded(certificate))
    key_id = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    _under(_under(identity, "DigitalId"), "X509SKI", b64encode(key_id).decode())
    _under(parent, "ServiceStatus", f"{LISTS}/Svcstatus/{word}")
    _under(parent, "StatusStartingTime", trust.moment(since).strftime(WRITTEN))
    if service.uses:
        extensions = _under(parent, "ServiceInformationExtensions")
        for use in service.uses:
            extension = _under(extensions, "Extension")
            extension.set("Critical", "true")
            more = _under(extension, "AdditionalServiceInformation")
            _under(more, "URI", f"{LISTS}/SvcInfoExt/{use}", "en")


def _encoded(certificate: x509.Certificate) -> str:
    return b64encode(certificate.public_bytes(Encoding.DER)).decode()
