"""Which route answers: a table looked up by method and shape of the path, not a list walked through."""

from collections.abc import Iterable

from tilts.access.routes import Route

PLACE = "{}"


class RouteTable:
    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = list(routes)
        self._by_shape: dict[tuple[str, ...], dict[str, Route]] = {}
        for route in self.routes:
            methods = self._by_shape.setdefault(shape_of(route), {})
            assert route.method not in methods, f"two routes for {route.method} {route.path}"
            methods[route.method] = route

    def find(self, method: str, path: tuple[str, ...]) -> tuple[Route | None, dict[str, str]]:
        """The route, and what stands in its places."""
        methods = self._methods(path)
        route = methods.get(method) if methods else None
        if route is None:
            return None, {}
        names = [part[1:-1] for part in route.segments if part.startswith("{")]
        places = [value for part, value in zip(route.segments, path, strict=True) if part.startswith("{")]
        return route, dict(zip(names, places, strict=True))

    def knows(self, path: tuple[str, ...]) -> bool:
        return self._methods(path) is not None

    def methods(self, path: tuple[str, ...]) -> list[str]:
        """What may be done at this address (RFC 9110 section 15.5.6)."""
        return sorted(self._methods(path) or ())

    def _methods(self, path: tuple[str, ...]) -> dict[str, Route] | None:
        for shape in possible_shapes(path):
            if shape in self._by_shape:
                return self._by_shape[shape]
        return None


def shape_of(route: Route) -> tuple[str, ...]:
    return tuple(PLACE if part.startswith("{") else part for part in route.segments)


def possible_shapes(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Words first, then places: Task/$find before Task/{id}."""
    if len(path) < 2:
        return [path]
    with_id = (path[0], PLACE, *path[2:])
    with_version = (*with_id[:3], PLACE) if len(path) == 4 else with_id
    two_places = [(path[0], PLACE, PLACE)] if len(path) == 3 else []  # /classifiers/{name}/{file}
    any_type = [(PLACE, path[1])] if len(path) == 2 else []  # /{type}/$validate, a word too
    return [path, *any_type, with_id, with_version, *two_places]
