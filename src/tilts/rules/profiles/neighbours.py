"""Our profiles beside the guides of others, field by field; our cardinalities come from the profiles themselves."""

from dataclasses import dataclass
from functools import cache

from tilts.rules.profiles.comparing import cardinality, snapshot
from tilts.rules.profiles.shelf import Json, canonical, library, mapping


@dataclass(frozen=True, slots=True)
class Pair:
    """One field: "" where a side has no place for it. `fit` is one of same, narrower, wider, missing-here,
    missing-there, differs, as seen from ours."""

    ours: str
    ours_cardinality: str
    theirs: str
    theirs_cardinality: str
    fit: str
    en: str
    lv: str


@dataclass(frozen=True, slots=True)
class Table:
    """A profile of ours beside one of theirs."""

    ours: str
    guide: str
    theirs: str
    pairs: tuple[Pair, ...]


@cache
def tables() -> tuple[Table, ...]:
    """Every table of `mapping.json`.

    Raises:
        KeyError: A row names an element that our profile does not have.
    """
    return tuple(
        Table(
            one["ours"], one["guide"], one["profile"], tuple(_pair(row, one["ours"]) for row in one["rows"])
        )
        for one in mapping()["tables"]
    )


def _pair(row: Json, profile: str) -> Pair:
    ours = cardinality(_elements(profile)[row["ours"]]) if row["ours"] else ""
    return Pair(row["ours"], ours, row["theirs"], row["cardinality"], row["fit"], row["en"], row["lv"])


@cache
def _elements(profile: str) -> dict[str, Json]:
    definition = library().find("StructureDefinition", canonical(profile))
    assert definition is not None, f"{profile} is not one of ours"
    return snapshot(definition, library())
