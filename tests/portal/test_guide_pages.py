"""The guide to our FHIR profiles: every profile has its page, with examples, differences and files to take away."""

import io
import json
import re
import tarfile
from html import escape

import httpx
import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser

from tests.portal.browsing import DESKTOP, PHONE, axe_finds_nothing
from tests.running import Running
from tilts.exchange.lifecycle import PRESCRIPTION
from tilts.portal.guide.pages import FITS, ORDER
from tilts.portal.languages import po_file
from tilts.rules.profiles import profiles, wrong
from tilts.rules.profiles.neighbours import tables
from tilts.rules.profiles.packing import FILE_NAME
from tilts.rules.profiles.verbs import operations
from tools.translations import texts

NAMES = [one["id"] for one in profiles()]
PAGES = [
    "/guide",
    "/guide/codes",
    "/guide/states",
    "/guide/versions",
    "/guide/mapping",
    *(f"/guide/{name}" for name in NAMES),
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_page_is_there_for_everybody_and_small(visitor: httpx.Client, path: str, language: str) -> None:
    answer = visitor.get(path, params={"lang": language})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert len(answer.content) < 100_000


def test_the_index_names_every_profile_and_whose_draft_it_is(visitor: httpx.Client) -> None:
    text = visitor.get("/guide?lang=en").text
    assert all(f'href="/guide/{name}"' in text for name in NAMES)
    assert "no authority approved them" in text
    assert set(ORDER) == {one["id"] for one in profiles() if one["type"] != "Extension"}


def test_the_states_stand_there_in_the_words_of_their_table(visitor: httpx.Client) -> None:
    latvian = visitor.get("/guide/states?lang=lv").text
    for state in PRESCRIPTION.states:
        assert f"{state.label.lv}</text>" in latvian, "in the picture"
        assert f'<code translate="no">{state.name}</code>' in latvian


def test_every_operation_can_be_taken_along(visitor: httpx.Client) -> None:
    text = visitor.get("/guide?lang=en").text
    for verb in operations().by_id.values():
        assert visitor.get(f"/guide/files/OperationDefinition-{verb.definition_id}.json").status_code == 200
        assert escape(verb.title.en).replace("&#x27;", "&#39;") in text


def test_the_help_leads_to_it(visitor: httpx.Client) -> None:
    assert '<a href="/guide">FHIR profili</a>' in visitor.get("/help").text
    assert '<a href="/help" aria-current="true">' in visitor.get("/guide/codes").text
    assert '<a href="/help" aria-current' not in visitor.get("/classifiers").text


def test_an_element_tells_how_many_what_and_why(visitor: httpx.Client) -> None:
    text = visitor.get("/guide/tilts-dispense?lang=en").text
    row = re.search(r"authorizingPrescription</code>.*?</tr>", text, re.DOTALL)
    assert row
    for word in ("0..*</del>", "1..1", "tilts-prescription-line", "The one line", '/rules/DSP#DSP-007"'):
        assert word in row[0]


def test_the_same_element_speaks_latvian(visitor: httpx.Client) -> None:
    assert "Viena rinda, no kuras izsniegts" in visitor.get("/guide/tilts-dispense?lang=lv").text


def test_a_source_is_shown_with_its_mark(visitor: httpx.Client) -> None:
    text = visitor.get("/guide/tilts-practitioner?lang=en").text
    assert '/help/reference/sources#latvia-32">Latvia 3.2</a> <span class="mark">unverified</span>' in text


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        ("en", "Less than nothing", "A quantity is above zero and below a billion."),
        ("lv", "Mazāk par nulli", "Daudzums ir lielāks par nulli un mazāks par miljardu."),
    ],
)
def test_a_wrong_example_shows_what_the_check_says(
    visitor: httpx.Client, language: str, title: str, said: str
) -> None:
    text = visitor.get(f"/guide/tilts-dispense?lang={language}").text
    shown = text[text.index(f"<h3>{title}</h3>") :]
    assert said in shown[: shown.index("negative.json")]


def test_every_wrong_example_has_at_least_one_error(visitor: httpx.Client) -> None:
    for name in ORDER:
        text = visitor.get(f"/guide/{name}").text
        assert text.count('<ul class="found">') == len(wrong(name))
        assert not re.search(r'<ul class="found">\s*</ul>', text)


def test_what_differs_from_the_base_is_told(visitor: httpx.Client) -> None:
    text = visitor.get("/guide/tilts-pharmacy?lang=en").text
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[text.index('id="differences-title"') :]))
    assert "Organization.identifier:pharmacyLicence how many 0..1 1..1" in told


def test_the_mapping_claims_nothing_and_names_gaps(visitor: httpx.Client) -> None:
    text = visitor.get("/guide/mapping?lang=en").text
    assert "No claim of conformity" in text
    assert text.count("missing in ours") >= 5
    assert {pair.fit for table in tables() for pair in table.pairs} == set(FITS)


def test_a_definition_is_taken_away_whole(visitor: httpx.Client) -> None:
    answer = visitor.get("/guide/files/StructureDefinition-tilts-patient.json")
    assert answer.headers["content-type"].startswith("application/fhir+json")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.json()["snapshot"]["element"][0]["id"] == "Patient"


def test_examples_are_taken_away(visitor: httpx.Client) -> None:
    assert visitor.get("/guide/examples/tilts-dispense.json").json()["status"] == "completed"
    assert visitor.get("/guide/examples/tilts-dispense/in-progress.json").json()["status"] == "in-progress"


def test_the_package_is_one_file(visitor: httpx.Client) -> None:
    answer = visitor.get(f"/guide/package/{FILE_NAME}", headers={"accept-encoding": "identity"})
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        manifest = tar.extractfile("package/package.json")
        assert manifest and json.loads(manifest.read())["fhirVersions"] == ["4.0.1"]


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "files/Patient-x.json",
        "examples/nothing.json",
        "examples/allowed-action.json",
        "examples/tilts-dispense/nothing.json",
        "package/other.tgz",
    ],
)
def test_what_is_not_there_is_not_found(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(f"/guide/{path}").status_code == 404


def test_the_words_are_all_there_and_no_others() -> None:
    with po_file("guide").open("rb") as file:
        written = {message.id: message.string for message in read_po(file, locale="lv") if message.id}
    assert written.keys() == {message.id for message in texts("guide") if message.id}
    assert all(written.values())


@pytest.mark.parametrize("language", ["lv", "en"])
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser, exchange: Running, language: str
) -> None:
    for size in (DESKTOP, PHONE):
        context = browser.new_context(base_url=exchange.facts["portal"], viewport=size)  # type: ignore[arg-type]
        page = context.new_page()
        for path in ("/guide", "/guide/states", "/guide/tilts-prescription-line"):
            page.goto(f"{path}?lang={language}")
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            axe_finds_nothing(page, page.url)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        context.close()
