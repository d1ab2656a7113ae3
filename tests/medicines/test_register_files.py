"""The register's file, read in pieces: JSON and XML, whole or not at all, with what was dropped told."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.house.tree import ROOT
from tilts.exchange.medicines.reading import KNOWN, Report, medicine_of, terms_of
from tilts.exchange.medicines.register_files import CHUNK_BYTES, records_of
from tilts.lab.medicines import invented
from tilts.rules import Refusal

ROW = {"product_id": "XX-1", "medicine_name": "Arda PARAUGS"}


def as_xml(rows: tuple[dict[str, str], ...]) -> bytes:
    products = "".join(
        "<product>"
        + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items())
        + "</product>\n"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<register><products>{products}</products></register>'.encode()


def read(tmp_path: Path, raw: bytes) -> list[Any]:
    file = tmp_path / "register"
    file.write_bytes(raw)
    return list(records_of(file))


def judged(record: Any) -> tuple[Any, Report]:
    report = Report()
    return medicine_of(1, record, report), report


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_json_and_xml_of_one_register_give_the_same_records(tmp_path: Path, mark: bytes) -> None:
    rows = invented().products

    assert read(tmp_path, mark + json.dumps(rows, ensure_ascii=False).encode()) == list(rows)
    assert read(tmp_path, mark + as_xml(rows)) == list(rows)


@pytest.mark.parametrize("back", range(6))
def test_a_letter_or_number_that_a_piece_cuts_is_read_whole(tmp_path: Path, back: int) -> None:
    rows = [{"n": "x" * (CHUNK_BYTES - 12 - back) + "āžūπ€😀", "m": 1234567}, 98765, {"k": "ē"}]
    for indent in (None, 1):
        assert read(tmp_path, json.dumps(rows, ensure_ascii=False, indent=indent).encode()) == rows


def test_how_far_it_is_is_told_and_records_come_before_the_end_is_read(tmp_path: Path) -> None:
    file = tmp_path / "register"
    file.write_bytes(json.dumps([{"n": "x" * 1000}] * 500).encode())
    told: list[int] = []

    records = records_of(file, told.append)
    next(records)
    first = told[-1]
    assert len(list(records)) == 499

    assert first <= CHUNK_BYTES and told[-1] == file.stat().st_size and told == sorted(told)


WRONG = {
    "nothing": b"",
    "an object": b"{}",
    "cut off": b'[{"product_id": "1"}, {"prod',
    "not closed": b'[{"product_id": "1"}',
    "no comma": b'[{"a": 1} {"b": 2}]',
    "a comma too many": b'[{"a": 1},]',
    "something behind": b"[] x",
    "no number": b'[{"a": NaN}]',
    "not UTF-8": b'[{"a": "\xff"}]',
    "too deep": b"[" * 100_000,
    "a record without end": b'[{"a": "' + b"x" * 2_000_000,
    "XML cut off": b"<r><products><product><a>1</a>",
    "another XML": b"<r><a/></r>",
    "an entity": b'<!DOCTYPE r [<!ENTITY a "b">]><r><products><product><a>&a;</a></product></products></r>',
    "XML too deep": b"<r><products><product>" + b"<a>" * 50,
    "a field without end": b"<r><products><product><a>" + b"x" * 2_000_000,
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_is_not_whole_or_no_register_is_refused_med_002(tmp_path: Path, what: str) -> None:
    with pytest.raises(Refusal, match="MED-002"):
        read(tmp_path, WRONG[what])


def test_a_record_becomes_a_product() -> None:
    told = {
        **ROW,
        "active_substance": "ardums",
        "strength_lv": " 10 mg ",
        "package_size": "30",
        "sell_stop_date": "31.12.2026",
        "status": 1,
        "prd_removed": 0,
    }
    found, report = judged(told)

    assert (found.name, found.strength, found.units, str(found.sold_until)) == (
        "Arda PARAUGS",
        "10 mg",
        30,
        "2026-12-31",
    )
    assert (report.read, report.taken, report.as_row()["dropped"]) == (1, 1, {})


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([], "no object"),
        ({}, "no product_id, or not of its form"),
        ({**ROW, "product_id": "a b"}, "no product_id, or not of its form"),
        ({"product_id": "XX-1"}, "no name"),
        ({**ROW, "prd_removed": "1"}, "removed from the register"),
        ({**ROW, "status": "2"}, "not authorised"),
        ({**ROW, "active_substance": "x" * 601}, "a field is too long"),
        ({**ROW, "sell_stop_date": "rīt"}, "the day on which its sale ends is not understood"),
        ({**ROW, "sell_stop_date": "31.02.2026"}, "the day on which its sale ends is not understood"),
    ],
)
def test_a_record_that_is_not_taken_is_told_with_its_reason(record: Any, reason: str) -> None:
    found, report = judged(record)

    assert found is None and report.reasons == {reason: 1} and report.told[0][2] == reason


def test_fields_that_are_not_known_are_dropped_and_told_by_name_only() -> None:
    _, report = judged({**ROW, "package_leaflet": "https://example/secret", "package": {"a": 1}})

    assert report.fields_dropped == {"package_leaflet": 1, "package": 1}
    assert "secret" not in json.dumps(report.as_row())


@pytest.mark.parametrize(
    "personal",
    [
        {"contact_person": "Anna Paraugs"},
        {"holder_email": "a"},
        {"telephone": "1"},
        {"marketing_authorisation_holder": "SIA X, anna@example.lv"},
        {"marketing_authorisation_holder": "SIA X, +371 67 000 000"},
        {"marketing_authorisation_holder": "SIA X, tālr. 67000000"},
    ],
)
def test_contact_data_of_persons_are_dropped_and_their_values_stand_nowhere(personal: dict[str, str]) -> None:
    found, report = judged({**ROW, **personal})
    [(name, value)] = personal.items()

    assert found.holder == "" and report.personal_dropped == {name: 1}
    assert value not in json.dumps(report.as_row(), ensure_ascii=False) or len(value) == 1


@pytest.mark.parametrize("written", ["", "N30", "3x10", "0", "-1", "1e3", "٣", "1.2.3"])
def test_a_size_that_is_no_plain_number_is_not_guessed(written: str) -> None:
    found, report = judged({**ROW, "package_size": written})

    assert found.units is None and list(report.notes) == ["package size not understood: not counted with"]
    assert judged({**ROW, "package_size": "2,5"})[0].units == Decimal("2.5")


@pytest.mark.parametrize(
    "row",
    [
        7,
        {"product_id": ""},
        {"price": "3,5"},
        {"price": -1},
        {"price": "1e9"},
        {"may_open": "yes"},
        {"reimbursed": 7},
        {"reimbursed": [7]},
        {"unit": 3},
        {"reimbursed": [{"icd": "U90.0", "list": "D", "rate_percent": 75}]},
        {"reimbursed": [{"icd": "U90.0", "list": "A", "rate_percent": 90}]},
        {"reimbursed": [{"icd": "diabēts", "list": "A", "rate_percent": 75}]},
    ],
)
def test_a_row_of_prices_that_is_not_of_its_form_is_dropped_and_told(row: Any) -> None:
    report = Report()
    given = {"product_id": "XX-1", **row} if isinstance(row, dict) else row

    assert terms_of(3, given, report) is None and sum(report.reasons.values()) == 1


def test_the_page_names_every_field_that_is_taken() -> None:
    page = (ROOT / "docs" / "howto" / "medicines.md").read_text("utf-8")

    assert not [name for name in KNOWN if f"`{name}`" not in page]
