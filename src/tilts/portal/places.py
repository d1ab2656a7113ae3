"""The menu: which pages stand in it, for whom, in which order."""

from dataclasses import dataclass
from typing import Final

from tilts.account import Account, Role

EVERYBODY: Final[frozenset[Role]] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu. `label` is an English text marked with N_; no roles means: for everybody."""

    address: str
    label: str
    order: int
    roles: frozenset[Role] = EVERYBODY


@dataclass(frozen=True, slots=True)
class Menu:
    public: tuple[Place, ...]
    own: tuple[Place, ...]


def places_for(places: tuple[Place, ...], account: Account | None) -> Menu:
    """Public ones for everybody, and those of the role somebody acts in."""
    ordered = sorted(places, key=lambda place: (place.order, place.address))
    own = [place for place in ordered if account is not None and account.role in place.roles]
    return Menu(tuple(place for place in ordered if not place.roles), tuple(own))
