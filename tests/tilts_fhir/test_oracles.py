"""A second opinion on structure: fhirkit-rs, on official examples as published and as spoilt here, by a printed seed.

Where only one of the two finds a fault, the reason stands here. FHIRPath has its own second opinion
(`fhirpath/test_differential.py`). The examples are fetched by `make examples`; without them these tests skip.
"""

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tilts_fhir.json_strict import decode_resource, encode
from tilts_fhir.texts.structure import TEXTS
from tilts_fhir.validation import structure, validate

fhirkit = pytest.importorskip("fhirkit")

PACKAGE: Final = Path(__file__).resolve().parents[2] / ".cache" / "hl7.fhir.r4.examples-4.0.1"
pytestmark = pytest.mark.skipif(not PACKAGE.is_dir(), reason=f"{PACKAGE} is not there: run `make examples`")

MAX_BYTES: Final = 20_000
FILES: Final = 120  # for each seed
SEEDS: Final = (1, 2, 3, 4)

# Faults of structure that only we find, by key (and type, where the text names one), and why the other does not.
ONLY_OURS: Final = {
    "empty-object": "it lets {} and {'id': ...} pass; R4 json.html: an object has at least one element besides id",
    "empty-array": "it lets an array of primitives be empty; R4 json.html: no array is",
    "extension-nothing": "it has no rule that an Extension says something (ext-1)",
    "format id": "it takes any text without blanks at its ends for an id",
    "format uri": "it does not look at Extension.url",
    "code": "it looks at the form of a code, not at the value set that is required",
    "reference-target": "it does not look where a reference points to",
}
# What only the other finds, as it says it.
ONLY_THEIRS: Final = {
    "\\u{a0}": r"a no-break space at the end of a code: \s of the published pattern is XML Schema's, without U+00A0",
}


def spoil_unknown(holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder["surprise"] = 1


def spoil_left_out(holder: Any, key: Any) -> None:
    del holder[key]


def spoil_null(holder: Any, key: Any) -> None:
    holder[key] = None


def spoil_number(holder: Any, key: Any) -> None:
    holder[key] = 17


def spoil_truth(holder: Any, key: Any) -> None:
    holder[key] = True


def spoil_text(holder: Any, key: Any) -> None:
    holder[key] = "spoilt text"


def spoil_no_text(holder: Any, key: Any) -> None:
    holder[key] = ""


def spoil_blank(holder: Any, key: Any) -> None:
    if isinstance(holder[key], str):
        holder[key] = " " + holder[key]


def spoil_array(holder: Any, key: Any) -> None:
    holder[key] = [holder[key]]


def spoil_no_array(holder: Any, key: Any) -> None:
    if isinstance(holder[key], list) and holder[key]:
        holder[key] = holder[key][0]


def spoil_empty_array(holder: Any, key: Any) -> None:
    holder[key] = []


def spoil_object(holder: Any, key: Any) -> None:
    holder[key] = {"id": "a"}


def spoil_name(holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder[f"{key}X"] = holder.pop(key)


def spoil_companion(holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder[f"_{key}"] = [{"extension": []}]


WAYS: Final = (
    spoil_unknown,
    spoil_left_out,
    spoil_null,
    spoil_number,
    spoil_truth,
    spoil_text,
    spoil_no_text,
    spoil_blank,
    spoil_array,
    spoil_no_array,
    spoil_empty_array,
    spoil_object,
    spoil_name,
    spoil_companion,
)


def files() -> list[Path]:
    found = [path for path in sorted(PACKAGE.glob("*.json")) if path.stem not in ("package", ".index")]
    return [path for path in found if path.stat().st_size <= MAX_BYTES]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key or index) below a value, but the narrative and the type of the resource."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        if key not in ("div", "resourceType"):
            yield value, key
            yield from places(inner)


def spoilt(path: Path, chance: random.Random, spoil: Callable[[Any, Any], None]) -> dict[str, Any]:
    resource = decode_resource(path.read_bytes())
    spoil(*chance.choice(list(places(resource))))
    return resource


def ours(resource: dict[str, Any]) -> set[str]:
    """Keys of the errors of structure, for `format` with the type."""
    found = [issue for issue in validate(resource) if issue.severity == "error" and issue.key in TEXTS]
    return {f"format {dict(issue.facts)['type']}" if issue.key == "format" else issue.key for issue in found}


def theirs(raw: bytes) -> list[str]:
    return [str(issue) for issue in fhirkit.validate(raw) if issue.severity == "error"]


def opinions(resource: dict[str, Any]) -> tuple[set[str], list[str]]:
    return ours(resource), theirs(encode(resource))


def unexplained(mine: set[str], other: list[str]) -> bool:
    """Whether only one of the two finds a fault, and no reason is known."""
    if bool(mine) == bool(other):
        return False
    if mine:
        return not mine <= ONLY_OURS.keys()
    return not all(any(part in said for part in ONLY_THEIRS) for said in other)


@pytest.mark.parametrize("start", range(4))
def test_both_find_faults_in_the_same_published_examples(start: int) -> None:
    sample = files()[start::16]
    found = {path.stem: opinions(decode_resource(path.read_bytes())) for path in sample}

    assert len(sample) > 200
    assert {name: said for name, said in found.items() if unexplained(*said)} == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__.removeprefix("spoil_"))
def test_both_find_faults_in_the_same_spoilt_examples(spoil: Callable[[Any, Any], None], seed: int) -> None:
    chance = random.Random(seed)
    both = 0
    different = {}
    for path in chance.sample(files(), FILES):
        resource = spoilt(path, chance, spoil)
        mine, other = opinions(resource)
        both += bool(mine and other)
        if unexplained(mine, other):
            different[path.stem] = (mine, other)

    assert different == {}, f"seed {seed}"
    assert both > 0, "nothing was spoilt: the test says nothing"


@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__.removeprefix("spoil_"))
def test_the_quick_way_overlooks_nothing_that_is_spoilt(
    spoil: Callable[[Any, Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(5)
    resources = [spoilt(path, chance, spoil) for path in chance.sample(files(), FILES)]
    quick = [set(validate(copy.deepcopy(resource))) for resource in resources]
    monkeypatch.setattr(structure, "MAX_LEVELS_TRIED", -1)  # nothing is accepted without a closer look

    for resource, said in zip(resources, quick, strict=True):
        assert set(validate(resource)) == said, encode(resource)
