"""The floor of the benchmarks sends what the exchange sends: new ids where it made new ones, nothing else changed."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from psycopg.types.json import Jsonb

from benchmarks.drawing import Bar, picture
from benchmarks.floor import Writer, literal
from benchmarks.recording import Recorded, Statement
from tilts.ids import new_id

OLD = UUID("019b76da-a801-7691-973b-cf009fa1184a")
SINCE = OLD.int + (1 << 80) >> 80


def writer(**more: object) -> Writer:
    return Writer(SINCE, "7K3M-Q2XR-9TBV", frozenset({1}), **more)  # type: ignore[arg-type]


def recorded(*rows: dict[str, object], text: str = "INSERT INTO t VALUES (%(a)s)") -> Recorded:
    return Recorded([[Statement(text, list(rows))]])


def test_an_id_made_in_the_recording_is_new_each_time_and_one_within_it() -> None:
    made = new_id()
    script = writer().script([recorded({"a": made, "b": f"id:x|{made}"}, text="SELECT %(a)s, %(b)s")])
    assert str(made) not in script
    assert script.count("'7000800000") == 2, "the same new id in both places"


def test_an_id_that_was_there_stays() -> None:
    assert f"'{OLD}'::uuid" in writer().script([recorded({"a": OLD})])


def test_a_prescription_number_is_new_each_time() -> None:
    script = writer().script([recorded({"a": "7K3M-Q2XR-9TBV"})])
    assert "7K3M" not in script
    assert "to_hex(:n::bigint)" in script


def test_what_goes_with_the_patient_goes_with_the_client() -> None:
    script = writer().script([recorded({"a": "Anna"}), recorded({"a": "Elza"})])
    assert "CASE :client_id::bigint % 2 WHEN 0 THEN E'Anna'::text WHEN 1 THEN E'Elza'::text END" in script


def test_a_recording_of_another_shape_is_left_out() -> None:
    script = writer().script([recorded({"a": "Anna"}), recorded({"a": "Elza"}, {"a": "Elza"})])
    assert "Elza" not in script


def test_tokens_of_this_document_alone_are_new_each_time() -> None:
    assert writer().value([1, 2]) == "ARRAY[(1), (:n::bigint * 65537 + 1)]::bigint[]"


def test_an_array_of_truths_is_no_array_of_tokens() -> None:
    assert writer().value([True, False]) == "ARRAY[(True), (False)]"


def test_no_colon_stands_in_a_script_but_for_variables_and_casts() -> None:
    values = [
        datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
        Jsonb({"a": "b:c"}),
        b"x:y",
        "a:n",
        Decimal("1.5"),
        None,
        True,
    ]
    for value in values:
        assert not re.search(r"(?<!:):(?!:)", writer().value(value)), value
    assert literal("it's \\ 10:00") == r"E'it\'s \\ 10\x3A00'"


def test_the_picture_shows_each_bar() -> None:
    drawn = picture(
        [Bar("read", "exchange", [("server", 1.0), ("postgres", 0.5)]), Bar("", "bare", [("bare", 0.1)])]
    )
    assert drawn.count("<rect") == 1 + 3 + 3
    assert ">1.50</text>" in drawn
