"""The forms as files: yellow where the applicant writes, the same bytes for the same input, Latvian letters."""

import hashlib
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.onboarding.procedures.filling import LETTERS, filled_in, right_values, text_of
from tilts.onboarding.procedures import versions
from tilts.onboarding.procedures.completeness import field_names
from tilts.onboarding.procedures.filled import read_form
from tilts.onboarding.procedures.form import render_document, render_form
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.procedures.lettering import alphabet, can_print, glyph_name
from tilts.onboarding.procedures.opening import MARK

pytestmark = pytest.mark.anyio
EACH = pytest.mark.parametrize("procedure", versions(), ids=lambda p: p.reference)
YELLOW = (1.0, 0.953, 0.659)


def widgets(pdf: bytes) -> dict[str, Any]:
    return {
        str(annotation.get_object()["/T"]): annotation.get_object()
        for page in PdfReader(BytesIO(pdf)).pages
        for annotation in page.get("/Annots", [])
    }


@EACH
async def test_what_is_filled_in_is_read_back_with_every_latvian_letter(procedure: Procedure) -> None:
    values = right_values(procedure) | {"party_name": LETTERS}
    letter = {name for name in values if procedure_field_is_in_letter(procedure, name)}
    form = render_form(procedure, "lv")

    filled = await read_form(filled_in(form, values), procedure)

    assert filled.procedure is procedure and filled.language == "lv"
    assert {name: said for name, said in filled.values.items() if said} == {
        name: said for name, said in values.items() if name not in letter
    }


def procedure_field_is_in_letter(procedure: Procedure, name: str) -> bool:
    return any(field.id == name and field.document == "cover-letter" for field in procedure.fields)


@EACH
def test_yellow_are_the_fields_of_the_applicant_and_no_others(procedure: Procedure) -> None:
    found = widgets(render_form(procedure, "en"))
    by_name = {field.id: field for field in procedure.fields}

    for name, widget in found.items():
        fill = tuple(round(float(part), 3) for part in widget["/MK"].get("/BG", ()))
        applicant = by_name[name.partition("-")[0]].who == "applicant"
        assert fill == (YELLOW if applicant else ()), name
        drawn = widget["/AP"]["/N"].get_object().get_data().decode("latin-1")
        assert ("1.000 0.953 0.659 rg" in drawn) is applicant, name


@EACH
def test_a_form_has_every_field_once_and_says_which_it_is(procedure: Procedure) -> None:
    letter = {field.id for field in procedure.fields if field.document == "cover-letter"}
    form = PdfReader(BytesIO(render_form(procedure, "lv")))
    fields = form.get_fields()

    assert fields is not None and form.metadata is not None
    assert set(fields) == (field_names(procedure) - letter) | {MARK}
    assert f"tilts-procedure={procedure.reference}" in str(form.metadata["/Keywords"])
    assert form.root_object["/Lang"] == "lv"


@EACH
@pytest.mark.parametrize("language", ["lv", "en"])
def test_the_same_input_gives_the_same_bytes(procedure: Procedure, language: Any) -> None:
    values = right_values(procedure)
    for frozen in (False, True):
        hashes = {
            hashlib.sha256(render_form(procedure, language, values, frozen)).hexdigest() for _ in range(2)
        }
        assert len(hashes) == 1
    changed = values | {"party_name": "cits"}
    assert render_form(procedure, language, changed, True) != render_form(procedure, language, values, True)


@EACH
def test_an_agreed_text_has_the_values_and_nothing_to_fill_in(procedure: Procedure) -> None:
    values = right_values(procedure) | {"party_name": LETTERS}
    agreed = render_form(procedure, "lv", values, frozen=True)
    reader = PdfReader(BytesIO(agreed))

    assert "/AcroForm" not in reader.root_object and not widgets(agreed)
    assert LETTERS in " ".join(text_of(agreed).split())
    assert "PARAUGS" in text_of(agreed)


async def test_an_agreed_text_is_not_taken_as_a_form() -> None:
    from tilts.rules import Refusal

    procedure = versions()[0]
    with pytest.raises(Refusal, match="PRC-005"):
        await read_form(render_form(procedure, "lv", right_values(procedure), frozen=True))


@EACH
def test_the_first_to_sign_stands_first_in_the_place_of_the_signatures(procedure: Procedure) -> None:
    both = [document for document in procedure.documents if len(document.signed_by) == 2]
    for document in both:
        said = text_of(render_document(procedure, document.id, "en"))
        first, then = said.index("signs first"), said.index("signs next")
        assert first < then
        side = "Authority" if procedure.signing.first == "authority" else "Applicant"
        assert said[:first].rstrip(" –-").endswith(side)


def test_an_annex_that_was_not_chosen_is_left_out_of_the_set() -> None:
    procedure = next(p for p in versions() if p.id == "cooperation-pharmacy")
    both = text_of(render_form(procedure, "en"))
    own = text_of(render_form(procedure, "en", {"connection_kind": "own-system"}))

    assert "Annex 1. Work in the portal" in both and "Annex 2. Work in an own system" in both
    assert "Annex 1. Work in the portal" not in own and "Annex 2. Work in an own system" in own


def test_the_cover_letter_names_the_papers_that_are_enclosed() -> None:
    procedure = next(p for p in versions() if p.id == "operator-agreement")
    letter = text_of(render_document(procedure, "cover-letter", "lv", right_values(procedure), frozen=True))

    assert "1. pielikums. Pilnvarojumi" in letter and "2. pielikums. Atbildīgās personas" in letter
    assert right_values(procedure)["party_name"] in letter


def test_a_form_has_no_page_that_is_nearly_empty() -> None:
    """The longest form, page by page: blocks that may not break never push each other away."""
    procedure = next(p for p in versions() if p.id == "checklist")

    assert len(PdfReader(BytesIO(render_form(procedure, "lv"))).pages) <= 5


def test_markup_in_a_value_is_only_text() -> None:
    procedure = versions()[0]
    values = right_values(procedure) | {"party_name": "<b>&amp; <para>"}

    assert "<b>&amp; <para>" in text_of(render_form(procedure, "lv", values, frozen=True))


def test_every_latvian_letter_has_a_glyph_and_a_name_in_the_fields() -> None:
    letters = set("āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ")

    assert letters <= {character for _, character in alphabet()}
    assert can_print("".join(letters)) and not can_print("漢")
    assert {glyph_name(letter) for letter in "āčģņž"} == {
        "amacron",
        "ccaron",
        "gcommaaccent",
        "ncommaaccent",
        "zcaron",
    }
