"""Forms: only ours are taken, files up to a limit, and what is wrong is said where it is wrong."""

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from starlette.datastructures import FormData

from tests.running import Running
from tilts.lab.walker import NotOnThePage, PageWalker, Upload
from tilts.portal.app import cookies_for
from tilts.portal.incoming_forms import day_in
from tilts.portal.state_picture import draw


@pytest.fixture
def walker(exchange: Running) -> Iterator[PageWalker]:
    with PageWalker(exchange.facts["portal"], language="en") as found:
        found.page = found._get(exchange.facts["portal"] + "patterns")
        yield found


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_a_form_of_ours_is_taken_and_the_notice_is_shown_once(walker: PageWalker) -> None:
    page = walker.submit("Send", {"Name of the organisation": "Prakse"})
    assert page.status == 200
    assert "The form was received; nothing of it was kept." in page.text
    assert "The form was received" not in walker.reload().text


def test_a_field_that_is_missing_is_named_above_and_beside_it(walker: PageWalker) -> None:
    page = walker.submit("Send")
    assert page.status == 422
    assert "Please fill in “Name of the organisation”." in page.problem
    assert "USR-016" in page.problem
    [field] = page.document.xpath("//input[@name='organisation']")
    assert field.get("aria-invalid") == "true"
    assert "organisation-fault" in field.get("aria-describedby")


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
@pytest.mark.parametrize("token", ["", "x", "of-another"])
def test_a_form_that_is_not_ours_is_refused(
    exchange: Running, visitor: httpx.Client, kind: str, token: str
) -> None:
    visitor.get("/patterns")
    if token == "of-another":
        with httpx.Client(base_url=exchange.facts["portal"]) as other:
            token = token_in(other.get("/patterns"))
    form = {"form_token": token, "organisation": "Prakse"}
    files = {"document": ("a.pdf", b"%PDF")} if kind == "multipart" else None
    answer = visitor.post("/patterns", data=form, files=files)
    assert answer.status_code == 403
    assert "USR-001" in answer.text


def test_a_form_without_any_cookie_is_refused(exchange: Running, visitor: httpx.Client) -> None:
    token = token_in(visitor.get("/patterns"))
    with httpx.Client(base_url=exchange.facts["portal"]) as bare:
        answer = bare.post("/patterns", data={"form_token": token, "organisation": "Prakse"})
    assert "USR-001" in answer.text


def test_a_cookie_that_we_did_not_sign_is_none(exchange: Running) -> None:
    with httpx.Client(base_url=exchange.facts["portal"], cookies={"tilts_visit": "made-up.00"}) as forger:
        page = forger.get("/patterns")
        assert "tilts_visit" in page.headers["set-cookie"]


def test_a_notice_that_we_did_not_sign_is_not_shown(exchange: Running) -> None:
    cookies = {"tilts_notice": "SGVsbG8=.00"}
    with httpx.Client(base_url=exchange.facts["portal"], cookies=cookies) as forger:
        assert "Hello" not in forger.get("/patterns").text


def test_any_post_is_looked_at_even_where_no_page_is(visitor: httpx.Client) -> None:
    assert visitor.post("/nowhere", data={"a": "b"}).status_code == 403
    assert visitor.post("/sign-out", data={"a": "b"}).status_code == 403


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_what_is_no_form_is_refused(visitor: httpx.Client, content_type: str) -> None:
    answer = visitor.post("/patterns", content=b"{}", headers={"content-type": content_type})
    assert answer.status_code == 400
    assert "USR-003" in answer.text


def test_a_broken_multipart_body_is_refused(visitor: httpx.Client) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = visitor.post("/patterns", content=b"--y\r\nnonsense", headers=headers)
    assert answer.status_code in (400, 403)
    assert re.search("USR-00[13]", answer.text)


def test_too_many_files_are_refused(visitor: httpx.Client) -> None:
    token = token_in(visitor.get("/patterns"))
    files = [("document", (f"{number}.pdf", b"x")) for number in range(21)]
    answer = visitor.post("/patterns", data={"form_token": token}, files=files)
    assert answer.status_code == 400
    assert "USR-003" in answer.text


def test_a_file_that_is_too_large_is_refused_with_the_limit(walker: PageWalker) -> None:
    large = Upload("scan.pdf", b"x" * (12 * 1024 * 1024 + 1), "application/pdf")
    page = walker.submit("Send", {"Name of the organisation": "Prakse", "Document": large})
    assert page.status == 413
    assert "larger than 12 MiB" in page.problem
    assert "USR-002" in page.problem


def test_a_large_file_without_an_announced_length_is_refused_too(visitor: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 65_536

    headers = {"content-type": "application/x-www-form-urlencoded"}
    try:
        answer = visitor.post("/patterns", content=chunks(), headers=headers)
    except httpx.WriteError:  # the answer was sent while we were still sending
        return
    assert answer.status_code == 413


def test_a_file_within_the_limit_is_taken(walker: PageWalker) -> None:
    scan = Upload("scan.pdf", b"x" * 3_000_000, "application/pdf")
    page = walker.submit("Send", {"Name of the organisation": "Prakse", "Document": scan})
    assert "The form was received" in page.text


def test_the_walker_fills_in_by_labels_only(walker: PageWalker) -> None:
    filled = {
        "Name of the organisation": "Prakse",
        "How will you sign?": "On paper",
        "What is it used for?": ("Dispensing",),
        "Day of the beginning": "2026-11-18",
        "Kind": "practice",
        "What I wrote is true": True,
    }
    assert "The form was received" in walker.submit("Send", filled).text
    with pytest.raises(NotOnThePage, match="no field «Colour»"):
        walker.submit("Send", {"Colour": "blue"})
    with pytest.raises(NotOnThePage, match="no link «Nowhere»"):
        walker.follow("Nowhere")


@pytest.mark.parametrize(
    ("parts", "iso"),
    [
        (("18", "11", "2026"), "2026-11-18"),
        (("29", "2", "2025"), None),
        (("", "", ""), None),
        (("1", "x", "2026"), None),
        (("1", "1", "20260"), None),
    ],
)
def test_a_day_is_one_of_the_calendar(parts: tuple[str, str, str], iso: str | None) -> None:
    form = FormData(dict(zip(("d-day", "d-month", "d-year"), parts, strict=True)))
    found = day_in(form, "d")
    assert (found.isoformat() if found else None) == iso


def test_on_https_the_cookies_are_secure_and_of_this_host_alone(exchange: Running) -> None:
    cookies = cookies_for(replace(exchange.settings, portal_base="https://portal.example/"))
    assert cookies.secure
    assert cookies.name("tilts_session") == "__Host-tilts_session"


def test_a_picture_of_states_marks_the_present_one_and_where_it_may_lead() -> None:
    labels = [("a", "A"), ("b", "B"), ("c", "C")]
    picture = draw("x", labels, [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c")], "a", "now A")
    assert [box.kind for box in picture.boxes] == ["now", "next", "next"]
    assert sorted(line.open for line in picture.lines) == [False, False, True, True]
    assert all(box.x >= 0 and box.x + box.width <= picture.width for box in picture.boxes)
