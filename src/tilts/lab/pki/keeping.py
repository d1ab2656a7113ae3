"""Certificates and keys for everybody in the sandbox: good ones, and three that must be refused.

    <folder>/ca.pem               the root: what a client trusts, and what the TLS port asks for
    <folder>/chain.pem            issuing CA, then root
    <folder>/crl.pem              revoked certificates, signed by the issuing CA
    <folder>/server.pem + .key    localhost, 127.0.0.1, ::1 (leaf, then issuing CA)
    <folder>/clients/<name>/      cert.pem (leaf, then issuing CA), key.pem, jwk.json, browser.p12
    <folder>/authority/           keys of the CAs: this is a test PKI

A folder appears whole or not at all: it is made beside its place and renamed. A second start reuses
it, adds clients that are new, and makes everything anew when the root has less than 30 days left.
`revoked` is in the list, `expired` has ended, `wrong-issuer` comes from another root. The password of
the .p12 files is `tilts`. docs/adr/0008-test-pki.md says what was measured.
"""

import fcntl
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tilts.lab.pki.layout import AUTHORITIES, CLIENT_FILES, DEFECTIVE, SPOKEN_FOR, day_in
from tilts.lab.population.organizations import INSTITUTIONS, ClientSubject

REMADE_BEFORE_END: Final = timedelta(days=30)
CLIENT_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
RESERVED_NAMES: Final = frozenset({*AUTHORITIES, *DEFECTIVE, "server", "client"})
ORGANIZATION_NAME_LIMIT: Final = 64  # RFC 5280, ub-organization-name
REGISTRATION_NUMBER: Final = re.compile(r"[0-9]{11}")
PUBLIC_MEMBERS: Final = ("kty", "crv", "x", "y", "kid", "alg", "use")


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    subject: ClientSubject
    cert: Path
    key: Path
    jwk: Path  # private; the public part is `jwk_public`
    browser_bundle: Path
    fingerprint: bytes  # SHA-256 of the leaf
    not_before: datetime
    not_after: datetime
    jwk_public: Mapping[str, str]

    @property
    def kid(self) -> str:
        return self.jwk_public["kid"]


@dataclass(frozen=True, slots=True)
class Pki:
    folder: Path
    ca: Path
    chain: Path
    crl: Path
    server_cert: Path
    server_key: Path
    not_after: datetime
    clients: Mapping[str, ClientCredentials]  # by name; also expired, revoked and wrong-issuer


def ensure_pki(folder: Path, now: datetime, further: Iterable[tuple[str, str, str]] = ()) -> Pki:
    """
    The test PKI in `folder`, made if it is not there.

    Args:
        folder: Where it lives; missing parents are made.
        now: The moment, with zone; certificates are dated from this day.
        further: More clients as (client name, organisation name, registration number). The
            institutions of the sandbox (lab/population/organizations.py) are always there and may be
            repeated here, so that all clients of a population can be handed over.

    Safe to repeat and to kill: what is there is reused, what is half made is thrown away.
    """
    subjects = _subjects(further)
    folder = folder.absolute()
    with alone(folder):
        _make_what_is_missing(folder, now, subjects)
        return _read(folder, subjects)


def _subjects(further: Iterable[tuple[str, str, str]]) -> dict[str, ClientSubject]:
    own = [ClientSubject(one.client, one.title, one.registration_number) for one in INSTITUTIONS]
    subjects = {subject.name: subject for subject in own}
    for subject in [ClientSubject(*written) for written in further]:
        if subjects.setdefault(subject.name, subject) != subject:
            raise ValueError(f"{subject.name!r} is already the client of another organisation")
    for subject in subjects.values():
        if not CLIENT_NAME.fullmatch(subject.name) or subject.name in RESERVED_NAMES:
            raise ValueError(f"{subject.name!r} cannot be the name of a client")
        if not 1 <= len(subject.organization_name) <= ORGANIZATION_NAME_LIMIT:
            raise ValueError(f"{subject.organization_name!r} does not fit into a certificate")
        if not REGISTRATION_NUMBER.fullmatch(subject.registration_number):
            raise ValueError(f"{subject.registration_number!r} is not a registration number of 11 digits")
    return subjects


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Two sandboxes that start at once on one folder: the second waits, then finds it made."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_what_is_missing(folder: Path, now: datetime, subjects: dict[str, ClientSubject]) -> None:
    day = day_in(folder)
    whole = day is not None and _is_current(folder, now)
    missing = [one for one in subjects.values() if not whole or not _is_there(folder, one)]
    if not missing:
        return
    # Here and not at the head: certomancer takes 0.3 s to import, and most starts need nothing made.
    from tilts.lab.pki.folder import add_clients, make_folder, sweep

    sweep(folder)
    if day is not None and whole:
        add_clients(folder, day, [*subjects.values()], missing)
    else:
        make_folder(folder, now, missing)


def _is_current(folder: Path, now: datetime) -> bool:
    try:
        root = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    except ValueError:
        return False
    return root.not_valid_before_utc <= now < root.not_valid_after_utc - REMADE_BEFORE_END


def _is_there(folder: Path, subject: ClientSubject) -> bool:
    place = folder / "clients" / subject.name
    if not all((place / file).is_file() for file in CLIENT_FILES):
        return False
    try:
        leaf = x509.load_pem_x509_certificate((place / "cert.pem").read_bytes())
    except ValueError:
        return False
    expected = (subject.organization_name, f"NTRLV-{subject.registration_number}")
    return expected == tuple(
        leaf.subject.get_attributes_for_oid(oid)[0].value
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATION_IDENTIFIER)
    )


def _read(folder: Path, subjects: dict[str, ClientSubject]) -> Pki:
    speakers = {name: subjects[SPOKEN_FOR]._replace(name=name) for name in DEFECTIVE}
    root = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    clients = {name: _credentials(folder, subject) for name, subject in {**subjects, **speakers}.items()}
    return Pki(
        folder=folder,
        ca=folder / "ca.pem",
        chain=folder / "chain.pem",
        crl=folder / "crl.pem",
        server_cert=folder / "server.pem",
        server_key=folder / "server.key",
        not_after=root.not_valid_after_utc,
        clients=MappingProxyType(clients),
    )


def _credentials(folder: Path, subject: ClientSubject) -> ClientCredentials:
    cert, key, jwk, bundle = (folder / "clients" / subject.name / file for file in CLIENT_FILES)
    leaf = x509.load_pem_x509_certificate(cert.read_bytes())
    members = json.loads(jwk.read_bytes())
    return ClientCredentials(
        subject=subject,
        cert=cert,
        key=key,
        jwk=jwk,
        browser_bundle=bundle,
        fingerprint=leaf.fingerprint(hashes.SHA256()),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        jwk_public=MappingProxyType({name: members[name] for name in PUBLIC_MEMBERS}),
    )
