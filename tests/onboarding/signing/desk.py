"""What the tests of signatures share: an invented provider, signers, an agreement, and the question asked about it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from reportlab.pdfgen.canvas import Canvas

from tilts.lab.pki_trust import AUTHORITIES, SignerCredentials, TrustFolder, ensure_trust, issue_signer
from tilts.lab.signing import add_signature, sign_container, sign_pdf, stamp_unit
from tilts.lab.signing.credentials import StampUnit
from tilts.onboarding.signing.agreed import frozen
from tilts.onboarding.signing.checking import check_signed
from tilts.onboarding.signing.report import (
    EntitledSigner,
    Expected,
    SignatureReport,
    SigningParty,
    Terms,
    Trust,
)
from tilts.onboarding.trust_list import read_list
from tilts.rules import Refusal

NOW = datetime.now(UTC).replace(microsecond=0)
PARTY_NUMBER = "40003999999"
PERSON = EntitledSigner("Anna Paraudziņa", "PNOLV-*******0017")
PARTY = SigningParty("party", "SIA Paraugs", PARTY_NUMBER)
AUTHORITY = SigningParty("authority", "Parauga iestāde", "90009999999", (PERSON,))
AGREED = "ligums.pdf"


def agreement(text: str = "Līgums par testa vides lietošanu") -> bytes:
    drawn = io.BytesIO()
    canvas = Canvas(drawn, invariant=True)
    canvas.drawString(100, 700, text)
    canvas.showPage()
    canvas.save()
    return drawn.getvalue()


def form_agreement() -> bytes:
    """With a field to fill in, as the templates have."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, invariant=True)
    canvas.drawString(100, 700, "Līgums ar lauku")
    canvas.acroForm.textfield(name="nosaukums", x=100, y=650, value="SIA Paraugs")
    canvas.showPage()
    canvas.save()
    return drawn.getvalue()


@dataclass(frozen=True)
class Desk:
    """A trust list, its revocation lists, and who signs."""

    folder: Path
    trust_folder: TrustFolder
    seal: SignerCredentials
    person: SignerCredentials
    stamps: StampUnit

    @property
    def trust(self) -> Trust:
        found = self.trust_folder
        signer = x509.load_pem_x509_certificate(found.list_signer.read_bytes())
        services = read_list(found.list_xml.read_bytes(), [signer], NOW).services
        return Trust(services, tuple(found.crl(authority).read_bytes() for authority in AUTHORITIES))

    def pdf(self, *, text: bytes = b"", both: bool = True) -> bytes:
        once = sign_pdf(text or agreement(), self.seal, self.stamps, NOW)
        return sign_pdf(once, self.person, self.stamps, NOW) if both else once

    def container(
        self, files: dict[str, bytes] | None = None, *, suffix: str = ".asice", both: bool = True
    ) -> bytes:
        once = sign_container(files or {AGREED: agreement()}, self.seal, self.stamps, suffix, NOW)
        return add_signature(once, self.person, self.stamps, NOW) if both else once


def make_desk(folder: Path) -> Desk:
    trust = ensure_trust(folder, NOW)
    return Desk(
        folder,
        trust,
        seal=issue_signer(folder, "SIA Paraugs", PARTY_NUMBER),
        person=issue_signer(folder, "Anna Paraudziņa", person="329990-00017"),
        stamps=stamp_unit(trust),
    )


def expected(*agreed: tuple[str, bytes], parties: tuple[SigningParty, ...] = (PARTY, AUTHORITY)) -> Expected:
    return Expected(parties, tuple(frozen(name, content) for name, content in agreed), b"key of the test")


def only_party(*agreed: tuple[str, bytes]) -> Expected:
    return expected(*agreed, parties=(PARTY, replace(AUTHORITY, needed=False)))


def ask(
    desk: Desk,
    content: bytes,
    filename: str = AGREED,
    *,
    wanted: Expected | None = None,
    trust: Trust | None = None,
    terms: Terms | None = None,
) -> SignatureReport:
    return check_signed(content, filename, wanted or expected(), trust or desk.trust, NOW, terms or Terms())


@contextmanager
def refused(*rule_ids: str) -> Iterator[list[Refusal]]:
    """One of these rules says no, and its sentence can be told in both languages."""
    found: list[Refusal] = []
    with pytest.raises(Refusal) as no:
        yield found
    found.append(no.value)
    assert no.value.rule.id in rule_ids, (no.value.rule.id, no.value.facts)
    assert no.value.rule.sentence("lv", no.value.told()) and no.value.rule.sentence("en", no.value.told())
