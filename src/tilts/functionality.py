"""What a system may be used for, and by which kind of party; agreements and approvals name these.

The authority's agreement lists each functionality an institution uses (Latvia 3); sick leave, referrals and the
rest join this table when their documents do.
"""

from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from tilts.rules import Named

Functionality: TypeAlias = Literal["prescribing", "dispensing", "classifiers", "residents", "oversight"]
OPEN_TO: Final = MappingProxyType(
    {
        "prescribing": frozenset({"practice", "hospital"}),
        "dispensing": frozenset({"pharmacy"}),
        "classifiers": frozenset({"vendor"}),
        "residents": frozenset({"portal"}),  # what a resident sees and asks for through the portal
        "oversight": frozenset({"authority"}),
    }
)
FUNCTIONALITIES: Final[tuple[Functionality, ...]] = (
    "prescribing",
    "dispensing",
    "classifiers",
    "residents",
    "oversight",
)
NAMES: Final = MappingProxyType(
    {
        "prescribing": ("izrakstīšana", "prescribing"),
        "dispensing": ("izsniegšana", "dispensing"),
        "classifiers": ("klasifikatori", "classifiers"),
        "residents": ("iedzīvotāju portāls", "the residents' portal"),
        "oversight": ("uzraudzība", "oversight"),
    }
)
OWN: Final = frozenset({"residents", "oversight"})  # the operator's own systems: no agreement with oneself
CLINICAL: Final[tuple[Functionality, ...]] = ("prescribing", "dispensing")


# What section 3 of the operator agreement opens, by clause. Its wording is not public: the names are ours, unverified.
CLASSIFIER_CLAUSES: Final = ("registers", "medicines")


def named_functionality(name: str) -> Named:
    """As people say it; as a string the name that stands in agreements and on the wire."""
    lv, en = NAMES.get(name, (name, name))
    return Named(name, lv=lv, en=en)


def functionalities_of(kind: str) -> tuple[Functionality, ...]:
    """Those that a party of this kind may ask for."""
    return tuple(name for name in FUNCTIONALITIES if kind in OPEN_TO[name])
