"""Who may call what, and what is written down: on every route, and in the docs."""

import re

import pytest

from tests.house.tree import ROOT
from tilts.access import scopes
from tilts.access.routes import Route
from tools.pages.routes import routes

ROUTES = routes()
EVENT = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\Z")
EVERY_SCOPE = {scope for kind in scopes.OPEN for scope in scopes.open_to(kind)}
PAGE = (ROOT / "docs" / "reference" / "routes.md").read_text(encoding="utf-8")
# A patient asks for it too; for everybody else the scope needs a token that names somebody.
BY_PATIENTS = {"/Task/{id}/$transfer-request"}
names = pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")


@names
def test_needs_a_scope_that_somebody_can_have(route: Route) -> None:
    assert route.scope in EVERY_SCOPE


@names
def test_is_written_down(route: Route) -> None:
    assert EVENT.match(route.audit_event)
    assert f"| `{route.audit_event}` |" in PAGE


@names
def test_stands_in_the_docs(route: Route) -> None:
    assert f"| {route.method} | `{route.path}` | `{route.scope}` |" in PAGE


@names
def test_says_what_it_does_to_what(route: Route) -> None:
    assert route.resource_type
    assert route.interaction
    assert 200 <= route.success_status < 300


@names
def test_a_write_names_a_person_and_can_be_repeated(route: Route) -> None:
    writes = route.scope[-1] in "cud"
    if writes:
        # A Consent is the patient's own word: at the portal the resident acts, at the authority a paper stands for them.
        assert route.person or route.resource_type == "Consent" or route.path in BY_PATIENTS, "nobody acts"
        assert route.key != "none", "a repetition would act twice"
    if route.scope[-1] == "c" and route.resource_type != "Consent":
        assert route.signed


def test_nothing_that_may_be_searched_is_open_without_reason() -> None:
    """Scopes that no route needs would be a promise of something that is not there."""
    needed = {route.scope for route in ROUTES}

    assert needed >= EVERY_SCOPE


@pytest.mark.parametrize("kind", list(scopes.OPEN))
def test_every_kind_of_party_stands_in_the_docs(kind: str) -> None:
    page = (ROOT / "docs" / "reference" / "scopes.md").read_text(encoding="utf-8")

    assert f"\n| {kind} |" in page
    assert scopes.PURPOSES[kind]
