"""Every form of the portal, filled in by somebody clumsy or hostile: a "no" with a reason and a way on, never a fault.

The forms are found as a visitor finds them, by following links; a form added later is tried without being named here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from lxml import html

from tests.portal import attacking
from tests.portal.attacking import (
    CLERK,
    HEAD,
    IT_PERSON,
    NOBODY,
    RESIDENT,
    RIVAL,
    VENDOR,
    Visitor,
    World,
    rule_of,
    said,
)

WHO = (VENDOR, RIVAL, HEAD, IT_PERSON, CLERK, RESIDENT, NOBODY)
MOST_PAGES = 200
LARGEST = 100_000  # bytes of a page
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
LEFT_ALONE = ("/sign-out", "/my/roles", "/patterns")  # they end the walk, or belong to no case
UNTRIED = (
    "/help",
    "/rules",
    "/classifiers/",
    "/procedures/",
    "/certificates/",
    "/lab/scenarios/",
    "/sign-in",
    "/test-",
)
# The first page links to every role's pages; a test window of the year 9999 is not open today.
NOT_NOW = ("USR-004", "USR-009", "TST-010")
SHAPE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|TL-\d{4}-\d{5}")
Pairs = list[tuple[str, str]]
Parts = list[tuple[str, tuple[str | None, bytes | str]]]


@dataclass(frozen=True)
class Form:
    action: str
    multipart: bool
    hidden: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacking.world(tmp_path_factory.mktemp("clumsy")) as found:
        yield found


def walked(visitor: Visitor, base: str) -> dict[str, httpx.Response]:
    """Pages that can be reached by links, one of each shape of address."""
    found: dict[str, httpx.Response] = {}
    shapes: dict[str, int] = {}
    waiting = ["/", "/my", "/cases"]
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        shape = SHAPE.sub("*", path)
        if path in found or shapes.get(shape, 0) > (30 if shape == "/cases/*" else 2):
            continue
        shapes[shape] = shapes.get(shape, 0) + 1
        found[path] = answer = visitor.http.get(path, follow_redirects=True)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for address in html.fromstring(answer.content).xpath("//a/@href"):
            parts = urlsplit(urljoin(str(answer.url), address))
            own = parts.netloc == urlsplit(base).netloc
            if own and "lang=" not in parts.query and not parts.path.startswith(UNTRIED):
                waiting.append(parts._replace(scheme="", netloc="", fragment="").geturl())
    return found


def forms_in(pages: dict[str, httpx.Response]) -> list[Form]:
    found: dict[tuple[object, ...], Form] = {}
    for answer in pages.values():
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for form in html.fromstring(answer.content).xpath("//form[@method='post']"):
            one = form_of(form, answer.url.path)
            if not one.action.startswith(LEFT_ALONE):
                found.setdefault((SHAPE.sub("*", one.action), one.texts, one.files), one)
    return list(found.values())


def form_of(form: html.HtmlElement, path: str) -> Form:
    inputs = form.xpath(".//input[@name and @name!='form_token']")
    kinds = [(one.get("type", "text"), one.get("name"), one.get("value", "")) for one in inputs]
    areas = [one.get("name") for one in form.xpath(".//textarea")]
    chosen = [(one.get("name"), one.xpath("string(.//option[1]/@value)")) for one in form.xpath(".//select")]
    ticked = [(name, value) for kind, name, value in kinds if kind in ("radio", "checkbox")]
    buttons = [(one.get("name"), one.get("value", "")) for one in form.xpath(".//button[@name]")][:1]
    plain = [name for kind, name, _ in kinds if kind not in ("hidden", "radio", "checkbox", "file")]
    return Form(
        action=form.get("action") or path,
        multipart=form.get("enctype") == "multipart/form-data",
        hidden=tuple((name, value) for kind, name, value in kinds if kind == "hidden"),
        texts=(*plain, *areas),
        choices=(*chosen, *ticked, *buttons),
        files=tuple(name for kind, name, _ in kinds if kind == "file"),
    )


def texts(text: str, filename: str = "a.pdf") -> Callable[[Form], tuple[Pairs, Parts]]:
    """Everything that is written says this; choices are as the page offers them."""

    def filled(form: Form) -> tuple[Pairs, Parts]:
        written = [(name, text) for name in form.texts]
        files: Parts = [(name, (filename, b"%PDF-1.4 " + text.encode())) for name in form.files]
        return [*form.hidden, *form.choices, *written], files

    return filled


def dated(day: int, month: int, year: int) -> Callable[[Form], tuple[Pairs, Parts]]:
    """A day that the calendar has and no case; everything else is a number."""
    parts = {"-day": day, "-month": month, "-year": year}

    def filled(form: Form) -> tuple[Pairs, Parts]:
        written = [
            (name, str(next((value for end, value in parts.items() if name.endswith(end)), 999_999_999)))
            for name in form.texts
        ]
        return [*form.hidden, *form.choices, *written], [
            (name, ("a.pdf", b"%PDF-1.4")) for name in form.files
        ]

    return filled


def nothing(form: Form) -> tuple[Pairs, Parts]:
    return [], []


def other_choices(form: Form) -> tuple[Pairs, Parts]:
    """Values that no page offered, in hidden fields too."""
    names = [name for name, _ in (*form.hidden, *form.choices)]
    return [*[(name, "evil") for name in names], *[(name, "1") for name in form.texts]], []


def twice(form: Form) -> tuple[Pairs, Parts]:
    pairs, files = texts("twice")(form)
    return [*pairs, *pairs], [*files, *files]


def swapped(form: Form) -> tuple[Pairs, Parts]:
    """Files where texts are expected, and the other way round."""
    pairs = [(name, "text") for name in form.files]
    return [*form.hidden, *pairs], [(name, ("a.txt", b"file")) for name in form.texts]


FILLINGS: dict[str, Callable[[Form], tuple[Pairs, Parts]]] = {
    "nothing": nothing,
    "choices": other_choices,
    "swapped": swapped,
    "nul": texts("a\x00b"),
    "nul in a file's name": texts("a", "a\x00.pdf"),
    "number": texts("99999999999999999999"),
    "day": texts("0"),
    "last day": texts("9999"),
    "first day of all": dated(1, 1, 1),
    "last day of all": dated(31, 12, 9999),
    "digits": texts("٣"),
    "letters": texts("\u202egnp.exe \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")),
    "header": texts("a@a.example\r\nBcc: evil@evil.example\r\n\r\nevil", "a\r\nContent-Type: text/html.pdf"),
    "long": texts("ā" * 10_001, "ā" * 300 + ".pdf"),
    "very long": texts("x" * 150_000),
    "markup": texts(SCRIPT, f"{SCRIPT}.pdf"),
    "path": texts("../../../etc/passwd", "../../../etc/passwd"),
    "twice": twice,
}


def sent(visitor: Visitor, form: Form, pairs: Pairs, files: Parts) -> httpx.Response:
    data: dict[str, list[str]] = {}
    for name, text in pairs:
        data.setdefault(name, []).append(text)
    return visitor.post(form.action, data, files or None)


def wrong_with(answer: httpx.Response) -> str:
    """What is wrong with an answer to a bad form; nothing when it is taken, or refused as it should be."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {said(answer)[:200]}"
    if answer.status_code < 400:
        return ""
    if not rule_of(answer):
        return f"{answer.status_code} without a rule: {said(answer)[:200]}"
    return "" if html.fromstring(answer.content).xpath("//main//a[@href]") else "no way on"


