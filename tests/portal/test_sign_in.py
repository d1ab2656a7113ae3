"""The built-in test sign-in over HTTP: the whole way, and each way in which somebody might cheat on it."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from tests.running import Running
from tilts.lab.people import PEOPLE, TestPerson
from tilts.lab.walker import PageWalker


@pytest.fixture
def walker(exchange: Running) -> Iterator[PageWalker]:
    with PageWalker(exchange.facts["portal"], language="en") as found:
        yield found


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, name
    return found[1].replace("&amp;", "&")


def begun(visitor: httpx.Client, back: str = "/my") -> tuple[str, httpx.Response]:
    """The address of the provider that the portal sends to, and the page there."""
    away = visitor.get("/sign-in", params={"next": back}).headers["location"]
    return away, visitor.get(away)


def chosen(visitor: httpx.Client, page: httpx.Response, person: str = "vendor-1") -> str:
    """The address that the provider sends back to, with its code."""
    names = re.findall(r'<input type="hidden" name="(\w+)"', page.text)
    form = {name: field(page, name) for name in names} | {"person": person}
    answer = visitor.post("/test-sign-in/authorize", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def changed(address: str, **parts: str) -> str:
    split = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(split.query).items()} | parts
    return urlunsplit(split._replace(query=urlencode(query)))


@pytest.mark.parametrize("person", [person for person in PEOPLE if person.ready], ids=lambda one: one.subject)
def test_everybody_of_a_ready_made_party_signs_in_with_their_role(
    walker: PageWalker, person: TestPerson
) -> None:
    walker.follow("Sign in")
    page = walker.submit(person.name)
    assert page.status == 200
    assert any(person.name in link and person.organisation in link for link in page.links)
    walker.submit("Sign out")
    assert "Sign in" in walker.page.links


def test_after_signing_in_the_visitor_is_where_they_wanted_to_be(visitor: httpx.Client) -> None:
    asked = visitor.get("/my/people")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Fmy%2Fpeople"
    _, page = begun(visitor, "/my/people")
    assert visitor.get(chosen(visitor, page)).headers["location"] == "/my/people"
    assert visitor.get("/my/people").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(visitor: httpx.Client, elsewhere: str) -> None:
    _, page = begun(visitor, elsewhere)
    assert visitor.get(chosen(visitor, page)).headers["location"] == "/my"


def test_the_session_cookie_is_not_for_scripts_nor_for_other_sites(visitor: httpx.Client) -> None:
    _, page = begun(visitor)
    answer = visitor.get(chosen(visitor, page))
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith("tilts_session=")]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


def test_a_code_is_good_once(visitor: httpx.Client, exchange: Running) -> None:
    _, page = begun(visitor)
    back = chosen(visitor, page)
    sealed = visitor.cookies["tilts_signing_in"]
    assert visitor.get(back).status_code == 303
    with httpx.Client(base_url=exchange.facts["portal"], cookies={"tilts_signing_in": sealed}) as thief:
        again = thief.get(back, headers={"accept-language": "en"})
    assert again.status_code == 403
    assert "USR-011" in again.text


def test_an_answer_is_only_for_the_browser_that_began(exchange: Running, visitor: httpx.Client) -> None:
    _, page = begun(visitor)
    back = chosen(visitor, page)
    with httpx.Client(base_url=exchange.facts["portal"]) as victim:
        assert "USR-009" in victim.get(back).text  # no attempt of its own
        begun(victim)
        answer = victim.get(back)
        assert answer.status_code == 400
        assert "USR-009" in answer.text  # an attempt with another state
        assert "tilts_session" not in victim.cookies


def test_a_code_of_one_attempt_does_not_finish_another(exchange: Running, visitor: httpx.Client) -> None:
    """Right state, foreign code: neither the verifier nor the nonce is that attempt's."""
    _, page = begun(visitor)
    stolen = parse_qs(urlsplit(chosen(visitor, page)).query)["code"][0]
    with httpx.Client(base_url=exchange.facts["portal"]) as other:
        _, page = begun(other)
        answer = other.get(changed(chosen(other, page), code=stolen))
        assert "USR-011" in answer.text
        assert "tilts_session" not in other.cookies


