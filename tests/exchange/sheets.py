"""A sheet to print, and what a reader of codes finds on it."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import zxingcpp
from pypdf import PdfReader

from tests.builders import NOW, PATIENT, a_line, packs
from tilts.access.sheets import SheetSeal
from tilts.access.tokens.keys import key_ring
from tilts.clock import WallClock
from tilts.exchange.medicines.dosage_text import dose_texts
from tilts.exchange.sheets.content import Print, Sheet, SheetIssue, SheetLine, code_content
from tilts.store.records import LineRecord, Viewer

NUMBER = "7K3M-Q2XR-9TBV"
DOSAGE = {
    "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
    "doseAndRate": [
        {"doseQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "{capsule}"}}
    ],
}
DOCUMENT = {
    "medicationCodeableConcept": {"text": "Žņaugšļūčģīķ 500 mg", "coding": [{"code": "J01CA04"}]},
    "dosageInstruction": [DOSAGE],
}
PERSON = ("A. B.", 1956, "Doktorāts «Ziepniekkalns»")
NOBODY = Viewer(PATIENT, None, NOW)


def a_seal(folder: Path) -> SheetSeal:
    return SheetSeal(key_ring(folder / "keys", "sheet"), WallClock(), True)


def a_sheet(seal: SheetSeal, *lines: LineRecord, **facts: Any) -> Sheet:
    """One line for each given row, ordinary and with two packs if none is given."""
    rows = lines or (replace(a_line(), allowed=packs(2)),)
    asked = Print(rows[0].task_id, NOBODY, NOW, facts.get("language", "lv"), True)
    valid: dict[str, Any] = {
        "number": NUMBER,
        "kind": "ordinary",
        "patient_id": PATIENT,
        "initials": PERSON[0],
        "born": PERSON[1],
        "prescriber": "Ilze Bērziņa",
        "workplace": PERSON[2],
        "written_at": NOW,
        "printed_at": NOW,
        "language": "lv",
        "is_test": True,
        "lines": tuple(
            SheetLine(
                "Žņaugšļūčģīķ 500 mg",
                dose_texts([DOSAGE], asked.language),
                (SheetIssue(row, "atvērta", seal.signed(code_content(row, DOCUMENT, asked, PERSON))),),
            )
            for row in rows
        ),
    }
    return Sheet(**{**valid, **facts})


def codes_on(pdf: bytes) -> list[str]:
    """What a reader of codes sees in the pictures of the file, four points for each module."""
    found = []
    for page in PdfReader(BytesIO(pdf)).pages:
        for picture in page.images:
            assert picture.image is not None
            side = picture.image.width * 4
            seen = zxingcpp.read_barcodes(picture.image.convert("L").resize((side, side), 0))
            found += [one.text for one in seen]
    return found


def an_id(number: int) -> UUID:
    return UUID(int=0x01900000_0000_7000_8000_00000000_1000 + number)
