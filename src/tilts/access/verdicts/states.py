"""How people call what keeps a connection closed, where no state table has a name for it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tilts.rules import Named
from tilts.workflow import Words

MISSING: Final = "none"  # there is no such case, certificate or approval at all
EXPIRED: Final = "expired"
NOT_YET: Final = "not-yet"  # a declaration on questions that are published, but not in force
# What stands in no state table, as people say it: of certificates, registers and approvals.
STATES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        MISSING: Words("nav", "there is none"),
        EXPIRED: Words("termiņš beidzies", "expired"),
        NOT_YET: Words("vēl nav spēkā", "not yet in force"),
        "revoked": Words("anulēts", "revoked"),
        "suspended": Words("darbība apturēta", "suspended"),
        "closed": Words("slēgta", "closed"),
        "rejected": Words("noraidīts", "rejected"),
        "withdrawn": Words("atsaukts", "withdrawn"),
    }
)


def said(state: str) -> str:
    return STATES[state].named(state) if state in STATES else state


def within(label: Words, state: str) -> Named:
    """The label of a state inside a sentence: without its capital letter."""
    return Named(state, lv=label.lv[:1].lower() + label.lv[1:], en=label.en[:1].lower() + label.en[1:])
