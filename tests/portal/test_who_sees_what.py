"""Nobody sees or changes what is another party's, and what is another's looks like what is not there.

Made from the portal's own list of addresses: a page added later is tried without anybody adding it here.
"""

import re
from collections.abc import Iterator
from itertools import product
from uuid import UUID, uuid4

import httpx
import pytest

from tests.portal import attacking
from tests.portal.attacking import (
    CLERK,
    COLLEAGUE,
    HEAD,
    IT_PERSON,
    NOBODY,
    OWNERS,
    RESIDENT,
    RIVAL,
    Belongings,
    World,
    routes_of,
    rule_of,
    said,
)

AUTHORITY = (CLERK, COLLEAGUE)
EVERYBODY = (*OWNERS, IT_PERSON, RESIDENT, NOBODY)
SAME_PARTY = {HEAD: (HEAD, IT_PERSON)}
# The sandbox shows these to everybody, by purpose: letters and calls of invented people.
OPEN = ("/sandbox/mail", "/calls", "/fragments/", "/persons", "/certificates/", "/sandbox")
RESIDENTS = ("/my/prescriptions", "/my/accesses", "/my/bans", "/my/delegations", "/my/for")
WORDS = {"action": "withdraw", "name": "cert.pem", "form": "json", "verb": "sort"}
QUERIES = {
    "/my/plans/new": ("version",),
    "/my/certificates": ("client",),
    "/my/certificates/guide": ("client",),
    "/lab/runs/new": ("testing", "client"),
}
BODIES = {
    "/my/plans": ("version",),
    "/my/testing": ("version",),
    "/my/systems/clients": ("version",),
    "/my/certificates": ("client",),
    "/lab/runs": ("client", "testing"),
    "/my/people": ("role",),
    "/my/roles": ("role",),
}
FILLED = {
    "text": "by somebody else",
    "comment": "by somebody else",
    "reason": "by somebody else",
    "into": "TL-2026-00001",
    "row": "CON-P-01@practice#0",
    "scenarios": "CON-P-01",
    "answer": "yes",
    "do": "keep",
    "questions": "1",
    "version": "1",
    "party_name": "by somebody else",
    "key_text": '{"kty":"EC"}',
    "pasted": "-----BEGIN",
    "site": "999900016",
    "functionalities": "prescribing",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacking.world(tmp_path_factory.mktemp("attacked")) as found:
        yield found


def values_of(own: Belongings, name: str) -> list[str]:
    kept = {
        "number": [*own.numbers.values()],
        "testing": [*own.numbers.values()],
        "row_id": own.messages,
        "document_id": own.documents,
        "client_id": own.clients,
        "client": own.clients,
        "run_id": own.runs,
        "version": own.versions,
        "role": own.roles,
    }
    return kept.get(name, [])


def missing(value: str) -> str:
    """Of the same shape, and nobody's."""
    if value.startswith("TL-"):
        return "TL-2026-99999"
    try:
        UUID(value)
    except ValueError:
        return value[:-6] + "zzzzzz"
    return str(uuid4())


def outsiders(owner: str) -> list[str]:
    return [one for one in EVERYBODY if one not in SAME_PARTY.get(owner, (owner,))]


def addresses(world: World, method: str, owner: str, turn: int) -> list[tuple[str, str, dict[str, str]]]:
    """Every address with a thing of this owner in it, beside the same one with a thing that is not there.

    Of several things of a kind each outsider tries two, and in turn they try them all.
    """
    own, found = world.belongings[owner], []
    for _, path in (one for one in routes_of(world.exchange) if one[0] == method):
        names = re.findall(r"{(\w+)(?::\w+)?}", path)
        asked = QUERIES.get(path, ()) if method == "GET" else BODIES.get(path, ())
        choices = [two_of(values_of(own, name), turn) or [WORDS.get(name, "")] for name in names]
        own_names = [name for name in names if values_of(own, name)]
        for values in product(*choices):
            theirs, nobodys = path, path
            for name, value in zip(names, values, strict=True):
                other = missing(value) if name in own_names else value
                theirs = re.sub(rf"{{{name}(:\w+)?}}", value, theirs)
                nobodys = re.sub(rf"{{{name}(:\w+)?}}", other, nobodys)
            if own_names:
                found.append((theirs, nobodys, {}))
        for name in asked:
            for value in two_of(values_of(own, name), turn):
                found.append((path, path, {name: value}))
    return found


def two_of(values: list[str], turn: int) -> list[str]:
    return list({values[(2 * turn + one) % len(values)]: one for one in range(2)}) if values else []


def shape(answer: httpx.Response, values: set[str]) -> tuple[int, str, str, str]:
    """What somebody can tell two answers apart by, the asked-for value left out."""
    text = said(answer)
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "…") if value else text
    return answer.status_code, rule_of(answer), answer.headers.get("location", "").partition("?")[0], text


