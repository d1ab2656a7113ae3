"""A printed prescription, verified without a network: only what was signed holds, and only while it is valid."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from tilts_connector.errors import Misused
from tilts_connector.sheets import (
    FIRST,
    PURPOSE,
    TYPE,
    NotVerified,
    SheetContent,
    SheetKeys,
    digits_of,
    token_in,
    verify_sheet,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
KEY = ECKey.generate_key("P-256", auto_kid=True)
OTHER = ECKey.generate_key("P-256", auto_kid=True)
CONTENT = SheetContent(
    number="7K3M-Q2XR-9TBV",
    task_id="01900000-0000-7000-8000-000000000008",
    kind="ordinary",
    issue=1,
    issues=3,
    code="J01CA04",
    medicine="Žņaugšļūčģīķ 500 mg",
    quantity=Decimal("2"),
    unit="iepakojums",
    unit_system="http://unitsofmeasure.org",
    unit_code="{pack}",
    dosage="1 kapsula 3 reizes dienā.",
    first_day=date(2026, 3, 1),
    last_day=date(2026, 4, 1),
    initials="A. B.",
    born=1956,
    organization="Doktorāts",
    printed_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
)


def signed(payload: bytes, key: ECKey = KEY, **header: Any) -> str:
    head = {"alg": "ES256", "kid": key.kid, "typ": TYPE, **header}
    return jws.serialize_compact(head, payload, key, algorithms=["ES256"])


def keys(*known: ECKey, fetched_at: datetime = NOW) -> SheetKeys:
    return SheetKeys.published(
        {
            "issuer": "https://tilts.example",
            "purpose": PURPOSE,
            "usable_days": 7,
            "keys": [key.as_dict(private=False) for key in known or (KEY,)],
        },
        fetched_at,
    )


TOKEN = signed(CONTENT.packed())


def reason_of(text: str, known: SheetKeys | None = None, now: datetime = NOW) -> str:
    with pytest.raises(NotVerified) as no:
        verify_sheet(text, known or keys(), now)
    return no.value.reason


@pytest.mark.parametrize("text", [TOKEN, digits_of(TOKEN), f" {digits_of(TOKEN)}\r\n"])
def test_what_was_signed_is_read_as_digits_or_as_it_is(text: str) -> None:
    found = verify_sheet(text, keys(), NOW)
    assert (found.content, found.token, found.key_id) == (CONTENT, TOKEN, KEY.kid)
    assert (found.keys_age, found.keys_stale) == (timedelta(0), False)


SHORT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=90)


@settings(max_examples=60, deadline=None)
@given(
    medicine=SHORT,
    dosage=SHORT,
    organization=SHORT,
    quantity=st.decimals("0.001", "999999", places=3),
    issue=st.integers(1, 24),
    born=st.none() | st.integers(1900, 2026),
)
def test_any_content_is_read_as_it_was_signed(**facts: Any) -> None:
    content = replace(CONTENT, **facts)
    assert verify_sheet(digits_of(signed(content.packed())), keys(), NOW).content == content


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(TOKEN) - 1), st.integers(0, 6))
def test_a_changed_bit_anywhere_is_refused(place: int, bit: int) -> None:
    changed = TOKEN[:place] + chr(ord(TOKEN[place]) ^ 1 << bit) + TOKEN[place + 1 :]
    if "".join(changed.split()) != TOKEN:
        assert reason_of(changed) in ("not-a-sheet", "not-signed", "unknown-key", "wrong-purpose")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2 * len(TOKEN) - 1), st.integers(1, 9))
def test_a_changed_digit_anywhere_is_refused(place: int, more: int) -> None:
    digits = digits_of(TOKEN)
    changed = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    assert reason_of(changed) in ("not-a-sheet", "not-signed", "unknown-key", "wrong-purpose")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=120).map(lambda some: some.decode("latin-1")))
def test_whatever_else_is_scanned_is_no_sheet(text: str) -> None:
    assert reason_of(text) == "not-a-sheet"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-a-sheet"),
        ("4750000000017", "not-a-sheet"),  # a pack's own code
        (TOKEN.rpartition(".")[0], "not-a-sheet"),
        (TOKEN + TOKEN, "not-a-sheet"),
        (TOKEN.replace(TOKEN.split(".")[0], "e30"), "wrong-purpose"),
        (signed(CONTENT.packed(), typ="JWT"), "wrong-purpose"),
        (signed(CONTENT.packed(), typ="receipt+jws"), "wrong-purpose"),
        (signed(CONTENT.packed(), cty="x"), "not-a-sheet"),
        (signed(CONTENT.packed(), OTHER), "unknown-key"),
        (signed(CONTENT.packed(), OTHER, kid=KEY.kid), "not-signed"),
        (signed(b"\x03\x00" + CONTENT.packed()), "not-a-sheet"),
        (signed(CONTENT.packed() + b"more"), "not-a-sheet"),
        (signed(b"{}"), "not-a-sheet"),
    ],
)
def test_what_is_no_sheet_or_of_another_key_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert reason_of(text) == reason


def test_a_content_that_unfolds_to_too_much_is_not_read() -> None:
    bomb = replace(CONTENT, medicine="a" * 100_000).packed()
    assert len(bomb) < 1_000 and reason_of(signed(bomb)) == "not-a-sheet"


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (datetime(2026, 2, 28, 21, 59, tzinfo=UTC), "not-yet-valid"),
        (datetime(2026, 2, 28, 22, 0, tzinfo=UTC), ""),  # midnight in Riga
        (datetime(2026, 4, 1, 20, 59, tzinfo=UTC), ""),
        (datetime(2026, 4, 1, 21, 0, tzinfo=UTC), "no-longer-valid"),
    ],
)
def test_it_is_valid_by_the_days_of_riga(now: datetime, reason: str) -> None:
    if reason:
        assert reason_of(TOKEN, now=now) == reason
    else:
        assert verify_sheet(TOKEN, keys(), now).content == CONTENT


def test_keys_that_were_not_fetched_for_long_are_told_of(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    keys(KEY, OTHER, fetched_at=NOW - timedelta(days=7, seconds=1)).save(file)
    found = verify_sheet(TOKEN, SheetKeys.load(file), NOW)
    assert found.keys_stale and found.keys_age > timedelta(days=7)
    assert not verify_sheet(TOKEN, keys(fetched_at=NOW - timedelta(days=7)), NOW).keys_stale
    assert oct(file.stat().st_mode)[-1] in "04" and not list(tmp_path.glob("*.unfinished"))


@pytest.mark.parametrize("written", ["", "[]", "{}", '{"purpose": "prescription-sheet"}', '{"keys": []}'])
def test_a_file_that_holds_no_key_set_is_said_to_be_none(tmp_path: Path, written: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(written)
    with pytest.raises((Misused, NotVerified)):
        SheetKeys.load(file)
    with pytest.raises(Misused):
        SheetKeys.load(tmp_path / "nothing")


def test_keys_for_another_purpose_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotVerified) as no:
        SheetKeys.published({"keys": [KEY.as_dict(private=False)]}, NOW)
    assert no.value.reason == "wrong-purpose"


def test_each_character_of_a_code_is_two_digits() -> None:
    assert digits_of("-z") == "0077" and token_in("0077") == "-z" and FIRST == 45
    assert json.loads(json.dumps(digits_of(TOKEN))).isdigit()
