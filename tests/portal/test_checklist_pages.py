"""The checklist on pages, without scripts: answered bit by bit, refused without loss, declared, read, accepted."""

import re
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from tests.onboarding.new_questions import second_version
from tests.portal.browsing import AT_EACH_WIDTH, PHONE, axe_finds_nothing
from tests.portal.test_browser_entry import sign_in
from tests.running import Running
from tilts.account import Account, Role
from tilts.clock import day_in_riga
from tilts.lab.walker import PageWalker, Upload
from tilts.onboarding.procedures.checklist import checklist_on
from tilts.onboarding.procedures.questions import Declarant, Question
from tilts.portal.desk.gate_pages import checklists_for

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LV = {
    "in": "Pieslēgties", "menu": "Kontrolsaraksts", "begin": "Sākt", "keep": "Saglabāt", "declare": "Iesniegt",
    "yes": "jā", "no": "nē", "reason": "Iemesls vai paskaidrojums", "files": "Pierādījumu datnes",
    "work": "Mans darbs", "accept": "Pieņemt", "back": "Atdot labošanai", "go on": "Turpināt atbildēt",
}  # fmt: skip
EN = {
    "in": "Sign in", "menu": "Checklist", "begin": "Begin", "keep": "Keep", "declare": "Declare",
    "yes": "yes", "no": "no", "reason": "Reason or remark", "files": "Evidence files",
    "work": "My work", "accept": "Accept", "back": "Send it back", "go on": "Go on answering",
}  # fmt: skip
VENDORS, PRACTICE, CLERK = ("Aija Laiviniece", "Edgars Airis"), "Gunta Bērzlapa", "Anda Kārtotāja"


def visit(exchange: Running, name: str, language: str) -> tuple[PageWalker, dict[str, str]]:
    walker = PageWalker(exchange.facts["portal"], language=language)
    said = LV if language == "lv" else EN
    walker.follow(said["in"])
    walker.submit(name)
    return walker, said


def asked(exchange: Running, declarant: Declarant) -> tuple[Question, ...]:
    checklist = checklist_on(day_in_riga(exchange.clock.now()))
    assert checklist is not None
    return checklist.asked_of(declarant)


def text_of(question: Question, language: str) -> str:
    return question.text.lv if language == "lv" else question.text.en


def opened(exchange: Running, walker: PageWalker, said: dict[str, str]) -> PageWalker:
    """The form: of a case that is open already, or of a new one; what waits for the authority is sent back."""
    walker.follow(said["menu"])
    begin = [button for button in walker.page.buttons if button.startswith(said["begin"])]
    if said["go on"] not in walker.page.links and not begin:
        walker.follow("Lasīt iesniegto" if said is LV else "Read what was declared")
        send_back(exchange, number_in(walker), "Testam.")
        walker.follow(said["menu"])
    if said["go on"] in walker.page.links:
        walker.follow(said["go on"])
    else:
        walker.submit(said["begin"])
    return walker


def send_back(exchange: Running, number: str, reason: str) -> None:
    clerk, _ = visit(exchange, CLERK, "en")
    with clerk:
        clerk.follow("My work")
        clerk.follow(titles("en"), near=number)
        clerk.follow("Read the answers")
        clerk.follow("Send it back")
        clerk.submit("Send back", {clerk.page.labels[0]: reason})
        assert not clerk.page.problem