def told_apart(owner: str, who: str, what: str, mine: httpx.Response, none: httpx.Response) -> str:
    ids = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|TL-\d{4}-\d{5}|[\w-]+zzzzzz")
    values = {*ids.findall(mine.request.url.path), *ids.findall(none.request.url.path)}
    values |= {*ids.findall(mine.text), *ids.findall(none.text)}
    seen, other = shape(mine, values), shape(none, values)
    return "" if seen == other else f"{who or 'nobody'} at {owner}'s {what}: {seen} but of nothing {other}"


@pytest.mark.parametrize("owner", OWNERS)
def test_a_page_of_another_party_looks_like_one_that_is_not_there(world: World, owner: str) -> None:
    found = []
    for turn, who in enumerate(outsiders(owner)):
        visitor = world.visitors[who]
        for theirs, nobodys, query in addresses(world, "GET", owner, turn):
            mine = visitor.http.get(theirs, params=query)
            none = visitor.http.get(nobodys, params={name: missing(value) for name, value in query.items()})
            found.append(told_apart(owner, who, f"{theirs} {query}", mine, none))
            if any(secret in said(mine) for secret in leaks(world.belongings[owner], theirs, query)):
                found.append(f"{who} read {theirs} {query} of {owner}: {said(mine)[:300]}")
    assert [one for one in found if one] == []
    assert len(found) > 100


def leaks(own: Belongings, path: str, query: dict[str, str]) -> set[str]:
    """Words that only the owner's pages have; what was asked for may be named in the answer."""
    return {one for one in own.secrets if one not in path and one not in query.values()}


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_list_names_what_is_another_partys(world: World, who: str) -> None:
    plain = [path for method, path in routes_of(world.exchange) if method == "GET" and "{" not in path]
    visitor = world.visitors[who]
    found = []
    for path in (one for one in plain if not one.startswith(OPEN)):
        text = visitor.http.get(path, follow_redirects=True).text
        for owner in OWNERS:
            if who in outsiders(owner):
                found += [f"{path} names {one}" for one in world.belongings[owner].secrets if one in text]
    assert found == []
    assert len(plain) > 40


@pytest.mark.parametrize("owner", OWNERS)
def test_nobody_else_changes_anything_of_a_party(world: World, owner: str) -> None:
    own, owners_eyes = world.belongings[owner], world.visitors[owner]
    before = [said(owners_eyes.get(f"/cases/{number}")) for number in own.numbers.values()]
    found = []
    for turn, who in enumerate(outsiders(owner)):
        visitor = world.visitors[who]
        for theirs, nobodys, data in addresses(world, "POST", owner, turn):
            mine = visitor.post(theirs, FILLED | data)
            none = visitor.post(nobodys, FILLED | {name: missing(value) for name, value in data.items()})
            found.append(told_apart(owner, who, f"POST {theirs} {data}", mine, none))
            if mine.status_code < 400 and "/sign-in" not in mine.headers.get("location", ""):
                found.append(f"{who} was let at POST {theirs} {data}")
    assert [one for one in found if one] == []
    assert before == [said(owners_eyes.get(f"/cases/{number}")) for number in own.numbers.values()]


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_authoritys_pages_are_the_authoritys(world: World, who: str) -> None:
    number = world.belongings[RIVAL].numbers["question"]
    overseen = [
        (method, re.sub(r"{\w+}", str(uuid4()), path))
        for method, path in routes_of(world.exchange)
        if path.startswith("/oversight/")
    ]
    assert len(overseen) > 12
    for method, address in overseen:
        visitor = world.visitors[who]
        answer = visitor.post(address, {"key": str(uuid4())}) if method == "POST" else visitor.get(address)
        assert (answer.status_code, rule_of(answer)) in ((403, "USR-004"), (303, "")), address
        assert answer.status_code == 403 or answer.headers["location"].startswith(("/sign-in", "/register"))
    for address in ("/desk/mail", f"/desk/mail/{number}"):
        answer = world.visitors[who].get(address)
        assert (answer.status_code, rule_of(answer)) in ((403, "USR-004"), (303, "")), address


@pytest.mark.parametrize("who", [*OWNERS, IT_PERSON, CLERK, COLLEAGUE, NOBODY])
def test_residents_pages_are_residents(world: World, who: str) -> None:
    """The authority oversees elsewhere, with a reason; an access of a resident's looks here like none."""
    pages = [
        world.visitors[RESIDENT].get("/my/accesses").text for _ in range(2)
    ]  # the first look is an access
    address = re.findall(r"/my/accesses/[0-9a-f-]{36}", pages[1])[0]
    nobodys = f"/my/accesses/{uuid4()}"
    own = [path for _, path in routes_of(world.exchange) if path.startswith(RESIDENTS) and "{" not in path]
    assert len(own) > 6
    for path in (*own, address, nobodys, f"{address}/proof.json"):
        answer = world.visitors[who].get(path)
        assert (answer.status_code, rule_of(answer)) in ((403, "USR-004"), (303, ""), (405, "")), path
        for data in ({}, {"whom": "self"}, {"key": str(uuid4()), "what": "everything", "sure": "yes"}):
            sent = world.visitors[who].post(path, data)
            assert (sent.status_code, rule_of(sent)) in ((403, "USR-004"), (303, ""), (405, "")), path
            assert "/sign-in" in sent.headers.get("location", "/sign-in"), path
