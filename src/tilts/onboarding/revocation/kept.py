"""What is at hand of revocations: files in folders, and what the egress worker or a holder brought into the store.

It is believed under the issuer's signature each time it is read, because a database is not a signer.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tilts.onboarding.revocation.at_hand import at_hand, list_of
from tilts.onboarding.revocation.lists import RevocationList
from tilts.onboarding.revocation.places import crl_places, ocsp_places
from tilts.store.onboarding.revocation_sources import SourceRecord

SCHEMES = ("http://", "https://")  # what else stands there is no address of ours to ask


def lists_known(
    folder: Path, own_list: Path, issuers: Sequence[x509.Certificate], kept: Sequence[SourceRecord]
) -> tuple[RevocationList, ...]:
    brought = [
        one
        for source in kept
        if source.kind == "crl" and source.content
        for one in list_of(source.content, issuers, source.place)
    ]
    return (*at_hand(folder, own_list, issuers), *brought)


def answers_among(kept: Sequence[SourceRecord], fingerprint: bytes) -> tuple[bytes, ...]:
    return tuple(
        one.content for one in kept if one.kind == "ocsp" and one.content and one.fingerprint == fingerprint
    )


def wanted_of(
    certificate: x509.Certificate, issuer: x509.Certificate, wall: datetime
) -> Iterator[dict[str, Any]]:
    """What the egress worker is to ask about a certificate that this issuer signed."""
    row = {"issuer": issuer.public_bytes(Encoding.DER), "wanted_at": wall}
    for place in crl_places(certificate):
        if place.startswith(SCHEMES):
            yield row | {"place": place, "fingerprint": b"", "kind": "crl", "request": None}
    # SHA-1 names the issuer here and signs nothing: some responders know no other (RFC 5019).
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()
    about = {
        "fingerprint": certificate.fingerprint(hashes.SHA256()),
        "request": asked.public_bytes(Encoding.DER),
    }
    for place in ocsp_places(certificate):
        if place.startswith(SCHEMES):
            yield row | about | {"place": place, "kind": "ocsp"}
