"""How an expression is read: precedence, literals, escapes, and where the errors are."""

import pytest

from tilts_fhir.fhirpath import FhirPathError, compile_expression


def result(expression: str, focus: object = None) -> list[object]:
    return compile_expression(expression).values({} if focus is None else focus)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("(1 + 2) * 3", 9),
        ("-2 + 3", 1),
        ("- (1 + 1)", -2),
        ("7 div 2 * 2", 6),
        ("1 | 1 is Integer", None),  # `is` binds more tightly than `|`
        ("false and true or true", True),
        ("true or true and false", True),
        ("false implies false and false", True),
        ("1 < 2 = true", True),
        ("'a' & 'b' = 'ab'", True),
        ("1 in (1 | 2) and true", True),
    ],
)
def test_operators_bind_as_the_grammar_says(expression: str, expected: object) -> None:
    found = result(expression)

    assert found == ([1, True] if expected is None else [expected])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r"'it\'s'", "it's"),
        (r"'\t\n\r\f\\\/\`\"'", '\t\n\r\f\\/`"'),
        (r"'\u0101\ud83d\ude00'", "ā😀"),
        (r"'\ud83d'", "\ufffd"),
        (r"'\p'", "p"),
        ("'// no comment'", "// no comment"),
    ],
)
def test_escapes_stand_for_their_characters(expression: str, expected: str) -> None:
    assert result(expression) == [expected]


def test_comments_and_blanks_part_words() -> None:
    assert result("1 // one\n + /* and\n more */ 1") == [2]


def test_words_of_the_language_can_be_names_of_elements() -> None:
    assert result("contains.`div` | is | `in`", {"contains": [{"div": "a"}], "is": "b", "in": "c"}) == [
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    ("expression", "position", "key"),
    [
        ("", 0, "syntax"),
        ("a +", 3, "syntax"),
        ("a b", 2, "syntax"),
        ("(a", 2, "syntax"),
        ("a.", 2, "syntax"),
        ("'open", 0, "syntax"),
        ("a ; b", 2, "syntax"),
        ("@2015-13", 0, "syntax"),
        ("@2015-02-30", 0, "syntax"),
        ("@T25:00", 0, "syntax"),
        ("@T12:00:00Z", 10, "syntax"),
        ("a.nothing()", 2, "unknown-function"),
        ("a.where()", 2, "arguments"),
        ("a.first(1)", 2, "arguments"),
        ("a.ofType(Nothing)", 2, "unknown-type"),
        ("a is Patient1", 2, "unknown-type"),
        ("a.is(1)", 2, "arguments"),
        ("(" * 200 + "1" + ")" * 200, 51, "too-deep"),
    ],
)
def test_an_expression_that_cannot_be_read_is_refused_with_its_place(
    expression: str, position: int, key: str
) -> None:
    with pytest.raises(FhirPathError) as refusal:
        compile_expression(expression)

    assert (refusal.value.position, refusal.value.key) == (position, key)


def test_an_expression_of_thousands_of_steps_is_refused() -> None:
    with pytest.raises(FhirPathError) as refusal:
        compile_expression("a" + ".a" * 5_000)

    assert refusal.value.key == "too-deep"


def test_the_same_text_and_start_are_compiled_once() -> None:
    assert compile_expression("name.family", "Patient") is compile_expression("name.family", "Patient")


def test_an_error_of_evaluation_tells_its_place() -> None:
    with pytest.raises(FhirPathError) as refusal:
        result("1 = 1 and (1 | 2).single() = 1")

    assert (refusal.value.position, refusal.value.key) == (18, "not-single")
