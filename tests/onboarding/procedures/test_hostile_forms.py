"""Files that are no form, or more than one: each is refused with its rule, and none keeps us busy."""

import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tests.onboarding.procedures.filling import filled_in, right_values
from tilts.onboarding.procedures import procedures
from tilts.onboarding.procedures.filled import FORM_BYTES, read_form
from tilts.onboarding.procedures.form import render_document, render_form
from tilts.onboarding.procedures.opening import MARK
from tilts.rules import Refusal

pytestmark = pytest.mark.anyio
OPERATOR = procedures()["operator-agreement"]
FORM = render_form(OPERATOR, "lv")
SCRIPT = DictionaryObject(
    {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
)


async def refused(pdf: bytes, rule: str) -> Refusal:
    with pytest.raises(Refusal, match=rule) as no:
        await read_form(pdf)
    return no.value


def changed(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(FORM)))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


async def test_prc_001_a_form_that_is_too_large_is_not_opened() -> None:
    no = await refused(b"%PDF-1.7" + b" " * FORM_BYTES, "PRC-001")
    assert no.told()["limit"] == str(FORM_BYTES)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-1.7",
        b"%PDF-1.7\n" + bytes(5000),
        FORM[: len(FORM) // 2],
        FORM[5000:],
        b"\x89PNG",
    ],
    ids=["empty", "zip", "head", "zeros", "half", "tail", "picture"],
)
async def test_prc_002_what_is_no_pdf_is_refused(file: bytes) -> None:
    await refused(file, "PRC-00[25]")


async def test_prc_003_an_encrypted_form_is_refused() -> None:
    await refused(changed(lambda writer: writer.encrypt("slepens", algorithm="RC4-128")), "PRC-003")


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.root_object.update({NameObject("/Names"): DictionaryObject({NameObject("/JavaScript"): SCRIPT})}),
        lambda w: w.add_attachment("macro.docm", b"PK"),
        lambda w: w.root_object.update({NameObject("/OpenAction"): w._add_object(SCRIPT)}),
        lambda w: w.pages[0].update({NameObject("/AA"): DictionaryObject({NameObject("/O"): SCRIPT})}),
        lambda w: w._add_object(SCRIPT),
        lambda w: w.root_object["/AcroForm"].update({NameObject("/XFA"): ArrayObject()}),
        lambda w: w.pages[0]["/Annots"][0].get_object().update(
            {NameObject("/A"): DictionaryObject({NameObject("/S"): NameObject("/Launch")})}
        ),
    ],
    ids=["script", "attachment", "open-action", "page-action", "asleep", "xfa", "launch"],
)  # fmt: skip
async def test_prc_004_a_form_that_could_run_something_is_refused(
    change: Callable[[PdfWriter], object],
) -> None:
    no = await refused(changed(change), "PRC-004")
    assert no.told()["found"].startswith("/")


def without_marks(writer: PdfWriter) -> None:
    form = writer.root_object["/AcroForm"].get_object()
    assert isinstance(form, DictionaryObject)
    form[NameObject("/Fields")] = ArrayObject(
        ref
        for ref in form["/Fields"]
        if ref.get_object().get("/T") != MARK  # type: ignore[union-attr]
    )
    writer.metadata = {"/Title": "x"}


async def test_prc_005_another_pdf_is_none_of_our_forms() -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = BytesIO()
    writer.write(out)

    await refused(out.getvalue(), "PRC-005")
    await refused(changed(without_marks), "PRC-005")


async def test_the_mark_is_found_when_a_viewer_rewrote_the_keywords() -> None:
    kept = changed(lambda writer: setattr(writer, "metadata", {"/Title": "x"}))

    assert (await read_form(kept)).procedure is OPERATOR


async def test_prc_006_the_form_of_another_procedure_or_version_is_refused_with_the_one_that_is_wanted() -> (
    None
):
    other = render_form(procedures()["testing-agreement"], "lv")
    with pytest.raises(Refusal, match="PRC-006") as no:
        await read_form(other, OPERATOR)
    assert no.value.told() == {"found": "testing-agreement/1", "wanted": "operator-agreement/1"}

    def newer(writer: PdfWriter) -> None:
        for ref in writer.root_object["/AcroForm"]["/Fields"]:  # type: ignore[index]
            field = ref.get_object()
            if field.get("/T") == MARK:
                said = str(field["/V"]).replace("operator-agreement/1", "operator-agreement/99")
                field[NameObject("/V")] = TextStringObject(said)

    await refused(changed(newer), "PRC-006")


async def test_prc_008_a_form_that_swells_when_it_is_opened_is_stopped() -> None:
    await refused(_swollen(), "PRC-00[28]")


def _swollen() -> bytes:
    """A cross-reference stream that becomes 2 GiB when it is unpacked."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(16 * 1024 * 1024)) for _ in range(128)]
    packed = b"".join([*parts, packer.flush()])
    head = b"%PDF-1.7\n"
    stream = (
        b"1 0 obj\n<</Type/XRef/Size 99999999/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length "
        + str(len(packed)).encode()
        + b">>\nstream\n"
        + packed
        + b"\nendstream\nendobj\n"
    )
    return head + stream + b"startxref\n" + str(len(head)).encode() + b"\n%%EOF\n"


async def test_fields_that_lead_in_a_circle_end() -> None:
    def circle(writer: PdfWriter) -> None:
        form = writer.root_object["/AcroForm"].get_object()
        assert isinstance(form, DictionaryObject)
        one = DictionaryObject({NameObject("/T"): TextStringObject("a")})
        ref = writer._add_object(one)
        one[NameObject("/Kids")] = ArrayObject([ref])
        one[NameObject("/Parent")] = ref
        fields = form["/Fields"]
        assert isinstance(fields, ArrayObject)
        fields.append(ref)

    try:
        found = await read_form(changed(circle))
    except Refusal as no:
        assert no.rule.id in {"PRC-002", "PRC-008"}
    else:
        assert found.procedure is OPERATOR


async def test_a_value_that_is_no_text_does_no_harm() -> None:
    def odd(writer: PdfWriter) -> None:
        widgets = writer.pages[0]["/Annots"]
        assert isinstance(widgets, ArrayObject)
        values = [
            NumberObject(7),
            ArrayObject([TextStringObject("x")]),
            DictionaryObject(),
            NameObject("/Off"),
        ]
        for ref, value in zip(widgets, values, strict=False):
            ref.get_object()[NameObject("/V")] = value

    assert (await read_form(changed(odd))).values


async def test_the_words_of_a_choice_are_taken_for_its_id() -> None:
    filled = filled_in(FORM, {"signer_basis": "pilnvara"})

    assert (await read_form(filled)).values["signer_basis"] == "power-of-attorney"


async def test_one_paper_of_the_set_is_read_too() -> None:
    annex = filled_in(render_document(OPERATOR, "annex-1", "en"), right_values(OPERATOR))
    found = await read_form(annex, OPERATOR)

    assert found.language == "en" and found.values["mandates-1-number"] == "P-12"
