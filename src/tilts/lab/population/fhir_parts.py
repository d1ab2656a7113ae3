"""Parts that all invented resources share: their ids, identifiers and the mark that they are tests."""

import random
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

FhirObject: TypeAlias = dict[str, Any]

CANONICAL: Final = "https://tilts.example/fhir"
ARC: Final = "urn:oid:2.999.1.3"  # sandbox arc; docs/reference/wire.md
PERSON_CODE: Final = f"{ARC}.1.1"
PRACTITIONER_NUMBER: Final = f"{ARC}.2"
INSTITUTION_CODE: Final = f"{ARC}.3"
PHARMACY_LICENCE: Final = f"{ARC}.4"
REGISTRATION_NUMBER: Final = f"{ARC}.5"
TEMPORARY_NUMBER: Final = f"{ARC}.9"

ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
IDENTIFIER_TYPE: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"

# 2026-01-01T00:00:00Z; ids of one kind follow each other in time, which keeps an index narrow.
IDS_FROM_MS: Final = 1_767_225_600_000
DAY_MS: Final = 86_400_000


def seeded(seed: int, what: str) -> random.Random:
    """Chance of its own for each kind of thing: more patients never change the organisations."""
    return random.Random(f"tilts/{seed}/{what}")


def seeded_ids(chance: random.Random, day: int) -> Iterator[str]:
    """Ids that look like UUID version 7 (RFC 9562) and are the same for the same seed."""
    moment_ms = IDS_FROM_MS + day * DAY_MS
    while True:
        bits = chance.getrandbits(74)
        text = f"{moment_ms:012x}7{bits >> 62:03x}{0x8 | bits >> 60 & 0x3:x}{bits & (1 << 60) - 1:015x}"
        yield f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        moment_ms += 1


def as_test() -> FhirObject:
    return {"tag": [{"system": ACT_REASON, "code": "HTEST"}]}


def identifier(system: str, value: str, kind: str | None = None, use: str = "official") -> FhirObject:
    part: FhirObject = {"use": use}
    if kind is not None:
        part["type"] = {"coding": [{"system": IDENTIFIER_TYPE, "code": kind}]}
    return part | {"system": system, "value": value}


def concept(system: str, code: str) -> FhirObject:
    return {"coding": [{"system": system, "code": code}]}


def phone(serial: int) -> FhirObject:
    # No Latvian number starts with 0, so nobody can be called by mistake.
    return {"system": "phone", "value": f"+371 0{serial % 10_000_000:07d}"}


def mail(local_part: str) -> FhirObject:
    return {"system": "email", "value": f"{local_part}@example.org"}


def address(chance: random.Random, towns: tuple[str, ...], streets: tuple[str, ...]) -> FhirObject:
    street = f"{chance.choice(streets)} iela {chance.randrange(1, 120)}-{chance.randrange(1, 90)}"
    return {"line": [street], "city": chance.choice(towns), "postalCode": "LV-0000", "country": "LV"}
