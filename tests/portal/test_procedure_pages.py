"""The procedures in the portal: open to everybody, in both languages, with forms that can be filled in."""

import re
from pathlib import Path

import httpx
import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from playwright.sync_api import Browser

from tests.portal.browsing import axe_finds_nothing
from tests.running import Running
from tilts.onboarding.procedures import versions
from tilts.onboarding.procedures.filled import read_form
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.workflows import WORKFLOWS
from tilts.portal.languages import po_file
from tilts.portal.procedures.lanes import LANES
from tools.translations import texts

EACH = pytest.mark.parametrize("procedure", versions(), ids=lambda p: p.id)
BOTH = pytest.mark.parametrize("language", ["lv", "en"])
PAGES = ("/procedures", *(f"/procedures/{procedure.id}" for procedure in versions()))
PAGE_BYTES = 100_000


@EACH
@BOTH
def test_a_page_says_purpose_steps_terms_signer_and_contacts(
    visitor: httpx.Client, procedure: Procedure, language: str
) -> None:
    answer = visitor.get(f"/procedures/{procedure.id}", params={"lang": language})
    page = re.sub(r"\s+", " ", answer.text)

    assert answer.status_code == 200 and len(answer.content) < PAGE_BYTES
    texts = [procedure.title, procedure.purpose, procedure.result, *procedure.needs, *procedure.unverified]
    texts += [step.text for step in procedure.steps] + [term.text for term in procedure.terms]
    texts += [clause.text for clause in procedure.clauses]
    for text in texts:
        said = text.lv if language == "lv" else text.en
        assert said.replace("'", "&#39;").replace('"', "&#34;") in page, said
    assert "ligumi@iestade.example" in page and "testi@iestade.example" in page
    assert f'href="/procedures/{procedure.id}/form.pdf?lang={language}"' in page


def test_days_are_counted_as_latvians_do(visitor: httpx.Client) -> None:
    page = visitor.get("/procedures/cooperation-pharmacy").text

    assert "5 darbdienas" in page and "30 dienas" in page


@EACH
@BOTH
@pytest.mark.anyio
async def test_the_form_is_downloaded_without_signing_in(
    visitor: httpx.Client, procedure: Procedure, language: str
) -> None:
    answer = visitor.get(f"/procedures/{procedure.id}/form.pdf", params={"lang": language})

    assert answer.headers["content-type"] == "application/pdf"
    assert f'filename="{procedure.id}-form-1-{language}.pdf"' in answer.headers["content-disposition"]
    form = await read_form(answer.content, procedure)
    assert form.language == language and not any(form.values.values())


@EACH
def test_every_paper_of_the_set_is_downloaded(visitor: httpx.Client, procedure: Procedure) -> None:
    for document in procedure.documents:
        answer = visitor.get(f"/procedures/{procedure.id}/{document.id}.pdf")
        assert answer.content.startswith(b"%PDF-"), document.id


@pytest.mark.parametrize(
    "path",
    [
        "/procedures/nothing",
        "/procedures/nothing/form.pdf",
        "/procedures/checklist/annex-9.pdf",
    ],
)
def test_what_is_not_there_is_said_so(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_every_link_of_the_overview_leads_somewhere(visitor: httpx.Client) -> None:
    page = visitor.get("/procedures").text
    links = set(re.findall(r'href="(/procedures/[a-z-]+)"', page))

    assert links == {f"/procedures/{procedure.id}" for procedure in versions()}
    assert {visitor.get(link).status_code for link in links} == {200}


def test_every_kind_of_case_but_a_question_stands_in_the_overview(visitor: httpx.Client) -> None:
    """The desk links each kind: to its procedure, or to its place in the overview."""
    shown = {name for lane in LANES for stop in lane.stops for name in (stop.id, stop.instead) if name}
    assert shown == set(WORKFLOWS) - {"question"} | {"operator-agreement"}

    answer = visitor.get("/procedures/test-plan")
    assert answer.status_code == 303 and answer.headers["location"] == "/procedures#test-plan"
    assert 'id="test-plan"' in visitor.get("/procedures").text


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_the_catalogue_has_every_text_and_no_other() -> None:
    with po_file("procedures").open("rb") as file:
        found = read_po(file, locale="lv")
    assert {first(m) for m in found if m.id} == {first(m) for m in texts("procedures") if m.id}
    assert all(m.string and not m.fuzzy for m in found if m.id)


@pytest.mark.parametrize(("scheme", "language"), [("light", "lv"), ("dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    browser: Browser, exchange: Running, language: str, scheme: str, tmp_path: Path
) -> None:
    context = browser.new_context(
        base_url=exchange.facts["portal"],
        viewport={"width": 360, "height": 740},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    for path in PAGES:
        page.goto(f"{path}?lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.screenshot(path=tmp_path / f"{path.replace('/', '_')}.png", full_page=True)
        axe_finds_nothing(page, page.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    context.close()
