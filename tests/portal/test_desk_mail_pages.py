"""The desks' mail in the portal: sorted, answered and seen by both sides; of two clerks at once one is told why not."""

import html
import re
import time
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page

from tests.onboarding.mail.letters import CONTRACT, PDF, TEST, a_message
from tests.portal.browsing import AT_EACH_WIDTH, axe_finds_nothing
from tests.portal.test_browser_entry import sign_in
from tests.running import Running
from tilts.lab.walker import PageWalker, Upload
from tilts.store.onboarding.mail_folder import MailFolder

VENDOR, CLERK, OTHER_CLERK = "Aija Laiviniece", "Anda Kārtotāja", "Bruno Zīmogs"
WITHOUT_ADDRESS = "Gunta Bērzlapa"
PATIENCE_SECONDS = 30
MOST_BYTES = 100_000
NUMBER = re.compile(r"TL-20\d\d-\d{5}")
WORDS = {
    "lv": {
        "in": "Pieslēgties",
        "questions": "Jautājumi",
        "send": "Nosūtīt jautājumu",
        "subject": "Temats",
        "text": "Jūsu jautājums",
        "e-mail": "Uz kuru e-pastu sūtīt atbildi",
        "desk": "Kuram kontaktpunktam",
        "mail": "Pasts",
        "answer": "Atbilde",
        "send-answer": "Nosūtīt atbildi",
        "write": "Rakstīt kontaktpunktam",
        "send-message": "Nosūtīt ziņu",
    },
    "en": {
        "in": "Sign in",
        "questions": "Questions",
        "send": "Send the question",
        "subject": "Subject",
        "text": "Your question",
        "e-mail": "Where to send the answer by e-mail",
        "desk": "To which desk",
        "mail": "Mail",
        "answer": "Answer",
        "send-answer": "Send the answer",
        "write": "Write to the desk",
        "send-message": "Send the message",
    },
}


@pytest.fixture
def anybody() -> str:
    return f"anna-{uuid4().hex[:8]}@vendor.example"


def signed_in(exchange: Running, who: str, language: str = "en") -> PageWalker:
    walker = PageWalker(exchange.facts["portal"], language=language)
    walker.follow(WORDS[language]["in"])
    walker.submit(who)
    return walker


def deliver(exchange: Running, sender: str, subject: str, **facts: Any) -> None:
    """As the mail server puts a message into the exchange's folder."""
    mark = uuid4().hex
    message = a_message(
        facts.pop("text", "Labdien!"),
        message_id=f"<{mark}@vendor.example>",
        subject=subject,
        **{"from": sender},
        **facts,
    )
    MailFolder(exchange.settings.mail_folder).make().deliver(f"{mark}.post", message)


def shown(walker: PageWalker, link: str, words: str) -> str:
    """Looks again, as a person would, until the page says it."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while words not in walker.follow(link).text:
        assert time.monotonic() < ends, f"«{words}» is not on the page: {walker.page.text}"
    return walker.page.text


def sent_to(exchange: Running, address: str, words: str) -> Any:
    """The letter that left for somebody and says something, as the mail server was given it."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        for file in (exchange.settings.mail_sent_folder / "new").iterdir():
            found = message_from_bytes(file.read_bytes(), policy=default)
            if found["To"] == address and words in found.get_body().get_content():  # type: ignore[union-attr]
                return found
    raise AssertionError(f"no letter to {address} that says «{words}»")


def ask(vendor: PageWalker, subject: str, address: str = "", language: str = "en") -> str:
    """A question of a party; gives its number."""
    words = WORDS[language]
    vendor.follow(words["questions"])
    vendor.submit(
        words["send"],
        {words["subject"]: subject, words["text"]: f"Text of {subject}", words["e-mail"]: address},
    )
    assert not vendor.page.problem, vendor.page.problem
    found = NUMBER.search(vendor.page.text)
    assert found
    return found[0]


@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_question_goes_to_the_desk_and_the_answer_comes_by_e_mail_and_on_the_page(
    exchange: Running, anybody: str, language: str
) -> None:
    words, subject = WORDS[language], f"Jautājums {uuid4().hex[:6]}"
    with signed_in(exchange, VENDOR, language) as vendor, signed_in(exchange, CLERK, language) as clerk:
        number = ask(vendor, subject, anybody, language)
        clerk.follow(words["mail"])
        clerk.follow(subject)
        assert number in clerk.page.text and f"Text of {subject}" in clerk.page.text
        clerk.submit(
            words["send-answer"],
            {
                words["answer"]: "Sūtām plānu.",
                attachments(language): Upload("plāns.pdf", PDF, "application/pdf"),
            },
        )
        assert not clerk.page.problem, clerk.page.problem
        letter = sent_to(exchange, anybody, "Sūtām plānu.")
        vendor.reload()
        assert "Sūtām plānu." in vendor.page.text
        assert vendor.download("plāns.pdf") == PDF
        vendor.submit(words["send-message"], {words["write"]: "Paldies! Un kad?"})
        clerk.follow(words["mail"])
        assert subject in clerk.page.text

    assert letter["Subject"].startswith(f"[{number}] ")
    assert [part.get_filename() for part in letter.iter_attachments()] == ["plāns.pdf"]
    assert CONTRACT in letter.get_body().get_content()


