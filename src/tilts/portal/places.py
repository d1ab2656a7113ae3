"""The menu: which pages stand in it, for whom, in which order."""

from dataclasses import dataclass
from typing import Final

from tilts.account import Account, Role

EVERYBODY: Final[frozenset[Role]] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """
    An entry of the menu.

    Attributes:
        label: An English text marked with N_.
        roles: Whose it is; none means everybody's.
        also: Other addresses whose pages are reached from this entry.
    """

    address: str
    label: str
    order: int
    roles: frozenset[Role] = EVERYBODY
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether the page at this path stands under the entry."""
        under = () if self.address == "/" else (self.address, *self.also)
        return path == self.address or any(path == each or path.startswith(each + "/") for each in under)


@dataclass(frozen=True, slots=True)
class Menu:
    public: tuple[Place, ...]
    own: tuple[Place, ...]


def places_for(places: tuple[Place, ...], account: Account | None) -> Menu:
    """Public ones for everybody, and those of the role somebody acts in."""
    ordered = sorted(places, key=lambda place: (place.order, place.address))
    own = [place for place in ordered if account is not None and account.role in place.roles]
    return Menu(tuple(place for place in ordered if not place.roles), tuple(own))