def test_a_sign_in_that_was_broken_off_is_told(visitor: httpx.Client) -> None:
    away, _ = begun(visitor)
    state = parse_qs(urlsplit(away).query)["state"][0]
    answer = visitor.get("/signed-in", params={"error": "access_denied", "state": state})
    assert answer.status_code == 403
    assert "USR-010" in answer.text


@pytest.mark.parametrize(
    "parts",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "/signed-in"},
        {"client_id": "another"},
        {"response_type": "token"},
        {"scope": "profile"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
    ],
    ids=str,
)
def test_the_provider_sends_nobody_where_it_was_not_asked_rightly(
    visitor: httpx.Client, parts: dict[str, str]
) -> None:
    away, _ = begun(visitor)
    answer = visitor.get(changed(away, **parts))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "USR-009" in answer.text


def test_nobody_is_chosen_who_is_not_on_the_list(visitor: httpx.Client) -> None:
    _, page = begun(visitor)
    with pytest.raises(AssertionError, match="USR-009"):
        chosen(visitor, page, "somebody-else")


def token_form(visitor: httpx.Client) -> dict[str, str]:
    _, page = begun(visitor)
    back = chosen(visitor, page)
    query = dict(parse_qsl(urlsplit(back).query))
    split = urlsplit(back)
    return {
        "grant_type": "authorization_code",
        "code": query["code"],
        "redirect_uri": urlunsplit(split._replace(query="")),
        "code_verifier": "x" * 43,
        "client_id": "tilts-portal",
    }


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({}, "invalid_client"),
        ({"client_assertion": "a.b.c"}, "invalid_client"),
        ({"client_assertion": ""}, "invalid_client"),
    ],
)
def test_a_code_alone_buys_no_token(visitor: httpx.Client, parts: dict[str, str], error: str) -> None:
    answer = visitor.post("/test-sign-in/token", data=token_form(visitor) | parts)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_signing_in_anew_ends_the_session_before(visitor: httpx.Client, exchange: Running) -> None:
    _, page = begun(visitor)
    visitor.get(chosen(visitor, page))
    before = visitor.cookies["tilts_session"]
    _, page = begun(visitor)
    visitor.get(chosen(visitor, page, "vendor-2"))
    assert visitor.cookies["tilts_session"] != before
    with httpx.Client(base_url=exchange.facts["portal"], cookies={"tilts_session": before}) as earlier:
        assert earlier.get("/my/people").headers["location"].startswith("/sign-in")


def test_who_signed_out_is_out_even_with_the_old_cookie(visitor: httpx.Client, exchange: Running) -> None:
    _, page = begun(visitor)
    visitor.get(chosen(visitor, page))
    token = visitor.cookies["tilts_session"]
    form_token = field(visitor.get("/my/people"), "form_token")
    assert visitor.post("/sign-out", data={"form_token": form_token}).headers["location"] == "/"
    with httpx.Client(base_url=exchange.facts["portal"], cookies={"tilts_session": token}) as earlier:
        assert earlier.get("/my/people").headers["location"].startswith("/sign-in")


class TestResident:
    def test_sees_their_own_accesses_and_the_look_is_among_them(
        self, walker: PageWalker, exchange: Running, anna: str
    ) -> None:
        code = exchange.facts["persons"][0]["code"]
        walker.follow("Sign in")
        page = walker.submit("Anna", near=f"{code[:6]}-{code[6:]}")
        assert page.text.startswith("Who looked at my data Anna Bērzlāse")
        assert "Writes a prescription" in page.text
        again = walker.reload()
        assert "Me Parauga iedzīvotāju portāls Looks at the list of accesses" in again.text
        prescriptions = walker.follow("My prescriptions")
        assert "Paraugols 500 mg" in prescriptions.text
        assert code not in prescriptions.address
        assert anna not in prescriptions.address

    def test_sees_no_pages_of_others(self, walker: PageWalker) -> None:
        walker.follow("Sign in")
        walker.submit("Elza")
        assert "My work" not in walker.page.links
        assert "People" not in walker.page.links

    def test_somebody_of_an_organisation_sees_no_record(self, visitor: httpx.Client) -> None:
        _, page = begun(visitor)
        visitor.get(chosen(visitor, page, "clerk-a"))
        for path in ("/my/accesses", "/my/prescriptions"):
            answer = visitor.get(path)
            assert answer.status_code == 403
            assert "USR-004" in answer.text