def attachments(language: str) -> str:
    return "Pielikumi" if language == "lv" else "Attachments"


def test_a_letter_with_the_cases_number_is_seen_on_its_page_and_answered_in_the_same_thread(
    exchange: Running, anybody: str
) -> None:
    with signed_in(exchange, VENDOR) as vendor, signed_in(exchange, CLERK) as clerk:
        number = ask(vendor, "By post", anybody)
        deliver(
            exchange,
            anybody,
            f"Re: [{number}] plan",
            text="Here is the plan.",
            files=(
                ("plan.pdf", PDF),
                ("macros.docm", b"PK\x03\x04"),
                ("page.html", b"<script>alert(1)</script>"),
            ),
        )
        vendor.follow("Questions")
        vendor.follow("By post", near=number)
        ends = time.monotonic() + PATIENCE_SECONDS
        while "Here is the plan." not in vendor.reload().text:
            assert time.monotonic() < ends
        assert "Not taken macros.docm" in vendor.page.text and "Not taken page.html" in vendor.page.text
        assert "plan.pdf" in vendor.page.links and "macros.docm" not in vendor.page.links

        clerk.follow("Mail")
        clerk.follow("plan", near=number)
        clerk.submit("Send the answer", {"Answer": "Taken in."})
        letter = sent_to(exchange, anybody, "Taken in.")
    assert letter["In-Reply-To"].endswith("@vendor.example>")
    assert letter["Auto-Submitted"] == "no"


@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_step_of_the_desk_is_a_letter_that_the_sandbox_shows_in_the_partys_language(
    exchange: Running, anybody: str, language: str
) -> None:
    close, subject = {"lv": ("Slēgt", "Jautājums slēgts"), "en": ("Close", "Question closed")}[language]
    with signed_in(exchange, VENDOR, language) as vendor, signed_in(exchange, CLERK) as clerk:
        number = ask(vendor, f"Closing {uuid4().hex[:6]}", anybody, language)
        clerk.follow("Mail")
        clerk.follow(subject_of(clerk, number))
        clerk.follow(number)
        clerk.submit("Close")
        assert not clerk.page.problem, clerk.page.problem
        said = f"[{number}] {subject}: "
        assert said in vendor.reload().text
        assert close not in vendor.page.buttons
        assert said in vendor.follow("Pastkaste" if language == "lv" else "Mailbox").text
        letter = sent_to(exchange, anybody, number)
    assert letter["Subject"].startswith(said)


def test_an_attachment_is_handed_out_to_be_saved_and_never_as_a_page(exchange: Running, anybody: str) -> None:
    with signed_in(exchange, VENDOR) as vendor:
        number = ask(vendor, "Download", anybody)
        deliver(exchange, anybody, number, text="The plan.", files=(("plan.pdf", PDF),))
        ends = time.monotonic() + PATIENCE_SECONDS
        while "plan.pdf" not in vendor.reload().links:
            assert time.monotonic() < ends
        [link] = vendor.page.document.xpath(
            "//a[normalize-space()='plan.pdf' and ancestor::*[@class='attachments']]"
        )
        answer = vendor._client.get(urljoin(vendor.page.address, link.get("href")))

    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_mail_that_found_no_case_is_sorted_into_it_and_both_sides_see_it(
    exchange: Running, anybody: str
) -> None:
    subject = f"Plan {uuid4().hex[:6]}"
    with signed_in(exchange, VENDOR) as vendor, signed_in(exchange, CLERK) as clerk:
        number = ask(vendor, "Where is my plan?")
        deliver(exchange, anybody, f"{subject} [{number}]", text="I am new here.", files=(("plan.pdf", PDF),))
        shown(clerk, "Mail", subject)
        clerk.follow(f"{subject} [{number}]", near="To be sorted")
        assert f"It names case {number}" in clerk.page.text
        clerk.submit("Attach it to the case", {"Number of the case": number})
        assert not clerk.page.problem, clerk.page.problem
        assert "I am new here." in clerk.page.text
        vendor.reload()
        assert "I am new here." in vendor.page.text and anybody in vendor.page.text
        assert vendor.download("plan.pdf", near="Letters and messages") == PDF