def number_in(walker: PageWalker) -> str:
    found = re.search(r"TL-20\d\d-\d{5}", walker.page.text)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("language", "name", "declarant"), [("lv", PRACTICE, "institution"), ("en", VENDORS[0], "vendor")]
)
def test_PRC_007_a_declaration_is_walked_from_nothing_to_accepted(
    exchange: Running, language: str, name: str, declarant: Declarant
) -> None:
    questions = asked(exchange, declarant)
    who, said = visit(exchange, name, language)
    with who:
        opened(exchange, who, said)
        number = number_in(who)
        for question in questions:
            assert text_of(question, language) in who.page.text
        first, *others = questions
        half = {text_of(first, language): said["no"]}
        half |= {f"{said['reason']}: {text_of(first, language)}": "Pagaidām <b>nav</b>."}
        needs = next(question for question in questions if question.evidence)
        files = {f"{said['files']}: {text_of(needs, language)}": Upload("plāns.pdf", PDF)}
        who.submit(said["keep"], {**half, **files})
        assert "plāns.pdf" in who.page.text and "Pagaidām <b>nav</b>." in who.page.text

        who.submit(said["declare"])
        assert who.page.status == 422 and "PRC-007" in who.page.problem
        for question in others:
            assert text_of(question, language) in who.page.problem
        assert text_of(first, language) not in who.page.problem
        assert "plāns.pdf" in who.page.text, "what was there is there still"

        rest = {text_of(question, language): said["yes"] for question in others}
        more = {
            f"{said['files']}: {text_of(question, language)}": Upload("plāns.pdf", PDF)
            for question in others
            if question.evidence and question is not needs
        }
        who.submit(said["declare"], {**rest, **more})
        assert who.page.status == 200 and not who.page.problem
        assert who.page.address.endswith(f"/cases/{number}/checklist")
        assert "Pagaidām <b>nav</b>." in who.page.text
        assert who.download("PDF").startswith(b"%PDF") and who.download("plāns.pdf") == PDF

    clerk, said = visit(exchange, CLERK, language)
    with clerk:
        clerk.follow(said["work"])
        clerk.follow(titles(language), near=number)
        clerk.follow("Lasīt atbildes" if language == "lv" else "Read the answers")
        assert "Pagaidām <b>nav</b>." in clerk.page.text and "plāns.pdf" in clerk.page.text
        clerk.submit(said["accept"])
        assert ("Pieņemta" if language == "lv" else "Accepted") in clerk.page.text

    who, said = visit(exchange, name, language)
    with who:
        who.follow(said["menu"])
        assert (
            "Jūsu deklarācija ir derīga" if language == "lv" else "Your declaration holds"
        ) in who.page.text
        renewal(exchange, who, language)


def titles(language: str) -> str:
    return "Drošības un tehnisko prasību pašdeklarācija" if language == "lv" else "Declaration on security"


def renewal(exchange: Running, who: PageWalker, language: str) -> None:
    """New questions are published: what changed is told, and one declares on them while the old one holds."""
    starts = day_in_riga(exchange.clock.now()) + timedelta(days=30)
    with tempfile.TemporaryDirectory() as folder, second_version(Path(folder), starts):
        who.reload()
        said = LV if language == "lv" else EN
        assert f"{starts - timedelta(days=1):%d.%m.%Y}" in who.page.text, "its last day"
        assert f"{starts:%d.%m.%Y}" in who.page.text
        for words in (
            ("Vai rezerves kopijas", "vairs nejautā")
            if language == "lv"
            else ("Have the backups", "no longer")
        ):
            assert words in who.page.text
        who.submit(said["begin"])
        assert f"{starts:%d.%m.%Y}" in who.page.text
        assert (
            "Iepriekš jūs atbildējāt: nē" if language == "lv" else "You declared before: no"
        ) in who.page.text
    who.reload()  # on the questions in force today, for whoever comes next
    assert who.page.status == 200


def test_a_file_that_is_not_taken_is_told_and_everything_else_is_kept(exchange: Running) -> None:
    """MAIL-007, MAIL-009."""
    questions = asked(exchange, "vendor")
    who, said = visit(exchange, VENDORS[0], "en")
    with who:
        opened(exchange, who, said)
        needs = next(question for question in questions if question.evidence)
        bad = (Upload("makro.docm", b"MZ\x90\x00"), Upload("labs.pdf", PDF + b"2"))
        filled = {f"Evidence files: {needs.text.en}": bad, f"Reason or remark: {needs.text.en}": "sk. datni"}
        who.submit("Declare", filled)
        assert who.page.status == 415 and "makro.docm" in who.page.problem and "MAIL-007" in who.page.problem
        assert "labs.pdf" in who.page.text and "sk. datni" in who.page.text
        who.submit("Keep", {"do not use as evidence: labs.pdf": True})
        assert "labs.pdf" not in who.page.links


def test_PRC_009_two_colleagues_see_each_others_answers(exchange: Running) -> None:
    question = asked(exchange, "vendor")[0].text.en
    anna, said = visit(exchange, VENDORS[0], "en")
    bruno, _ = visit(exchange, VENDORS[1], "en")
    with anna, bruno:
        opened(exchange, anna, said)
        opened(exchange, bruno, said)
        anna.submit("Keep", {question: "no", f"Reason or remark: {question}": "vēl ne"})
        bruno.submit("Keep", {question: "yes", f"Reason or remark: {question}": "ir gan"})
        assert bruno.page.status == 409 and "PRC-009" in bruno.page.problem
        assert f"{VENDORS[0]} kept meanwhile: no (vēl ne)" in bruno.page.text and "ir gan" in bruno.page.text
        bruno.submit("Keep")
        assert bruno.page.status == 200
        anna.follow("Checklist")
        anna.follow("Go on answering")
        assert "ir gan" in anna.page.text


