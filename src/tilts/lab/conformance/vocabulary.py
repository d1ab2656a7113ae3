"""What the lab's counterparts can do before and during a scenario, and which facts each of these gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from tilts.lab.conformance.language import Scalar

# Of every situation: the test person, and the system under test itself.
BASE_FACTS: Final = frozenset(
    {
        "person",
        "family",
        "given",
        "person_code",
        "patient",
        "medicine",
        "begun_at",
        "organization",
        "organization_id",
        "practitioner",
        "role",
        "client_id",
        "fhir",
        "token_url",
    }
)


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing the lab can do: its words with what they are when left out, and what it gives."""

    words: Mapping[str, Scalar]
    gives: tuple[str, ...] = ()
    explained: str = field(default="", kw_only=True)

    def gives_as(self, words: Mapping[str, Scalar]) -> tuple[str, ...]:
        prefix = words.get("as", "")
        return tuple(f"{prefix}{name}" for name in self.gives)


ACTS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        "prescribe": Verb(
            {"packs": 3},
            ("number", "line", "task", "packs", "prescriber"),
            explained="A practice of the lab prescribes so many packs of the test medicine.",
        ),
        "claim": Verb({}, ("holder",), explained="A pharmacy of the lab finds and claims the line."),
        "dispense": Verb({"packs": 1}, explained="The lab's pharmacy, which holds the line, hands out."),
        "release": Verb({}, explained="The lab's pharmacy gives the line back."),
        "let-hold-end": Verb({}, explained="The hold on the line ends now, as if its time had passed."),
        "lose-reply": Verb(
            {"call": ""},
            explained="The next such call is done, and the line breaks before the answer is sent.",
        ),
        "issue-certificate": Verb(
            {"registered": True, "revoked": False},
            ("certificate_file", "key_file"),
            explained="One more certificate for the system under test, in the state that is wanted.",
        ),
        "look-as-patient": Verb(
            {},
            ("seen_organization", "seen_person", "seen_purpose"),
            explained="The patient opens the list of accesses and reads the newest of this organisation.",
        ),
    }
)
