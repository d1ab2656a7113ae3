"""Every route there is, from the table of routes: nobody passes without what that route asks for."""

from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from tests.running import Running
from tests.transport.tables import Tables
from tests.transport.wire import FHIR_JSON, FORM, Caller, no_certificate, refused
from tilts.access.routes import Route
from tilts.access.scopes import open_to
from tilts.ids import new_id
from tilts.transport.capability import operation_of
from tilts.transport.listeners import all_routes
from tilts.transport.search import PageLinks
from tilts.transport.validation import ValidationParts

ROUTES = all_routes(
    PageLinks(bytes(32), minutes=1, pages=1), checks=ValidationParts(takes_definitions=True)
)  # of a sandbox
ASKING = [
    route for route in ROUTES if not route.open_in_sandbox and route.method != "HEAD"
]  # a HEAD says nothing
KINDS = {"form": FORM, "resource": FHIR_JSON, "parameters": FHIR_JSON}


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def address(route: Route) -> str:
    return route.path.format(
        type="Patient", id=new_id(), version=1, name="iso-4217", file="2026.2.csv"
    ).lstrip("/")


def sent(http: httpx.Client, route: Route, **headers: str) -> tuple[httpx.Response, str]:
    request_id = str(uuid4())
    kind = {"Content-Type": KINDS[route.body]} if route.body in KINDS else {}
    base = str(http.base_url).rstrip("/")
    url = f"{base.removesuffix('/fhir/r4') if route.feed else base}/{address(route)}"
    answer = http.request(route.method, url, headers={"X-Request-Id": request_id, **kind, **headers})
    return answer, request_id


def of_a_kind_that_may(route: Route, caller: Callable[..., Caller]) -> Caller:
    """A client whose connection is open for this route, and whose kind of party has its scope."""
    if route.functionality:
        return caller(
            {"prescribing": "practice-3", "dispensing": "pharmacy-4"}.get(route.functionality, "vendor")
        )
    names = {"practice": "practice-3", "pharmacy": "pharmacy-4", "portal": "portal"}
    return next(caller(name) for kind, name in names.items() if route.scope in open_to(kind))


def test_the_table_of_routes_is_the_whole_of_it() -> None:
    assert len(ROUTES) > 40
    assert {route.method for route in ROUTES} == {"GET", "HEAD", "POST", "PUT", "DELETE"}


@pytest.mark.parametrize("route", ASKING, ids=name_of)
def test_without_a_certificate_every_route_answers_ACC_001(
    exchange: Running, tables: Tables, route: Route
) -> None:
    with no_certificate(exchange) as client:
        answer, request_id = sent(client, route)
    refused(answer, 401, "ACC-001")
    entry = tables.audit(request_id)
    assert (entry["event"], entry["rule_id"]) == (route.audit_event, "ACC-001")


@pytest.mark.parametrize("route", ASKING, ids=name_of)
def test_without_a_token_every_route_answers_ACC_005(practice: Caller, tables: Tables, route: Route) -> None:
    answer, request_id = sent(practice.http, route)
    refused(answer, 401, "ACC-005")
    assert tables.audit(request_id)["client_id"] == practice.facts["client_id"]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method != "HEAD"], ids=name_of)
def test_without_its_scope_every_route_answers_ACC_009(
    caller: Callable[..., Caller], tables: Tables, route: Route
) -> None:
    somebody = of_a_kind_that_may(route, caller) if route.functionality else caller("practice-3")
    another = "system/Organization.r"
    token = somebody.token(scope="system/Practitioner.r" if route.scope == another else another)
    answer, request_id = sent(somebody.http, route, Authorization=f"Bearer {token}")
    issue = refused(answer, 403, "ACC-009")
    assert route.scope in issue["details"]["text"]
    assert answer.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{route.scope}"'
    assert tables.audit(request_id)["rule_id"] == "ACC-009"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.person], ids=name_of)
def test_without_a_person_what_needs_one_answers_ACC_010(
    caller: Callable[..., Caller], tables: Tables, route: Route
) -> None:
    somebody = of_a_kind_that_may(route, caller)
    answer, request_id = sent(somebody.http, route, Authorization=f"Bearer {somebody.token(person=False)}")
    refused(answer, 403, "ACC-010")
    assert tables.audit(request_id)["rule_id"] == "ACC-010"


def test_everything_that_changes_something_needs_a_person() -> None:
    changing = {route.path for route in ROUTES if route.scope[-1] in "cud"}
    # A patient's own, or on paper: test_consents.py; asked for by the patient too: test_pairs.py.
    residents = {"/Consent", "/Consent/{id}/$end", "/Task/{id}/$transfer-request"}
    reads = {"/Task/$find", "/Patient/{id}/$break-glass"}
    assert changing - residents == {route.path for route in ROUTES if route.person} - reads


def test_the_capability_statement_lists_exactly_the_routes(practice: Caller) -> None:
    rest = practice.get("metadata").json()["rest"][0]
    offered = {
        (resource["type"], one["code" if kind == "interaction" else "name"])
        for resource in rest["resource"]
        for kind in ("interaction", "operation")
        for one in resource.get(kind, ())
    }
    offered |= {("Bundle", one["code"]) for one in rest["interaction"]}
    offered |= {("Resource", one["name"]) for one in rest["operation"]}
    assert offered == {
        (route.resource_type, operation_of(route.resource_type, route.interaction, "")["name"])
        for route in ROUTES
        if not route.feed
    }


def test_the_capability_statement_is_of_R4_and_says_where_tokens_are(practice: Caller) -> None:
    statement = practice.get("metadata").json()
    assert (statement["fhirVersion"], statement["format"]) == ("4.0.1", ["application/fhir+json"])
    assert statement["rest"][0]["security"]["description"].endswith(practice.token_url)
    assert statement["implementation"]["url"] == practice.base
