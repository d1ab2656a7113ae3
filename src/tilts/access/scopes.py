"""What each kind of party may ask for: a closed list, in the grammar of SMART scopes v2.

`system/Type.cruds`: c create, r read, u update (operations on a Task), d delete, s search.
"""

import re
from types import MappingProxyType
from typing import Final

_REGISTERS: Final = "CodeSystem.rs Organization.rs Practitioner.rs PractitionerRole.rs"
_PRESCRIBING: Final = (
    f"{_REGISTERS} Patient.rs MedicationRequest.crs MedicationDispense.rs Task.rsu Provenance.rs"
)

OPEN: Final = MappingProxyType(
    {
        "practice": _PRESCRIBING,
        "hospital": _PRESCRIBING,
        # A pharmacist sees what was presented, not patients (Latvia 6.1: only not-yet-used prescriptions).
        "pharmacy": f"{_REGISTERS} MedicationRequest.rs MedicationDispense.crs Task.rsu Provenance.rs",
        "authority": f"{_REGISTERS} Patient.rs",
        "vendor": _REGISTERS,
        "portal": f"{_REGISTERS} Patient.r MedicationRequest.rs MedicationDispense.rs Task.rs Provenance.rs AuditEvent.s",
    }
)
PURPOSES: Final = MappingProxyType(
    {
        "practice": ("TREAT",),
        "hospital": ("TREAT",),
        "pharmacy": ("TREAT",),
        "authority": ("HOPERAT",),
        "vendor": ("HOPERAT",),
        "portal": ("PATRQT",),
    }
)
_SCOPE: Final = re.compile(r"system/([A-Za-z]+|\*)\.(c?r?u?d?s?)\Z")


def open_to(kind: str) -> frozenset[str]:
    """One scope for each letter: {"system/Task.r", "system/Task.s", ...}."""
    return frozenset(
        f"system/{name}.{letter}"
        for name, _, letters in (entry.partition(".") for entry in OPEN[kind].split())
        for letter in letters
    )


def granted(kind: str, asked: str) -> frozenset[str]:
    """What is both asked for and open; nothing asked for asks for all. Unknown words grant nothing."""
    everything = open_to(kind)
    if not asked.strip():
        return everything
    wanted: set[str] = set()
    for word in asked.split():
        if found := _SCOPE.match(word):
            prefix = "system/" if found[1] == "*" else f"system/{found[1]}."
            wanted.update(s for s in everything if s.startswith(prefix) and s[-1] in found[2])
    return frozenset(wanted)


def as_text(scopes: frozenset[str]) -> str:
    """Back to the short form, letters in SMART's order."""
    letters: dict[str, str] = {}
    for scope in scopes:
        name, _, letter = scope.partition(".")
        letters[name] = letters.get(name, "") + letter
    return " ".join(
        f"{name}.{''.join(sorted(text, key='cruds'.index))}" for name, text in sorted(letters.items())
    )