def test_mail_is_given_to_a_party_kept_as_a_question_or_put_aside(exchange: Running, anybody: str) -> None:
    marks = [uuid4().hex[:6] for _ in range(3)]
    with signed_in(exchange, VENDOR) as vendor, signed_in(exchange, CLERK) as clerk:
        for mark in marks:
            deliver(exchange, anybody, f"{mark} TL-2099-99999", text=f"Body of {mark}")
        for mark in marks:
            shown(clerk, "Mail", mark)
        given, kept, aside = marks
        clerk.follow(f"{given} TL-2099-99999", near="To be sorted")
        party = next(one for one in options(clerk, "party") if "Laiviņa" in one)
        clerk.submit("Give it to the party", {"Party": party})
        assert not clerk.page.problem, clerk.page.problem
        assert f"{given} TL-2099-99999" in vendor.follow("Questions").text

        clerk.follow("Mail")
        clerk.follow(f"{kept} TL-2099-99999", near="To be sorted")
        clerk.submit("Keep it as a new question")
        clerk.follow("Mail")
        assert kept in clerk.page.text

        clerk.follow(f"{aside} TL-2099-99999", near="To be sorted")
        clerk.submit("Put it aside", {"Reason": "An advertisement."})
        assert aside not in clerk.follow("Mail").text


def options(walker: PageWalker, name: str) -> list[str]:
    return [
        " ".join((one.text or "").split())
        for one in walker.page.document.xpath(f"//select[@name='{name}']/option")
    ]


def test_a_program_that_writes_is_shown_with_the_reason_and_not_answered(
    exchange: Running, anybody: str
) -> None:
    subject = f"Away {uuid4().hex[:6]}"
    with signed_in(exchange, CLERK) as clerk:
        deliver(exchange, anybody, subject, headers={"auto-submitted": "auto-replied"})
        text = shown(clerk, "Mail", subject)

    assert "answering could begin a loop" in text[text.index(subject) :]
    assert not [
        file
        for file in (exchange.settings.mail_sent_folder / "new").iterdir()
        if anybody.encode() in file.read_bytes()
    ]


def test_MAIL_017_MAIL_019_of_two_clerks_at_once_one_wins_and_the_other_is_told_why(
    exchange: Running, anybody: str
) -> None:
    with signed_in(exchange, CLERK) as first, signed_in(exchange, OTHER_CLERK) as second:
        with signed_in(exchange, VENDOR) as vendor:
            number = ask(vendor, f"Twice {uuid4().hex[:6]}", anybody)
        for clerk in (first, second):
            clerk.follow("Mail")
            clerk.follow(subject_of(clerk, number))
        said = {first: "First answer.", second: "Second answer."}
        with ThreadPoolExecutor(2) as both:
            pages = list(
                both.map(lambda clerk: clerk.submit("Send the answer", {"Answer": said[clerk]}), said)
            )
        won, lost = sorted(pages, key=lambda page: page.status)
        assert (won.status, lost.status) == (200, 409)
        assert "MAIL-019" in lost.problem
        sent_to(exchange, anybody, " answer.")

        deliver(exchange, anybody, f"Stray {number[-3:]} TL-2099-99998", text="Whose am I?")
        for clerk in (first, second):
            shown(clerk, "Mail", f"Stray {number[-3:]}")
            clerk.follow(f"Stray {number[-3:]} TL-2099-99998", near="To be sorted")
        with ThreadPoolExecutor(2) as both:
            pages = list(
                both.map(
                    lambda clerk: clerk.submit("Attach it to the case", {"Number of the case": number}),
                    (first, second),
                )
            )
        assert sorted(page.status for page in pages) == [200, 409]
        assert "MAIL-017" in next(page.problem for page in pages if page.status == 409)


def subject_of(clerk: PageWalker, number: str) -> str:
    """The words of the link in the row of a case."""
    [row] = [one for one in clerk.page.document.iter("tr") if number in " ".join(one.itertext())]
    return " ".join(next(row.iter("a")).text_content().split())


