"""JSON is read so that nothing is guessed, dropped or rounded."""

import copy
import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tilts_fhir.json_strict import JsonError, decode, decode_resource, encode


def refused(raw: bytes) -> JsonError:
    with pytest.raises(JsonError) as error:
        decode(raw)
    return error.value


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("empty", b""),
        ("empty", b" \r\n\t"),
        ("bom", b"\xef\xbb\xbf{}"),
        ("encoding", b"\xff\xfe{\x00}\x00"),
        ("encoding", b'{"a":"\xff"}'),
        ("encoding", b'{"a":"\xed\xa0\x80"}'),
        ("encoding", b'{"\xc0\x80":1}'),
        ("syntax", b'{"a":1,}'),
        ("syntax", b'{"a":1'),
        ("syntax", b'{"a":1}}'),
        ("syntax", b"{'a':1}"),
        ("syntax", b'{"a":1 // note\n}'),
        ("syntax", b'{"a":01}'),
        ("syntax", b'{"a":"tab\there"}'),
        ("syntax", b'{"a":"\\x"}'),
        ("syntax", b'{"\\uDA\x00":1}'),
        ("not-a-number", b'{"a":NaN}'),
        ("not-a-number", b'{"a":Infinity}'),
        ("not-a-number", b'{"a":-Infinity}'),
        ("lone-surrogate", b'"\\ud800"'),
        ("lone-surrogate", b'{"a":"\\ud800 and more"}'),
        ("lone-surrogate", b'{"a":"\\ude00"}'),
        ("lone-surrogate", b'{"a":"\\ud83d\\u0041"}'),
        ("number-range", b'{"a":1e400}'),
        ("number-range", b'{"a":1e-400}'),
        ("number-range", b'{"a":1e9999999999999999999999}'),
        ("number-range", b'{"a":' + b"1" * 309 + b"}"),
        ("number-range", b'{"a":' + b"7" * 9000 + b"}"),
        ("number-range", b'{"a":0.' + b"1" * 400 + b"}"),
        ("duplicate-key", b'{"a":1,"a":1}'),
        ("duplicate-key", b'{"a" : 1, "a" : 2}'),
        ("duplicate-key", b'{"a":1,"\\u0061":2}'),
        ("duplicate-key", b'[{"b":"\\":"},{"a\\\\":1,"a\\\\":1}]'),
        ("duplicate-key", b'{"x":{"a":[]},"y":{"a":{},"a":[]}}'),
        ("depth", b"[" * 65 + b"]" * 65),
        ("depth", b'{"a":' * 65 + b"1" + b"}" * 65),
        ("depth", b"[" * 2_000),
        ("depth", b"[" * 2_000 + b"]" * 2_000),
        ("depth", b"[" * 200_000),
        ("depth", b'{"a":' * 200_000),
    ],
)
def test_refuses(key: str, raw: bytes) -> None:
    assert refused(raw).key == key


def test_an_error_says_where_in_lines_and_columns() -> None:
    error = refused(b'{\n  "status": "active",\n  "status": "draft"\n}')

    assert (error.key, error.line, error.column) == ("duplicate-key", 3, 3)
    assert error.text == "The key 'status' stands twice in one object."


def test_columns_are_counted_in_characters() -> None:
    assert refused('{"vārds": "Jānis", "vārds": 1}'.encode()).column == 20


def test_nesting_is_counted_not_brackets() -> None:
    assert decode(b"[" * 64 + b"]" * 64)
    assert len(decode(b"[" + b"[[]]," * 500 + b"[]]")) == 501
    with pytest.raises(JsonError):
        decode(b"[[[]]]", max_depth=2)
    assert decode(b'["[[[[", "{{\\"{{"]', max_depth=1)


@pytest.mark.parametrize(
    "raw", [b"[" * 2_000_000, b'{"a":[' * 300_000, b'{"a":1,' + b'"b":[],' * 150_000 + b'"a":1}']
)
def test_large_hostile_texts_are_refused_fast(raw: bytes) -> None:
    start = time.process_time()

    refused(raw)

    assert time.process_time() - start < 5  # far above what it takes; a quadratic walk takes minutes


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        (b"1.10", b"1.10"),
        (b"72.50", b"72.50"),
        (b"0.0", b"0.0"),
        (b"-0.0", b"-0.0"),
        (b"1.0e2", b"1.0e2"),
        (b"1E+2", b"1E+2"),
        (b"1e-10", b"1e-10"),
        (b"0.0000001", b"0.0000001"),
        (b"12345678901234567890.123456789012345678", b"12345678901234567890.123456789012345678"),
        (b"12345678901234567890123", b"12345678901234567890123"),
    ],
)
def test_decimals_keep_value_precision_and_spelling(raw: bytes, written: bytes) -> None:
    assert encode(decode(raw)) == written
    assert Decimal(written.decode()).as_tuple() == Decimal(raw.decode()).as_tuple()


def test_a_decimal_with_a_spelling_of_its_own_is_as_good_as_any() -> None:
    hundred = decode(b"1.0e2")

    assert hundred == Decimal(100)
    assert hash(hundred) == hash(Decimal(100))
    assert str(hundred) == str(copy.deepcopy(hundred)) == "1.0e2"
    assert encode([hundred + 1, -hundred]) == b"[101,-1.0E+2]"


@pytest.mark.parametrize(
    "raw", [b"[" + b"[]," * 600_000 + b"[]]", b'[0,{"a":[' + b"1," * 1_000_000 + b"1]}]"]
)
def test_more_values_than_may_be_built_are_refused_before_anything_is_built(raw: bytes) -> None:
    assert refused(raw).key == "too-many-values"


def test_commas_and_brackets_in_texts_are_no_values() -> None:
    assert len(decode(b'["' + b'[,{\\",' * 300_000 + b'"]')[0]) == 1_500_000
    assert decode(b"[1,2]", max_values=2) == [1, 2]
    with pytest.raises(JsonError):
        decode(b"[1,2,3]", max_values=2)


def test_a_resource_is_an_object() -> None:
    assert decode_resource(b' {"resourceType":"Patient"}') == {"resourceType": "Patient"}
    with pytest.raises(JsonError) as error:
        decode_resource(b' ["Patient"]')
    assert (error.value.key, error.value.column) == ("not-an-object", 2)


def as_json_module_reads(raw: bytes) -> Any:
    return json.loads(raw, parse_float=Decimal, object_pairs_hook=no_equal_keys)


def no_equal_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("equal keys")
    return dict(pairs)


texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(10**40), 10**40) | st.decimals(allow_nan=False, allow_infinity=False, places=3)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
SCRAPS = (
    r"""{ } [ ] , : "a" "\u0061" "b\":" "\\" 1 -0 1.50 1e5 null true \ " ü \ud83d \ude00 NaN {"a":1 "a":{}"""
)
scraps = st.lists(st.sampled_from([*SCRAPS.encode().split(), b" ", b"\xff"]), max_size=14).map(b"".join)


@given(st.binary(max_size=60) | scraps)
@example(b'{"a":1,"a" :2}')
@example(b'"\\uD83d')
def test_any_bytes_give_a_value_or_a_json_error(raw: bytes) -> None:
    try:
        value = decode(raw)
    except JsonError as error:
        assert error.key
        assert error.line is None or error.line >= 1
    else:
        assert value == as_json_module_reads(raw)


@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert decode(encode(value)) == value


@given(values)
def test_other_spellings_of_the_same_text_are_read_the_same(value: Any) -> None:
    spelled = json.dumps(value, indent=1, separators=(" ,", " : "), default=str).encode()

    assert decode(spelled) == json.loads(spelled, parse_float=Decimal)
