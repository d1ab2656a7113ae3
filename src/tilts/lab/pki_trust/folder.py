"""Writes the folder of the invented providers: whole or not at all; renews what runs out.

The list and the revocation lists say when the next ones come. They are signed anew when less than a
month is left of them; keys and certificates stay.
"""

import os
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tilts.lab.pki import REMADE_BEFORE_END, alone
from tilts.lab.pki_trust.certificates import (
    LIST_SIGNING,
    PROVIDER,
    SCHEME_OPERATOR,
    WITHDRAWN_PROVIDER,
    Issuing,
    Order,
    Span,
    authority_extensions,
    key_usage,
    organization_name,
    revocation_list,
    revocation_source,
    sign,
)
from tilts.lab.pki_trust.layout import (
    AUTHORITIES,
    ENDS,
    KEYS,
    NOTE,
    STARTS,
    UNDER_ROOT,
    Authority,
    TrustFolder,
    day_in,
    note_of,
    open_trust,
)

NEXT_LIST: Final = timedelta(days=180)  # ETSI TS 119 612 5.3.15: at most six months
SEQUENCE: Final = re.compile(rb"<TSLSequenceNumber>([0-9]+)<")
NEXT_UPDATE: Final = re.compile(rb"<NextUpdate><dateTime>([^<]+)<")
RENEWED_BEFORE: Final = timedelta(days=30)
NAMES: Final[dict[Authority, str]] = {
    "signature-ca": "Parauga parakstu izdevējs",
    "connection-ca": "Parauga savienojumu sertifikātu izdevējs",
    "timestamp-ca": "Parauga laika zīmogu izdevējs",
    "withdrawn-signature-ca": "Piemēra parakstu izdevējs",
    "withdrawn-connection-ca": "Piemēra savienojumu sertifikātu izdevējs",
}


def ensure_trust(folder: Path, now: datetime) -> TrustFolder:
    """
    The trust list and its providers in `<folder>/trust`, made if they are not there.

    Args:
        folder: The PKI folder of lab/pki/keeping.py. Call `ensure_pki` first: it throws away what stands in
            a folder that it has to make anew, and the bundle for the TLS port holds its root.
        now: The moment on the wall, with zone; certificates and list are dated from it.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / "trust"):
        if not _is_current(folder / "trust", now):
            _make(folder / "trust", now)
        trust = open_trust(folder)
        _renew(trust, now)
        _bundle(trust)
    return trust


def renew_trust(folder: Path, now: datetime) -> None:
    """Signs anew what runs out, while the sandbox runs; keys and certificates stay until the next start."""
    trust = open_trust(folder)
    with alone(trust.folder):
        _renew(trust, now)


def revoke(folder: Path, certificate: x509.Certificate, at: datetime) -> None:
    """Puts a certificate of one of the authorities on that authority's list."""
    trust = open_trust(folder)
    with alone(trust.folder):
        for authority in AUTHORITIES:
            issuing = issuing_of(trust, authority)
            if issuing.certificate.subject == certificate.issuer:
                revoked = {**revoked_in(trust, authority), certificate.serial_number: at}
                _replace(trust.crl(authority), revocation_list(issuing, revoked, at, at + NEXT_LIST))
                return
    raise ValueError("the certificate was not issued by an authority of this folder")


def revoked_in(trust: TrustFolder, authority: Authority) -> dict[int, datetime]:
    listed = x509.load_pem_x509_crl(trust.crl(authority).read_bytes())
    return {entry.serial_number: entry.revocation_date_utc for entry in listed}


def issuing_of(trust: TrustFolder, authority: str) -> Issuing:
    return Issuing(trust.certificate(authority), trust.key(authority))


def _is_current(trust: Path, now: datetime) -> bool:
    if day_in(trust) is None:
        return False
    root = x509.load_pem_x509_certificate((trust / "root.pem").read_bytes())
    return root.not_valid_before_utc <= now < root.not_valid_after_utc - REMADE_BEFORE_END


