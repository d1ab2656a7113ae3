"""What a message says is understood within limits; whatever it is, nothing but a refusal comes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.onboarding.mail.letters import CONTRACT, LIMITS, PDF, a_message, read
from tilts.onboarding.mail.addressing import case_number_in, one_line
from tilts.onboarding.mail.parsing import Incoming, parse
from tilts.onboarding.mail.texts import TEXT_CHARACTERS
from tilts.person_code import check_digit
from tilts.rules import Refusal

CODE = "3200001000" + check_digit("3200001000")
HEAD = b"From: a@vendor.example\r\nSubject: x\r\n"


def refused(raw: bytes) -> Refusal:
    with pytest.raises(Refusal) as no:
        parse(raw, LIMITS)
    return no.value


def test_a_message_is_read_with_its_documents() -> None:
    found = read(
        a_message("Labdien!\n\nPielikumā līgums.", files=(("līgums.pdf", PDF),), subject="Rīgā TL-2026-00042")
    )

    assert (found.sender, found.recipients, found.subject) == (
        "anna@vendor.example",
        (CONTRACT,),
        "Rīgā TL-2026-00042",
    )
    assert found.text == "Labdien!\n\nPielikumā līgums."
    assert [(one.filename, one.media_type, one.content) for one in found.attachments] == [
        ("līgums.pdf", "application/pdf", PDF)
    ]
    assert (found.message_id, found.automatic, found.refused) == ("<1@vendor.example>", False, ())


def test_a_message_of_markup_alone_is_read_as_words() -> None:
    raw = (
        HEAD
        + b"Content-Type: text/html; charset=utf-8\r\n\r\n<style>p{}</style><p>Sveiki,<br>te &lt;b&gt;</p><script>x</script>"
    )

    assert read(raw).text == "Sveiki,\nte <b>"


@pytest.mark.parametrize(
    ("charset", "text"),
    [("windows-1257", "Šķūņi"), ("iso-8859-13", "Ēriks"), ("utf-16", "Žanis"), ("utf-7", "Ādams")],
)
def test_letters_of_other_charsets_are_read(charset: str, text: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + text.encode(charset)

    assert read(raw).text == text


@pytest.mark.parametrize(
    "charset", ["zlib", "hex", "punycode", "idna", "undefined", "unicode_escape", "no-such", "x" * 300]
)
def test_a_charset_that_is_none_of_letters_is_read_as_utf_8(charset: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + "Ādams \\u0041".encode()

    assert read(raw).text == "Ādams \\u0041"


def test_a_person_code_is_not_kept() -> None:
    found = read(a_message(f"Pacients 320000-10007 un {CODE}.", subject=f"Par {CODE}"))

    assert "320000-10007" not in found.text
    assert CODE not in found.text + found.subject
    assert "personas kods" in found.text and "personas kods" in found.subject


def test_registration_numbers_and_case_numbers_stay() -> None:
    assert (
        read(a_message("Reģ. Nr. 40003000000, lieta TL-2026-00042")).text
        == "Reģ. Nr. 40003000000, lieta TL-2026-00042"
    )


def test_MAIL_001_a_message_may_be_so_large() -> None:
    no = refused(HEAD + b"\r\n" + b"x" * LIMITS.message_bytes)

    assert no.rule.id == "MAIL-001"


def nested(depth: int) -> bytes:
    levels = (f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth))
    return HEAD + "".join(levels).encode() + b"Content-Type: text/plain\r\n\r\nx"


@pytest.mark.parametrize(
    "raw",
    [
        nested(9),
        nested(2_000),
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 200,
        HEAD + b"X: y\r\n" * 900 + b"\r\nx",
        HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\nx",
        b"From: a@vendor.example\r\nSubject: " + b"y" * 5_000 + b"\r\n\r\nx",
        HEAD + b"Content-Type: text/plain; " + b"(" * 3_000 + b"\r\n\r\nx",
        HEAD + b"Content-Type: text/plain; name=" + b"x" * 5_000 + b"\r\n\r\nx",
        HEAD + b"\r\n" + b"\n" * 1_900_000,
    ],
    ids=["deep", "very deep", "parts", "headers", "header", "subject", "comments", "name", "lines"],
)
def test_MAIL_002_what_cannot_be_read_within_limits_is_refused(raw: bytes) -> None:
    assert refused(raw).rule.id == "MAIL-002"


def test_a_message_of_the_deepest_allowed_nesting_is_read() -> None:
    assert read(nested(8)).text == "x"


@pytest.mark.parametrize(
    "sender",
    [
        b"",
        b"From: \r\n",
        b"From: <>\r\n",
        b"From: a@x.example, b@x.example\r\n",
        b"From: a@x.example\r\nFrom: b@x.example\r\n",
        b"From: a b@x.example\r\n",
        b"From: \xff@x.example\r\n",
        b"From: " + b"a" * 80 + b"@x.example\r\n",
        b"From: a@x..example\r\n",
    ],
)
def test_MAIL_003_a_message_names_one_sender(sender: bytes) -> None:
    assert refused(sender + b"Subject: x\r\n\r\nx").rule.id == "MAIL-003"


def test_MAIL_005_a_document_may_be_so_large() -> None:
    [no] = read(a_message(files=(("a.pdf", PDF + b" " * LIMITS.attachment_bytes),))).refused

    assert no.rule.id == "MAIL-005"
    assert no.facts["name"] == "a.pdf"


def test_MAIL_006_so_many_documents_are_taken_and_the_rest_is_named() -> None:
    found = read(a_message(files=tuple((f"{n}.pdf", PDF + b"%d" % n) for n in range(7))))

    assert [one.filename for one in found.attachments] == ["0.pdf", "1.pdf", "2.pdf", "3.pdf", "4.pdf"]
    assert [(no.rule.id, no.facts["name"]) for no in found.refused] == [
        ("MAIL-006", "5.pdf"),
        ("MAIL-006", "6.pdf"),
    ]


def test_a_message_within_a_message_is_no_document() -> None:
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        + a_message()
        + b"\r\n--b--\r\n"
    )

    assert [no.rule.id for no in read(raw).refused] == ["MAIL-007"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List-Id": "<news.example>"},
        {"Return-Path": "<>"},
        {"X-Autoreply": "yes"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_a_program_sent_is_known_as_such(headers: dict[str, str]) -> None:
    assert read(a_message(headers=headers)).automatic
    assert not read(a_message(headers={"Auto-Submitted": "no"})).automatic


def test_a_robot_is_known_by_its_name() -> None:
    assert read(a_message(**{"from": "MAILER-DAEMON@host.example"})).automatic


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [TL-2026-00042] Ziņa", "TL-2026-00042"),
        ("tl-2026-00042", "TL-2026-00042"),
        ("TL-2026-00042 TL-2026-00042", "TL-2026-00042"),
        ("TL-2026-00042 TL-2026-00043", None),
        ("XTL-2026-00042", None),
        ("TL-2026-42", None),
        ("", None),
    ],
)
def test_the_number_of_a_case_is_found_in_a_subject(subject: str, number: str | None) -> None:
    assert case_number_in(subject) == number


def test_a_line_holds_nothing_that_hides() -> None:
    assert one_line("a\r\nBcc: x\x00\u202egpj.exe\u200b\ud800") == "a Bcc: xgpj.exe"


def test_the_same_message_delivered_twice_says_the_same() -> None:
    first, second = read(a_message(headers={"Received": "a"})), read(a_message(headers={"Received": "b"}))

    assert first.content_sha256 == second.content_sha256
    assert read(a_message("Cits")).content_sha256 != first.content_sha256


# Whatever comes.

NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Message-ID",
        "References",
        "In-Reply-To",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "Auto-Submitted",
        "Return-Path",
        "Date",
        "MIME-Version",
        "X",
    ]
)
PIECES = st.sampled_from(
    [
        "multipart/mixed; boundary=b",
        "text/plain; charset=",
        "utf-8",
        "=?utf-8?q?=C4=81?=",
        "=?utf-8?b?////?=",
        "=?x?y?z?=",
        "<",
        ">",
        "@",
        "a@b.example",
        "(",
        ")",
        '"',
        "\\",
        ";",
        "name*0*=utf-8''%C4%81",
        "name*1=x",
        "filename=",
        "a.pdf",
        "attachment",
        "base64",
        "x-uuencode",
        "quoted-printable",
        ",",
        ":",
        "[",
        "]",
        "\t",
        " ",
        "ā",
        "\x00",
        "\x1b",
        "\r",
        "\n ",
        "message/rfc822",
        "auto-replied",
    ]
)
HEADERS = st.lists(
    st.tuples(NAMES, st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join)), max_size=12
)
BODY = st.lists(
    st.sampled_from(
        [
            b"--b\r\n",
            b"--b--\r\n",
            b"\r\n",
            b"Content-Type: text/html\r\n",
            b"Content-Disposition: attachment\r\n",
        ]
    )
    | st.binary(max_size=30),
    max_size=20,
).map(b"".join)


@given(headers=HEADERS, body=BODY)
def test_whatever_is_sent_only_a_refusal_of_ours_comes_out(
    headers: list[tuple[str, str]], body: bytes
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    outcome(b"From: a@b.example\r\n" + lines.encode("utf-8", "surrogatepass") + b"\r\n" + body)


@given(raw=st.binary(max_size=400))
def test_whatever_bytes_come_only_a_refusal_of_ours_comes_out(raw: bytes) -> None:
    outcome(raw)


@given(at=st.integers(0, 600), byte=st.integers(0, 255), cut=st.integers(0, 900))
def test_a_message_spoilt_on_the_way_is_read_or_refused(at: int, byte: int, cut: int) -> None:
    raw = bytearray(a_message(files=(("a.pdf", PDF),)))
    raw[at % len(raw)] = byte
    outcome(bytes(raw[: len(raw) - cut]))


def outcome(raw: bytes) -> None:
    try:
        found = parse(raw, LIMITS)
    except Refusal as no:
        assert no.rule.id in {"MAIL-001", "MAIL-002", "MAIL-003"}
        assert no.rule.sentence("lv", no.told())
    else:
        assert isinstance(found, Incoming)
        kept = [found.subject, found.text, found.sender, *(one.filename for one in found.attachments)]
        assert not any(character in text for text in kept for character in "\x00\r\ud800")
        assert len(found.text) <= TEXT_CHARACTERS
        assert all(no.rule.sentence("lv", no.told()) for no in found.refused)