def test_sent_back_the_reason_stands_where_one_goes_on(exchange: Running) -> None:
    questions = asked(exchange, "vendor")
    who, said = visit(exchange, VENDORS[0], "en")
    with who:
        opened(exchange, who, said)
        number = number_in(who)
        filled: dict[str, str | Upload] = {question.text.en: "yes" for question in questions}
        files = {
            f"Evidence files: {question.text.en}": Upload("d.pdf", PDF)
            for question in questions
            if question.evidence
        }
        who.submit("Declare", {**filled, **files})
        assert not who.page.problem
        send_back(exchange, number, "Lūdzu pievienojiet jaunāko versiju.")
        who.follow("Checklist")
        assert "Lūdzu pievienojiet jaunāko versiju." in who.page.text
        who.follow("Go on answering")
        assert "Lūdzu pievienojiet jaunāko versiju." in who.page.text
        who.submit("Declare")
        assert not who.page.problem, "answers and files are those of before"


def test_only_those_who_declare_have_the_pages(exchange: Running) -> None:
    """CASE-001: a stranger's declaration is not there; the IT person and the authority declare nothing."""
    who, said = visit(exchange, VENDORS[0], "en")
    with who:
        opened(exchange, who, said)
        number = number_in(who)
    for name, paths in {
        PRACTICE: (f"/cases/{number}/checklist", f"/cases/{number}/declare"),
        CLERK: ("/my/checklist", f"/cases/{number}/declare"),
        "Normunds Kabelis": ("/my/checklist",),
    }.items():
        walker, _ = visit(exchange, name, "en")
        with walker:
            for path in paths:
                answer = walker._client.get(exchange.facts["portal"].rstrip("/") + path)
                assert answer.status_code in (403, 404), (name, path)


@pytest.mark.parametrize(
    ("role", "own"),
    [("institution", {"GATE-006"}), ("vendor", {"GATE-007"}), ("it", set()), ("authority", set())],
)
def test_the_gate_sends_each_to_the_own_declaration(role: Role, own: set[str]) -> None:
    begins = checklists_for(Account(UUID(int=1), "", role, None, ""))

    assert {rule for rule, address in begins.items() if address == "/my/checklist"} == own
    assert {"/my/checklist", "/procedures/checklist"} >= set(begins.values()) and len(begins) == 2


@AT_EACH_WIDTH
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser, exchange: Running, language: str, view: dict[str, int], tmp_path: Path
) -> None:
    who, words = visit(exchange, VENDORS[0], "en")
    with who:
        opened(exchange, who, words)
    context = browser.new_context(
        base_url=exchange.facts["portal"],
        viewport=view,  # type: ignore[arg-type]
        locale=language,
        color_scheme="dark" if view is PHONE else "light",
    )
    page = context.new_page()
    said = LV if language == "lv" else EN
    sign_in(page, VENDORS[0], language)
    page.goto("/my/checklist")
    looked_at(page, tmp_path / "mine.png", view["width"])
    page.get_by_role("link", name=said["go on"]).click()
    page.wait_for_url(re.compile("/declare"))
    looked_at(page, tmp_path / "form.png", view["width"])
    first = page.locator("fieldset").first
    first.get_by_role("radio", name=said["no"], exact=True).check()
    page.locator("textarea").first.fill("")
    page.get_by_role("button", name=said["declare"]).focus()
    page.keyboard.press("Enter")
    page.locator(".fault-summary").wait_for()
    looked_at(page, tmp_path / "refused.png", view["width"])
    number = re.search(r"TL-20\d\d-\d{5}", page.url)
    assert number
    page.goto(f"/cases/{number[0]}/checklist")
    looked_at(page, tmp_path / "read.png", view["width"])
    page.goto(f"/cases/{number[0]}")
    looked_at(page, tmp_path / "case.png", view["width"])
    context.close()


def looked_at(page: Page, picture: Path, width: int) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.screenshot(path=picture, full_page=True)
    axe_finds_nothing(page, page.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, picture.name
    assert len(page.content().encode()) < 100_000