def test_an_answer_that_a_new_message_crosses_is_held_back_with_what_was_typed(
    exchange: Running, anybody: str
) -> None:
    """MAIL-019: the clerk reads what is new first. Who left no address anywhere reads the answer in the portal."""
    with signed_in(exchange, WITHOUT_ADDRESS) as vendor, signed_in(exchange, CLERK) as clerk:
        number = ask(vendor, f"Crossing {uuid4().hex[:6]}")
        clerk.follow("Mail")
        clerk.follow(subject_of(clerk, number))
        vendor.submit("Send the message", {"Write to the desk": "One thing more."})
        clerk.submit("Send the answer", {"Answer": "All is said."})
        assert clerk.page.status == 409 and "MAIL-019" in clerk.page.problem
        assert "One thing more." in clerk.page.text
        clerk.submit("Send the answer")
        assert not clerk.page.problem, clerk.page.problem
        assert "All is said." in vendor.reload().text
        assert "in the portal only" in vendor.page.text
        assert "No e-mail address is known for this case" in vendor.page.text


def test_who_is_not_of_the_desks_or_of_the_party_sees_no_thread(exchange: Running) -> None:
    """USR-004, CASE-001."""
    with signed_in(exchange, VENDOR) as vendor:
        number = ask(vendor, "Private")
        vendor._get(f"{exchange.facts['portal']}desk/mail")
        assert vendor.page.status == 403
    with signed_in(exchange, WITHOUT_ADDRESS) as stranger:
        for path in (f"cases/{number}/messages", f"desk/mail/{number}"):
            stranger._get(f"{exchange.facts['portal']}{path}")
            assert stranger.page.status in (403, 404), path
            assert "Text of Private" not in stranger.page.text


@pytest.mark.parametrize(
    ("left_out", "address", "rule"),
    [("Subject", "", "USR-"), ("Your question", "", "USR-"), ("", "not an address", "MAIL-012")],
)
def test_MAIL_012_a_question_with_a_fault_is_shown_again_as_it_was_typed(
    exchange: Running, left_out: str, address: str, rule: str
) -> None:
    with signed_in(exchange, VENDOR) as vendor:
        vendor.follow("Questions")
        typed = {
            "Subject": "A subject",
            "Your question": "A question",
            "Where to send the answer by e-mail": address,
        }
        vendor.submit("Send the question", {**typed, **({left_out: ""} if left_out else {})})
        assert vendor.page.status in (400, 422)
        assert rule in vendor.page.problem
        kept = html.unescape(vendor.page.content.decode())
        assert all(value in kept for label, value in typed.items() if label != left_out)


def test_both_desks_stand_in_the_footer_of_every_page_and_of_an_error(exchange: Running) -> None:
    for path in ("", "nothing/here"):
        with PageWalker(f"{exchange.facts['portal']}{path}", language="en") as anybody:
            footer = next(anybody.page.document.iter("footer")).text_content()
            for contact in (CONTRACT, TEST, "+371 00000100", "+371 00000200"):
                assert contact in footer, path


@AT_EACH_WIDTH
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser, exchange: Running, anybody: str, tmp_path: Path, language: str, view: dict[str, int]
) -> None:
    mark = uuid4().hex[:6]
    with signed_in(exchange, VENDOR, language) as vendor, signed_in(exchange, CLERK, language) as clerk:
        number = ask(vendor, f"Savienojums {mark}", anybody, language)
        files = (("plāns.pdf", PDF), ("makro.docm", b"PK\x03\x04"))
        deliver(exchange, anybody, f"Re: [{number}] Savienojums", text="Pielikumā plāns. " * 120, files=files)
        deliver(exchange, f"x{anybody}", f"Svešs {mark} [{number}]", text="Es arī gribu zināt.")
        deliver(exchange, anybody, f"Prombūtne {mark}", headers={"auto-submitted": "auto-replied"})
        shown(clerk, WORDS[language]["mail"], f"Svešs {mark}")
        shown(clerk, WORDS[language]["mail"], f"Prombūtne {mark}")
        stray = clerk.follow(f"Svešs {mark} [{number}]").address
    context = browser.new_context(base_url=exchange.facts["portal"], viewport=view, locale=language)  # type: ignore[arg-type]
    page: Page = context.new_page()
    for who, pages in (
        (CLERK, {"queues": "/desk/mail", "stray": stray, "thread": f"/desk/mail/{number}"}),
        (
            VENDOR,
            {
                "case": f"/cases/{number}",
                "questions": "/my/questions",
                "messages": f"/cases/{number}/messages",
            },
        ),
    ):
        context.clear_cookies()
        sign_in(page, who, language)
        for name, path in pages.items():
            answer = page.goto(f"{path}?lang={language}")
            assert answer is not None and answer.status == 200 and len(answer.body()) < MOST_BYTES, name
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            axe_finds_nothing(page, page.url)
            assert page.evaluate("document.documentElement.scrollWidth") <= view["width"], name
    context.close()