def _make(place: Path, now: datetime) -> None:
    # Here and not at the head: they take 0.5 s to import, and most starts need nothing made.
    from tilts.lab.pki.folder import put_in_place, sweep
    from tilts.lab.pki.issuing import in_pem, new_key
    from tilts.lab.pki_trust.listing import signed_list

    sweep(place)
    fresh = TrustFolder(Path(tempfile.mkdtemp(prefix=f".{place.name}.new-", dir=place.parent)), now.date())
    (fresh.folder / "keys").mkdir(mode=0o700)
    for label in KEYS:
        new_key(fresh.key_file(label))
    for label, certificate in _certificates(fresh).items():
        (fresh.folder / f"{label}.pem").write_bytes(in_pem(certificate))
    for authority in AUTHORITIES:
        listed = revocation_list(issuing_of(fresh, authority), {}, now, now + NEXT_LIST)
        fresh.crl(authority).write_bytes(listed)
    fresh.list_xml.write_bytes(signed_list(fresh, now, now + NEXT_LIST, 1))
    (fresh.folder / NOTE).write_text(note_of(fresh.day), "utf-8")
    put_in_place(fresh.folder, place)


def _certificates(trust: TrustFolder) -> dict[str, x509.Certificate]:
    span = Span(trust.moment(STARTS), trust.moment(ENDS))

    def order(label: str, subject: x509.Name, *extensions: tuple[x509.ExtensionType, bool]) -> Order:
        return Order(subject, trust.key(label).public_key(), span, extensions)

    root_order = order(
        "root", organization_name("Parauga saknes izdevējs", PROVIDER), *authority_extensions(1)
    )
    root = sign(root_order, None, trust.key("root"))
    made = {"root": root}
    for authority, name in NAMES.items():
        whose = WITHDRAWN_PROVIDER if authority.startswith("withdrawn") else PROVIDER
        wanted = order(authority, organization_name(name, whose), *authority_extensions(0))
        if authority in UNDER_ROOT:
            made[authority] = sign(wanted, Issuing(root, trust.key("root")))
        else:
            made[authority] = sign(wanted, None, trust.key(authority))
    stamps = order(
        "tsa",
        organization_name("Parauga laika zīmogi", PROVIDER),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature", "content_commitment"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),  # RFC 3161 2.3: critical, alone
        revocation_source("timestamp-ca"),
    )
    made["tsa"] = sign(stamps, Issuing(made["timestamp-ca"], trust.key("timestamp-ca")))
    signer = order(
        "list-signer",
        organization_name("Parauga saraksta parakstītājs", SCHEME_OPERATOR),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([LIST_SIGNING]), False),
    )
    made["list-signer"] = sign(signer, None, trust.key("list-signer"))
    return made


def _renew(trust: TrustFolder, now: datetime) -> None:
    sequence, next_update = dates_of(trust.list_xml.read_bytes())
    if next_update - now < RENEWED_BEFORE:
        from tilts.lab.pki_trust.listing import signed_list

        _replace(trust.list_xml, signed_list(trust, now, now + NEXT_LIST, sequence + 1))
    for authority in AUTHORITIES:
        ends = x509.load_pem_x509_crl(trust.crl(authority).read_bytes()).next_update_utc
        if ends is None or ends - now < RENEWED_BEFORE:
            issuing = issuing_of(trust, authority)
            listed = revocation_list(issuing, revoked_in(trust, authority), now, now + NEXT_LIST)
            _replace(trust.crl(authority), listed)


def dates_of(xml: bytes) -> tuple[int, datetime]:
    """Sequence and next update of the list that we made ourselves; nothing is verified."""
    sequence, next_update = SEQUENCE.search(xml), NEXT_UPDATE.search(xml)
    assert sequence is not None and next_update is not None
    return int(sequence[1]), datetime.fromisoformat(next_update[1].decode())


def _bundle(trust: TrustFolder) -> None:
    """Whose clients the TLS port lets speak: our own CA's, and those of listed connection issuers.

    Until the exchange has read the list; then it writes the same (onboarding/standing/accepted.py).
    The roots above them stand in a file of their own: our own port needs none, HAProxy wants a chain to its end.
    """
    own = trust.folder.parent / "ca.pem"
    if not own.is_file():
        return
    listed = ("connection-ca", "withdrawn-connection-ca")
    for file, labels in ((trust.accepted, listed), (trust.accepted_roots, ("root",))):
        wanted = own.read_bytes() + b"".join((trust.folder / f"{one}.pem").read_bytes() for one in labels)
        if not file.is_file() or file.read_bytes() != wanted:
            _replace(file, wanted)


def _replace(file: Path, content: bytes) -> None:
    half = file.with_name(f".{file.name}.half")
    half.write_bytes(content)
    os.replace(half, file)
