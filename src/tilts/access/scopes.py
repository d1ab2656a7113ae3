"""What each kind of party may ask for: a closed list, in the grammar of SMART scopes v2.

`system/Type.cruds`: c create, r read, u update (operations), d delete, s search. Two kinds of token
(Security 1.2): a basic one names the organisation only and opens registers and feeds; an extended one names who acts and
why, and opens what concerns patients. What begins with `__` is no type of FHIR but ours.
"""

import re
from types import MappingProxyType
from typing import Final

from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.access import ACC_PERSON_MISSING, ACC_SCOPE_MISSING
from tilts.rules.trust.tokens import TOK_BAD_SCOPE, TOK_SCOPE_OF_PERSON, TOK_SCOPE_RESTRICTED

_REGISTERS: Final = "CodeSystem.rs Organization.rs Practitioner.rs PractitionerRole.rs"
_PRESCRIBING: Final = (
    f"{_REGISTERS} Patient.rs MedicationRequest.crs MedicationDispense.rs Task.rsu Provenance.rs __events.r"
)

OPEN: Final = MappingProxyType(
    {
        "practice": _PRESCRIBING,
        "hospital": _PRESCRIBING,
        # A pharmacist sees what was presented, not patients (Latvia 6.1: only not-yet-used prescriptions).
        "pharmacy": f"{_REGISTERS} MedicationRequest.rs MedicationDispense.crus Task.rsu Provenance.rs __events.r",
        "authority": f"{_REGISTERS} Patient.rs Consent.crsu __token.r",
        "vendor": _REGISTERS,
        "portal": f"{_REGISTERS} Patient.r MedicationRequest.rs MedicationDispense.rs Task.rsu Provenance.rs"
        " AuditEvent.rs Consent.crsu __events.r",
    }
)
NEVER_OF_PATIENTS: Final = frozenset(
    {"CodeSystem", "Organization", "Practitioner", "PractitionerRole", "__events", "__token"}
)
# Whose tokens name no practitioner: the authority oversees, and behind the portal stands a resident.
WITHOUT_PRACTITIONER: Final = frozenset({"authority", "portal"})
PURPOSES: Final = MappingProxyType(
    {
        "practice": ("TREAT", "ETREAT", "BTG"),
        "hospital": ("TREAT", "ETREAT", "BTG"),
        "pharmacy": ("TREAT",),
        "authority": ("HOPERAT",),
        "vendor": ("HOPERAT",),
        "portal": ("PATRQT", "FAMRQT"),
    }
)
_SCOPE: Final = re.compile(r"(?:system/([A-Za-z]+|\*)|(__[a-z]+))\.(?:(c?r?u?d?s?)|(read|write|\*))\Z")
OLD_LETTERS: Final = MappingProxyType({"read": "rs", "write": "cud", "*": "cruds"})  # of SMART 1.0


def open_to(kind: str, *, extended: bool = True) -> frozenset[str]:
    """One scope for each letter: {"system/Task.r", "system/Task.s", ...}."""
    named = extended or kind in WITHOUT_PRACTITIONER
    return frozenset(
        f"{qualified(name)}.{letter}"
        for name, _, letters in (entry.partition(".") for entry in OPEN[kind].split())
        for letter in letters
        if named or name in NEVER_OF_PATIENTS
    )


def granted(kind: str, asked: str, *, extended: bool = True) -> frozenset[str]:
    """What is both asked for and open; nothing asked for asks for all. Unknown words grant nothing."""
    everything = open_to(kind, extended=extended)
    if not asked.strip():
        return everything
    wanted: set[str] = set()
    for name, letters, _ in words_of(asked):
        wanted.update(s for s in everything if s[-1] in letters and names(name, s[:-2]))
    return frozenset(wanted)


def names(word: str, name: str) -> bool:
    """`system/*` is every type of FHIR, and nothing that is only ours."""
    return word == name or (word == "system/*" and name.startswith("system/"))


def words_of(asked: str) -> list[tuple[str, str, str]]:
    """(system/Task, rs, the word itself) for each word that is written in the grammar of SMART 2 or 1."""
    found = [(match, word) for word in asked.split() if (match := _SCOPE.match(word))]
    return [
        (match[2] or f"system/{match[1]}", OLD_LETTERS.get(match[4], match[3]), word) for match, word in found
    ]


def decide(kind: str, asked: str, *, extended: bool) -> frozenset[str]:
    """
    The scopes of a token.

    Raises Refusal: TOK-008 for a scope that a query restricts, since giving it without the query would widen it;
    TOK-007 when only a token that names a person could have them; TOK-003 when nothing asked for is open.
    """
    restricted = next((word for word in asked.split() if "?" in word), None)
    if restricted is not None:
        raise Refusal(TOK_SCOPE_RESTRICTED, asked=restricted)
    found = granted(kind, asked, extended=extended)
    if not found and not extended and granted(kind, asked):
        raise Refusal(TOK_SCOPE_OF_PERSON)
    if not found:
        raise Refusal(TOK_BAD_SCOPE, asked=asked)
    return found


def check(scope: str, party: Party) -> None:
    """Whether the token covers the call; if not, whether it is the person that is wanting."""
    if scope in party.scopes:
        return
    named = party.role_id is not None or party.kind in WITHOUT_PRACTITIONER
    if not named and scope in open_to(party.kind) - open_to(party.kind, extended=False):
        raise Refusal(ACC_PERSON_MISSING)
    raise Refusal(ACC_SCOPE_MISSING, scope=scope)


def as_text(scopes: frozenset[str], asked: str = "") -> str:
    """Back to the short form, letters in SMART's order; in the words of SMART 1.0 where they were asked for and fit."""
    letters: dict[str, str] = {}
    for scope in scopes:
        name, _, letter = scope.partition(".")
        letters[name] = letters.get(name, "") + letter
    old = {(name, given): word.rpartition(".")[2] for name, given, word in words_of(asked)}
    written = []
    for name, text in sorted(letters.items()):
        ordered = "".join(sorted(text, key="cruds".index))
        written.append(f"{name}.{old.get((name, ordered)) or old.get(('system/*', ordered)) or ordered}")
    return " ".join(written)


def scopes_in(text: str) -> frozenset[str]:
    """What the scope claim of a token of ours opens, letter by letter."""
    pairs = (word.partition(".") for word in text.split())
    return frozenset(
        f"{name}.{letter}" for name, _, letters in pairs for letter in OLD_LETTERS.get(letters, letters)
    )


def qualified(name: str) -> str:
    return name if name.startswith("__") else f"system/{name}"