@pytest.fixture(scope="module")
def forms(world: World) -> dict[str, list[Form]]:
    """Found before anything is sent: a form of a case that has gone on since is sent all the same."""
    return {who: forms_in(walked(world.visitors[who], world.base)) for who in WHO}


# Everything by one of each side; the others, who see other forms or the same in other states, by what broke most.
WORST = ("nothing", "choices", "nul", "last day of all", "markup")
TRIES = [(who, filling) for who in WHO for filling in FILLINGS if who in (VENDOR, CLERK) or filling in WORST]


@pytest.mark.parametrize(("who", "filling"), TRIES)
def test_a_bad_form_is_taken_or_refused_with_a_reason(
    world: World, forms: dict[str, list[Form]], who: str, filling: str
) -> None:
    found = {}
    for form in forms[who]:
        answer = sent(world.visitors[who], form, *FILLINGS[filling](form))
        if fault := wrong_with(answer):
            found[form.action] = fault
    assert found == {}
    assert forms[who]


def test_enough_forms_were_found(forms: dict[str, list[Form]]) -> None:
    actions = {SHAPE.sub("*", form.action) for many in forms.values() for form in many}
    assert len(actions) > 25, sorted(actions)


@pytest.mark.parametrize("who", WHO)
def test_afterwards_every_page_opens_and_runs_nothing(world: World, who: str) -> None:
    """The last test of this file: what was kept of all that is shown as text, on pages of an ordinary size."""
    found = {}
    pages = walked(world.visitors[who], world.base)
    for path, answer in pages.items():
        if rule_of(answer) in NOT_NOW:
            continue
        if answer.status_code >= 400 or answer.headers["x-content-type-options"] != "nosniff":
            found[path] = f"{answer.status_code} {rule_of(answer)}"
        elif answer.headers["content-type"].startswith("text/html"):
            risky = [one for one in html.fromstring(answer.content).iter() if dangerous(one)]
            if risky or len(answer.content) > LARGEST:
                found[path] = f"{len(answer.content)} bytes, {risky}"
        elif "attachment" not in answer.headers.get("content-disposition", "attachment"):
            found[path] = answer.headers["content-disposition"]
    assert found == {}
    assert len(pages) > 15


def dangerous(element: html.HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    script = element.tag == "script" and not (element.get("src") or "").startswith("/static/")
    leads = (element.get("href") or "").lower().strip().startswith(("javascript:", "data:"))
    return script or leads or any(name.startswith("on") for name in element.attrib)
