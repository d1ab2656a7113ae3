"""How the people of the path sign: on the sandbox's signing page, or badly on purpose with another's seal."""

from pathlib import Path
from typing import Final

from tilts.clock import WallClock
from tilts.lab.path.visitor import Visitor
from tilts.lab.path.walk import Walk
from tilts.lab.pki_trust import issue_signer
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.signing import sign_container, stamp_unit
from tilts.lab.walker import Upload

SIGNED_LABEL: Final = "The signed document (PDF, .asice or .edoc)"
SIGNING_PAGE: Final = "sign the agreed text with a test certificate"
STRANGER: Final = ('Parauga sistēmu izstrādātājs "Svešinieks"', "99990005015")
FORMS: Final = {
    "pdf": "PDF with the signature inside (PAdES)",
    "asice": "Container .asice (ASiC-E, XAdES)",
    "edoc": "Container .edoc (ASiC-E, XAdES)",
}


def agreed_text(visitor: Visitor, number: str) -> bytes:
    """The frozen text, from the page of the case."""
    visitor.case(number)
    return visitor.download(f"{number}-")


def sealed_by(walk: Walk, text: bytes, filename: str, name: str, registration_number: str) -> Upload:
    """In a container, with the seal of whoever is named, by a program of theirs."""
    folder = Path(str(walk.facts["pki"]))
    seal = issue_signer(folder, name, registration_number)
    stamps = stamp_unit(open_trust(folder))
    signed = sign_container({filename: text}, seal, stamps, ".asice", WallClock().wall())
    return Upload("signed.asice", signed)


def signed_at_the_page(visitor: Visitor, number: str, form: str = "asice", *, second: bool = False) -> Upload:
    """By way of the case: the signed file. Who signs second adds to the file that the first one handed in."""
    visitor.case(number)
    visitor.follow(SIGNING_PAGE)
    page = visitor.submit("Sign and download", {} if second else {"Kind of file": FORMS[form]})
    visitor.case_again(number)
    return Upload(f"signed.{form}", page.content)
