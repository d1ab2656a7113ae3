"""What the engine says of a resource: every key once, reported somewhere, in two languages that tell the same."""

import re
from collections import Counter
from importlib import import_module
from pkgutil import iter_modules
from string import Formatter

import pytest

from tests.house.test_rules_are_whole import ISSUE_CODE
from tests.house.tree import sources
from tilts_fhir import texts
from tilts_fhir.texts import TEXTS, Text

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Keys that are put together: the beginning stands in the source, with a field after it.
MADE = re.compile(r'f"([a-z0-9-]+-)\{')
ALL = [pytest.param(key, text, id=key) for key, text in TEXTS.items()]


def facts(text: str) -> set[str]:
    """Names of the facts; those that are words themselves come in both languages (`hint_en`, `hint_lv`)."""
    named = {name for _, name, _, _ in Formatter().parse(text) if name}
    return {re.sub(r"_(?:en|lv)\Z", "", name) for name in named}


def test_every_key_stands_in_one_area_and_in_the_whole() -> None:
    areas = [import_module(f"{texts.__name__}.{each.name}") for each in iter_modules(texts.__path__)]
    count = Counter(key for area in areas for key in getattr(area, "TEXTS", {}))

    assert [key for key, times in count.items() if times > 1] == []
    assert count.keys() == TEXTS.keys()


@pytest.mark.parametrize(("key", "text"), ALL)
def test_both_languages_tell_the_same(key: str, text: Text) -> None:
    assert KEY.fullmatch(key)
    assert text.en != text.lv
    assert facts(text.en) == facts(text.lv)
    assert text.severity in ("fatal", "error", "warning", "information")
    assert ISSUE_CODE.fullmatch(text.code) or text.code == "informational"


def test_every_key_is_reported_somewhere() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sources("tilts_fhir", "tilts")
        if path.parent.name != "texts"
    )
    beginnings = tuple(MADE.findall(source))
    silent = [key for key in TEXTS if f'"{key}"' not in source and not key.startswith(beginnings)]

    assert silent == []
