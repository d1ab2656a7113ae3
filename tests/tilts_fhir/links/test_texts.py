"""What is said in English is said in Latvian, of the same facts."""

from string import Formatter

import pytest

from tilts_fhir.texts import bundles, content, narrative, references
from tilts_fhir.texts.text import Text

OURS = {**references.TEXTS, **bundles.TEXTS, **narrative.TEXTS, **content.TEXTS}


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("text", OURS.values(), ids=OURS.keys())
def test_both_languages_tell_the_same_facts(text: Text) -> None:
    assert facts(text.en) == facts(text.lv)
    assert text.severity in ("error", "warning", "information")
