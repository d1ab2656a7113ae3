"""Which pages there are: the menu, for whom, in which order; and the nearest one that can be opened."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.routing import Match

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


def way_back(request: Request) -> str:
    """The nearest page above that can be opened: most forms are sent to the address they stand at."""
    path = request.url.path.rstrip("/")
    return nearest(request, path.rpartition("/")[0] if request.method == "GET" else path)


def nearest(request: Request, path: str) -> str:
    """That page, or the next one above it that can be opened."""
    while path and not opens(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def opens(request: Request, path: str) -> bool:
    application = request.scope.get("app")
    asked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    routes = application.routes if application is not None else ()
    return any(route.matches(asked)[0] is Match.FULL for route in routes)
