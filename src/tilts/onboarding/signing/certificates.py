"""What a signer's certificate says: person or seal, name, organisation, qualified or not.

A person code stands whole in the certificate of a Latvian signer (serialNumber PNOLV-...). It is never
kept, logged or sent on: what stays is its last four digits for people, and a hash that only this
installation can make (person_code.py).
"""

import re
from dataclasses import dataclass
from typing import Final

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID, ObjectIdentifier

from tilts.onboarding.signing.report import Signer, SignerKind
from tilts.person_code import code_hash, code_hint
from tilts.rules import Refusal
from tilts.rules.signing import SGN_FORM, SGN_MALFORMED

QC_STATEMENTS: Final = ObjectIdentifier("1.3.6.1.5.5.7.1.3")  # RFC 3739 section 3.2.6
QC_COMPLIANCE: Final = "0.4.0.1862.1.1"  # ETSI EN 319 412-5
QC_TYPE: Final = "0.4.0.1862.1.6"
QC_TYPES: Final[dict[str, SignerKind]] = {"0.4.0.1862.1.6.1": "person", "0.4.0.1862.1.6.2": "seal"}
ORGANIZATION_IDENTIFIER: Final = ObjectIdentifier("2.5.4.97")
# EN 319 412-1 sections 5.1.3 and 5.1.4: three letters or two and a colon, country, hyphen, number.
LEGAL_PERSON: Final = re.compile(r"(?:[A-Z]{3}|[A-Z]{2}:)[A-Z]{2}-[0-9A-Za-z./+ -]{1,40}\Z")
NATURAL_PERSON: Final = re.compile(r"(?P<scheme>(?:PAS|IDC|PNO|TIN|[A-Z]{2}:)[A-Z]{2})-(?P<code>.{1,40})\Z")


class _Statement(core.Sequence):  # type: ignore[misc]
    _fields = [("id", core.ObjectIdentifier), ("value", core.Any, {"optional": True})]  # noqa: RUF012


class _Statements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Statement


class _Types(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.ObjectIdentifier


@dataclass(frozen=True, slots=True)
class QcStatements:
    compliant: bool
    types: tuple[str, ...]


def qc_statements(certificate: x509.Certificate) -> QcStatements:
    try:
        extension = certificate.extensions.get_extension_for_oid(QC_STATEMENTS)
    except x509.ExtensionNotFound:
        return QcStatements(False, ())
    assert isinstance(extension.value, x509.UnrecognizedExtension)
    statements = _Statements.load(extension.value.value, strict=True)
    found = {statement["id"].dotted: statement for statement in statements}
    types: tuple[str, ...] = ()
    if QC_TYPE in found:
        types = tuple(kind.dotted for kind in _Types.load(found[QC_TYPE]["value"].dump(), strict=True))
    return QcStatements(QC_COMPLIANCE in found, types)


def signer_of(certificate: x509.Certificate, code_key: bytes) -> Signer:
    """Raises SGN-003 or SGN-028 when the certificate cannot be that of one signer."""
    statements = qc_statements(certificate)
    kind = kind_of(certificate, statements)
    code = person_code(certificate) if kind == "person" else ""
    return Signer(
        kind=kind,
        name=full_name(certificate),
        organisation=one(certificate, NameOID.ORGANIZATION_NAME),
        organisation_identifier=organisation_identifier(certificate),
        code_hint=code_hint(code),
        code_hash=code_hash(code, code_key),
        certificate_sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        issuer=one_of(certificate.issuer, NameOID.COMMON_NAME) or certificate.issuer.rfc4514_string(),
        # More than one type in one certificate says nothing definite (Stack 5): not a qualified one.
        qualified=statements.compliant and len(statements.types) <= 1,
    )


def kind_of(certificate: x509.Certificate, statements: QcStatements) -> SignerKind:
    """The certificate's own word (QcType) decides; without it, whether a person is named in it."""
    kinds = {QC_TYPES.get(found) for found in statements.types}
    if None in kinds:
        raise Refusal(SGN_FORM, form="certificate for web sites (QcType)")
    if len(kinds) == 1:
        return next(kind for kind in kinds if kind)
    personal = (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM)
    if any(one(certificate, oid) for oid in personal) or person_code(certificate):
        return "person"
    return "seal" if organisation_identifier(certificate) else "person"


def one(certificate: x509.Certificate, oid: ObjectIdentifier) -> str:
    return one_of(certificate.subject, oid)


def one_of(name: x509.Name, oid: ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def full_name(certificate: x509.Certificate) -> str:
    """Given name and surname where they are apart; some issuers write a code into the common name."""
    parts = (one(certificate, NameOID.GIVEN_NAME), one(certificate, NameOID.SURNAME))
    return " ".join(parts) if all(parts) else without_code(one(certificate, NameOID.COMMON_NAME))


def without_code(name: str) -> str:
    """A common name may end in the person code ("BĒRZIŅA ILZE 010190-12345"): digits are dropped."""
    return re.sub(r"[\s,;-]*(?:PNO[A-Z]{2}-)?\d[\d-]{5,}\s*\Z", "", name)


def organisation_identifier(certificate: x509.Certificate) -> str:
    """One, well formed, or none. Two are refused: nobody could say which organisation it is (Security 1.2)."""
    found = [
        str(given.value) for given in certificate.subject.get_attributes_for_oid(ORGANIZATION_IDENTIFIER)
    ]
    if len(found) > 1:
        raise Refusal(SGN_MALFORMED, fault="two organizationIdentifier values in one certificate")
    if found and not LEGAL_PERSON.match(found[0]):
        raise Refusal(SGN_MALFORMED, fault="organizationIdentifier is not of EN 319 412-1 form")
    return found[0] if found else ""


def person_code(certificate: x509.Certificate) -> str:
    """`PNOLV-010190-12345` with scheme, whole; only for the two functions below."""
    written = one(certificate, NameOID.SERIAL_NUMBER)
    found = NATURAL_PERSON.match(written)
    return f"{found['scheme']}-{re.sub('[^0-9A-Za-z]', '', found['code'])}" if found else ""
