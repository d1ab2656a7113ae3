"""Writes the folder of the test PKI: whole, or client by client; never half of anything.

Everything is made in a folder beside its place, which is then renamed: a kill leaves at most a folder
whose name starts with a dot, and the next start sweeps it away.
"""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from cryptography import x509

from tilts.lab.pki.issuing import (
    Issuer,
    in_pem,
    new_key,
    new_signing_key,
    write_browser_bundle,
)
from tilts.lab.pki.layout import AUTHORITIES, DEFECTIVE, MADE, note_of
from tilts.lab.population.organizations import ClientSubject


def make_folder(folder: Path, now: datetime, subjects: Sequence[ClientSubject]) -> None:
    """All of it anew; what stood there before is thrown away."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.new-", dir=folder.parent))
    keys = _authority_keys(fresh)
    keys["server"] = fresh / "server.key"
    (fresh / "authority").mkdir(mode=0o700)
    (fresh / "clients").mkdir(mode=0o700)
    for key in keys.values():
        new_key(key)
    labels = [*(subject.name for subject in subjects), *DEFECTIVE]
    keys |= {label: _client_keys(fresh / "clients" / label) for label in labels}
    issuer = Issuer(fresh, keys, now.date(), subjects)
    root, issuing, stranger = (issuer.certificate(label) for label in AUTHORITIES)
    (fresh / "ca.pem").write_bytes(in_pem(root))
    (fresh / "chain.pem").write_bytes(in_pem(issuing, root))
    (fresh / "authority" / "stranger.pem").write_bytes(in_pem(stranger))
    (fresh / "server.pem").write_bytes(in_pem(issuer.certificate("server"), issuing))
    (fresh / "crl.pem").write_bytes(issuer.revocation_list(issuing, keys["issuing"], now))
    for label in labels:
        _write_client(fresh / "clients" / label, issuer, stranger if label == "wrong-issuer" else issuing)
    (fresh / MADE).write_text(note_of(now.date()), "utf-8")
    put_in_place(fresh, folder)


def add_clients(
    folder: Path, day: date, subjects: Sequence[ClientSubject], missing: Sequence[ClientSubject]
) -> None:
    """Certificates for more clients, by the CA that is there, dated as its other ones."""
    issuing = x509.load_pem_x509_certificates((folder / "chain.pem").read_bytes())[0]
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder / "clients") as place:
        fresh = Path(place)
        keys = {subject.name: _client_keys(fresh / subject.name) for subject in missing}
        issuer = Issuer(folder, _authority_keys(folder) | keys, day, subjects)
        for subject in missing:
            _write_client(fresh / subject.name, issuer, issuing)
            put_in_place(fresh / subject.name, folder / "clients" / subject.name)


def sweep(folder: Path) -> None:
    """Throws away what a killed start left behind."""
    clients = folder / "clients"
    leftovers = [found for kind in ("new", "old") for found in folder.parent.glob(f".{folder.name}.{kind}-*")]
    for leftover in [*leftovers, *clients.glob(".new-*"), *clients.glob(".*.old-*")]:
        shutil.rmtree(leftover)


def _authority_keys(folder: Path) -> dict[str, Path]:
    return {label: folder / "authority" / f"{label}.key" for label in AUTHORITIES}


def _client_keys(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    new_key(folder / "key.pem")
    new_signing_key(folder / "jwk.json")
    return folder / "key.pem"


def _write_client(folder: Path, issuer: Issuer, authority: x509.Certificate) -> None:
    leaf = issuer.certificate(folder.name)
    is_root = authority.issuer == authority.subject  # a root is never sent along
    (folder / "cert.pem").write_bytes(in_pem(leaf) if is_root else in_pem(leaf, authority))
    write_browser_bundle(folder / "browser.p12", folder.name, folder / "key.pem", [leaf, authority])


def put_in_place(fresh: Path, place: Path) -> None:
    """A folder with content cannot be renamed over: the old one steps aside first."""
    if place.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{place.name}.old-", dir=place.parent))
        place.rename(aside)
        fresh.rename(place)
        shutil.rmtree(aside)
    else:
        fresh.rename(place)
