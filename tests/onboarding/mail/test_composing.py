"""A letter says what it must, to one address, and can be made to say nothing else."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.onboarding.mail.letters import CONTRACT, DESKS_AT, NOW, PDF
from tilts.onboarding.mail.addressing import our_message_id
from tilts.onboarding.mail.composing import Envelope, Letter, Sealed, as_message, from_template, seal
from tilts.onboarding.mail.parsing import Attachment
from tilts.onboarding.mail.texts import TEXT_CHARACTERS
from tilts.person_code import check_digit
from tilts.rules import Refusal
from tilts.workflow import Words

DESK = DESKS_AT(NOW)["contract"]


def a_letter(
    to: str = "anna@vendor.example", subject: str = "Par līgumu", text: str = "Labdien!", en: str = ""
) -> Letter:
    return Letter(to, Words(subject, ""), Words(text, en), "contract")


def written(letter: Letter, **facts: object) -> EmailMessage:
    envelope = Envelope(our_message_id(uuid4(), CONTRACT), CONTRACT, DESK.name_lv, NOW, **facts)  # type: ignore[arg-type]
    raw = as_message(seal(letter, "TL-2026-00042", DESK), envelope, letter.attachments)
    return message_from_bytes(raw, policy=default)  # type: ignore[return-value]


def test_a_letter_has_number_signature_thread_and_language_after_language() -> None:
    found = written(a_letter(en="Good day!"), references=("<a@b>", "<c@d>"))
    text = found.get_body().get_content().replace("\r\n", "\n")  # type: ignore[union-attr]

    assert found["Subject"] == "[TL-2026-00042] Par līgumu"
    assert (found["In-Reply-To"], found["References"]) == ("<c@d>", "<a@b> <c@d>")
    assert (found["To"], found["Auto-Submitted"]) == ("anna@vendor.example", "no")
    assert found["From"].addresses[0].addr_spec == CONTRACT
    assert text.index("Labdien!") < text.index("Good day!") < text.index("\n-- \n") < text.index(DESK.phone)


def test_an_automatic_letter_says_that_it_is_one() -> None:
    found = written(a_letter(), automatic=True)

    assert found["Auto-Submitted"] == "auto-replied"


def test_a_number_that_is_there_already_is_not_put_twice() -> None:
    assert (
        written(a_letter(subject="Re: [TL-2026-00042] Par līgumu"))["Subject"]
        == "Re: [TL-2026-00042] Par līgumu"
    )


def test_documents_travel_as_they_are() -> None:
    letter = Letter(
        "a@b.example",
        Words("x", ""),
        Words("y", ""),
        "test",
        attachments=(Attachment("līgums.pdf", "application/pdf", PDF),),
    )
    [found] = written(letter).iter_attachments()

    assert (found.get_filename(), found.get_content_type(), found.get_payload(decode=True)) == (
        "līgums.pdf",
        "application/pdf",
        PDF,
    )


@pytest.mark.parametrize(
    "to",
    [
        "",
        "anna",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "Anna <a@b.example>",
        "ā@b.example",
        "a b@c.example",
        "a@" + "b" * 300,
        "a@b.example\n",
        "a@b..example",
        '"a b"@c.example',
    ],
)
def test_MAIL_012_a_letter_goes_to_one_plain_address(to: str) -> None:
    with pytest.raises(Refusal) as no:
        seal(a_letter(to), "", DESK)

    assert no.value.rule.id == "MAIL-012"


@pytest.mark.parametrize("code", ["320000-10007", "3200001000" + check_digit("3200001000"), "010190-12345"])
def test_MAIL_013_a_letter_names_no_person(code: str) -> None:
    for letter in (a_letter(text=f"Par {code}."), a_letter(subject=f"Par {code}"), a_letter(en=code)):
        with pytest.raises(Refusal) as no:
            seal(letter, "", DESK)
        assert no.value.rule.id == "MAIL-013"


@pytest.mark.parametrize("text", ["", " \n\x00", "x" * (TEXT_CHARACTERS + 1)])
def test_MAIL_015_a_letter_says_something_on_a_few_pages(text: str) -> None:
    with pytest.raises(Refusal) as no:
        seal(a_letter(text=text), "", DESK)

    assert no.value.rule.id == "MAIL-015"


@given(subject=st.text(max_size=300), text=st.text(min_size=1, max_size=300))
def test_whatever_is_written_no_header_is_added(subject: str, text: str) -> None:
    try:
        found = written(a_letter(subject=subject, text=text))
    except Refusal as no:
        assert no.rule.id in {"MAIL-013", "MAIL-015"}
        return
    assert {name.lower() for name in found} == {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    }
    assert found["To"] == "anna@vendor.example"


@given(name=st.text(max_size=100))
def test_a_name_of_a_sender_adds_no_header(name: str) -> None:
    raw = as_message(Sealed("a@b.example", "x", "y"), Envelope("<a@b>", CONTRACT, name, NOW), ())

    assert b"\nbcc" not in raw.lower()
    assert message_from_bytes(raw, policy=default)["From"].addresses[0].addr_spec == CONTRACT  # type: ignore[union-attr]


@pytest.mark.parametrize("template", ["acknowledgement", "acknowledgement-refused"])
def test_templates_name_the_case_and_a_link_in_both_languages(template: str) -> None:
    facts = {
        name: f"<{name}>"
        for name in ("number", "received_on", "received_time", "link", "documents_lv", "documents_en")
    }
    subject, text = from_template(template, **facts)  # type: ignore[arg-type]

    assert subject.lv and subject.en and subject.lv != subject.en
    assert "<number>" in text.lv and "<number>" in text.en and "<link>" in text.lv and "<link>" in text.en
    assert "<documents_lv>" in text.lv and "<documents_en>" in text.en
