"""The printed sheet: an archive file, the same each time, with codes that can be read back from the picture."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageCms
from pypdf import PdfReader
from reportlab.pdfbase.ttfonts import TTFontParser

from tests.builders import NOW, a_line, packs
from tests.exchange.counter import Counter
from tests.exchange.sheets import NUMBER, a_seal, a_sheet, an_id, codes_on
from tests.running import Running
from tests.store.undoing import undone
from tilts.access.sheets import SheetSeal, published_keys, sheet_of, sheet_seal
from tilts.access.tokens.keys import KeyRing, announce, key_ring, retire
from tilts.clock import WallClock
from tilts.exchange.prescriptions import viewer_of
from tilts.exchange.sheets.archive import grey_profile
from tilts.exchange.sheets.content import BRIEF, born_in, brief, initials_of
from tilts.exchange.sheets.drawing import MOST_MODULES, code_picture, drawn
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.tx import Database
from tilts_connector.sheets import NotVerified, SheetKeys, verify_sheet


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return drawn(a_sheet(a_seal(tmp_path_factory.mktemp("sheets"))))


def resources_of(pdf: bytes, kind: str) -> list[Any]:
    pages = PdfReader(BytesIO(pdf)).pages
    return [one.get_object() for page in pages for one in page["/Resources"][kind].values()]  # type: ignore[index]


def test_the_file_says_that_it_is_pdf_a_2b_and_metadata_and_info_say_the_same(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf))
    xmp = reader.root_object["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp and "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.metadata is not None and reader.metadata.creation_date == NOW
    assert f">{reader.metadata.title}<" in xmp and f">{reader.metadata.producer}<" in xmp
    assert NOW.strftime("%Y-%m-%d") in xmp
    assert pdf.startswith(b"%PDF-1.7\n%") and all(byte > 127 for byte in pdf[10:14])
    assert len(reader.trailer["/ID"]) == 2 and "/Encrypt" not in reader.trailer


def test_every_font_is_embedded_symbolic_and_has_one_way_to_its_letters(pdf: bytes) -> None:
    fonts = resources_of(pdf, "/Font")
    assert fonts
    for font in fonts:
        program = font["/FontDescriptor"]["/FontFile2"].get_object().get_data()
        assert font["/FontDescriptor"]["/Flags"] & 4 and "/Encoding" not in font and "/ToUnicode" in font
        assert TTFontParser(BytesIO(program)).get_table("cmap")[2:4] == b"\0\x01"


def test_only_grey_is_used_and_a_profile_says_which_grey(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf))
    [intent] = reader.root_object["/OutputIntents"]  # type: ignore[misc]
    profile = intent.get_object()["/DestOutputProfile"].get_object()
    assert (profile["/N"], profile.get_data()) == (1, grey_profile())
    assert ImageCms.ImageCmsProfile(BytesIO(grey_profile())).profile.xcolor_space.strip() == "GRAY"
    assert {picture["/ColorSpace"] for picture in resources_of(pdf, "/XObject")} == {"/DeviceGray"}
    for page in reader.pages:
        drawing = page.get_contents().get_data().split()  # type: ignore[union-attr]
        assert not {b"rg", b"RG", b"k", b"K", b"gs", b"cs", b"CS", b"sh"} & set(drawing)


def test_nothing_in_it_acts_or_lies_outside(pdf: bytes) -> None:
    root = PdfReader(BytesIO(pdf)).root_object
    assert not {"/AA", "/OpenAction", "/Names", "/AcroForm", "/OCProperties"} & set(root)
    for page in PdfReader(BytesIO(pdf)).pages:
        assert not {"/AA", "/Annots", "/Group", "/Trans"} & set(page)


def test_the_same_sheet_is_the_same_file(tmp_path: Path) -> None:
    sheet = a_sheet(a_seal(tmp_path))
    assert drawn(sheet) == drawn(sheet)
    assert drawn(sheet) != drawn(replace(sheet, born=1957))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("lv", ["Parastā recepte", "1 kapsula 3 reizes dienā", "A. B., dz. 1956", "Derīga"]),
        ("en", ["Ordinary prescription", "1 capsule 3 times a day", "A. B., born 1956", "Valid"]),
    ],
)
def test_it_is_read_in_latvian_or_english(tmp_path: Path, language: str, said: list[str]) -> None:
    read = PdfReader(BytesIO(drawn(a_sheet(a_seal(tmp_path), language=language)))).pages[0].extract_text()
    for words in [NUMBER, "Žņaugšļūčģīķ", "Ilze Bērziņa", *said]:
        assert words in read


def test_the_code_in_the_picture_is_the_signed_prescription(tmp_path: Path) -> None:
    seal = a_seal(tmp_path)
    line = replace(a_line(), allowed=packs(3), dispensed=packs(1).value)
    [code] = codes_on(drawn(a_sheet(seal, line)))

    keys = {key.kid: key.public for key in seal.keys.all()}
    found = verify_sheet(code, SheetKeys("https://tilts.example", keys, 7, NOW), NOW).content
    assert (found.number, found.task_id, found.quantity) == (line.number, str(line.task_id), packs(2).value)
    assert (found.first_day, found.last_day) == (line.valid_from, line.valid_to)
    assert (found.initials, found.born, found.dosage) == ("A. B.", 1956, "1 kapsula 3 reizes dienā.")


def test_many_lines_go_on_to_further_pages_and_each_code_is_there(tmp_path: Path) -> None:
    lines = [replace(a_line(), line_id=an_id(n), task_id=an_id(100 + n)) for n in range(9)]
    file = drawn(a_sheet(a_seal(tmp_path), *lines))
    pages = PdfReader(BytesIO(file)).pages
    assert len(pages) > 1 and all(NUMBER in page.extract_text() for page in pages)
    assert f"{len(pages)}. lapa no {len(pages)}" in pages[-1].extract_text()
    assert len(set(codes_on(file))) == len(lines)


def test_the_longest_texts_still_make_a_code_for_paper(tmp_path: Path) -> None:
    content = verify_content(tmp_path)
    long = brief("Žņaugšļūčģīķē " * 40)
    assert len(long) <= BRIEF
    seal = a_seal(tmp_path)
    token = seal.signed(replace(content, medicine=long, dosage=long[::-1], organization=long.upper()))
    assert code_picture(token).width <= MOST_MODULES + 8


def verify_content(folder: Path) -> Any:
    seal = a_seal(folder)
    token = a_sheet(seal).lines[0].issues[0].token
    keys = {key.kid: key.public for key in seal.keys.all()}
    return verify_sheet(token, SheetKeys("", keys, 7, NOW), NOW).content


def test_of_the_patient_only_initials_and_the_year_are_printed(pdf: bytes) -> None:
    patient = {"name": [{"family": "Ozola-Kalniņa", "given": ["Žanete", "Marta"]}], "birthDate": "1956-03-04"}
    assert (initials_of(patient), born_in(patient)) == ("Ž. O.", 1956)
    assert (initials_of({}), born_in({})) == ("", None)


def test_the_next_key_is_announced_and_a_retired_one_is_believed_no_more(tmp_path: Path) -> None:
    moments = iter(range(100))  # each look at the folder is a while after the one before
    seal = SheetSeal(KeyRing(tmp_path, lambda: 2.0 * next(moments), "sheet"), WallClock(), True)
    key_ring(tmp_path, "sheet")
    now = seal.clock.wall()
    before = a_sheet(seal).lines[0].issues[0].token
    following = announce(tmp_path, now + timedelta(hours=24), None, "sheet")
    document = published_keys(seal.keys, Settings(keys_folder=tmp_path), now)
    assert {key["kid"] for key in document["keys"]} == {key.kid for key in seal.keys.all()}
    assert (document["purpose"], document["usable_days"]) == ("prescription-sheet", 7)
    assert seal.opened(before)[0].number == a_line().number
    assert seal.keys.signing(now + timedelta(hours=24)).kid == following.kid

    signing = seal.keys.signing(now).kid
    announce(tmp_path, now, None, "sheet")
    retire(tmp_path, signing, now, "sheet")
    with pytest.raises(NotVerified) as no:
        seal.opened(before)
    assert no.value.reason == "unknown-key"
    assert seal.opened(a_sheet(seal).lines[0].issues[0].token)


@pytest.mark.anyio
async def test_a_page_of_the_portal_prints_for_who_may_see_the_task_and_for_nobody_else(
    exchange: Running, database: Database, counter: Counter
) -> None:
    clock = exchange.clock
    seal = sheet_seal(exchange.settings, clock)
    stranger = replace(counter.doctor, organization_id=an_id(1), practitioner_id=an_id(2), role_id=an_id(3))
    async with undone(database) as tx:
        line = await counter.prescribed(tx, clock.now(), "2", repeats=2)
        viewer = viewer_of(counter.doctor, clock.now())
        file = await sheet_of(tx, seal, line.task_id, viewer, clock.now(), "en")
        with pytest.raises(Refusal) as no:
            await sheet_of(tx, seal, line.task_id, viewer_of(stranger, clock.now()), clock.now(), "en")
    assert no.value.rule.id == "WIRE-012"
    read = PdfReader(BytesIO(file)).pages[0].extract_text()
    name = " ".join([*counter.patient["given"], counter.patient["family"]])
    assert "Issue 3 of 3" in read and name not in read and "How to use" not in read
    assert {seal.opened(code)[0].issue for code in codes_on(file)} == {1, 2, 3}
