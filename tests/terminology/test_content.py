"""What is shipped: made by the tool to the last byte, nothing that may not be shipped, each list what it says."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tilts.terminology.concepts import as_csv, read_concepts
from tilts.terminology.loading import Shipped, shipped
from tools import compile_classifiers

ALL = list(shipped())
NAMES = {one.classifier.name for one in ALL}
each = pytest.mark.parametrize("one", ALL, ids=lambda one: one.classifier.name)


def test_the_shipped_files_are_what_the_tool_makes() -> None:
    if not compile_classifiers.PACKAGE.is_dir():
        pytest.skip("the package of FHIR R4 is not there: make examples")

    assert compile_classifiers.stale() == []


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    if not compile_classifiers.PACKAGE.is_dir():
        pytest.skip("the package of FHIR R4 is not there: make examples")
    for name, content in compile_classifiers.compiled().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "register.json").write_bytes(b"[]")
    (tmp_path / "iso" / "stray.ndjson.gz").write_bytes(b"")

    assert compile_classifiers.stale(out=tmp_path) == ["iso/stray.ndjson.gz", "register.json"]


@each
def test_the_hash_is_of_canonical_ndjson(one: Shipped) -> None:
    for version, packed in one.versions:
        text = gzip.decompress(packed)
        codes = [json.loads(line)["code"] for line in text.splitlines()]

        assert hashlib.sha256(text).digest() == version.content_hash
        assert (len(codes), len(text)) == (version.concept_count, version.size_bytes)
        assert codes == sorted(set(codes), key=str.encode)


@each
def test_the_licence_is_one_that_lets_it_be_shipped(one: Shipped) -> None:
    allowed = {"LGPL-2.1-or-later AND Unicode-3.0", "CC0-1.0", "Apache-2.0", "UCUM terms of use"}

    assert one.classifier.licence in allowed
    assert one.classifier.owner and one.classifier.source


@each
def test_nothing_of_those_who_do_not_allow_it_is_there(one: Shipped) -> None:
    """WHO (ICD, ATC), LOINC, SNOMED and EDQM: loaders may come, content never."""
    written = f"{one.classifier.url} {one.classifier.owner}".lower()

    assert not [
        word for word in ("icd", "who.int", "loinc", "snomed", "atc", "edqm", "whocc") if word in written
    ]


@each
def test_what_is_invented_says_so_in_its_name(one: Shipped) -> None:
    assert one.classifier.synthetic == (one.classifier.owner == "Tilts")
    assert one.classifier.synthetic == ("invented" in one.classifier.title_en)
    assert one.classifier.synthetic == ("izdomāt" in one.classifier.title_lv)


def test_the_units_are_codes_only() -> None:
    units = next(one for one in ALL if one.classifier.name == "units")
    concepts = read_concepts(units.versions[0][1])

    assert units.classifier.fragment
    assert all(not (concept.lv or concept.en or concept.definition) for concept in concepts.values())


def test_two_lists_have_two_versions_whose_days_follow_each_other() -> None:
    several = [one for one in ALL if len(one.versions) > 1]

    assert len(several) >= 2
    for one in several:
        (before, _), (after, _) = one.versions
        assert before.valid_to and after.valid_from and (after.valid_from - before.valid_to).days == 1


@pytest.mark.parametrize(("name", "code", "latvian"), [
    ("iso-3166-1", "LV", "Latvija"),
    ("iso-3166-1", "LVA", "Latvija"),
    ("iso-3166-1", "428", "Latvija"),
    ("iso-4217", "EUR", "eiro"),
    ("iso-639-1", "lv", "latviešu"),
    ("iso-639-3", "lit", "lietuviešu"),
])  # fmt: skip
def test_lists_of_iso_have_latvian_names(name: str, code: str, latvian: str) -> None:
    one = next(one for one in ALL if one.classifier.name == name)

    assert read_concepts(one.versions[0][1])[code].lv == latvian


def test_every_country_has_a_latvian_name() -> None:
    countries = next(one for one in ALL if one.classifier.name == "iso-3166-1")

    assert [c.code for c in read_concepts(countries.versions[0][1]).values() if not c.lv] == []


def test_notices_stand_beside_the_content() -> None:
    folder = ROOT / "src" / "tilts" / "terminology" / "content"
    notice = (folder / "NOTICE.md").read_text(encoding="utf-8")

    for word in ("LGPL-2.1", "Unicode-3.0", "CC0-1.0", "UCUM"):
        assert word in notice
    assert "LESSER GENERAL PUBLIC" in (folder / "licences" / "LGPL-2.1.txt").read_text(encoding="utf-8")
    assert "UNICODE LICENSE" in (folder / "licences" / "Unicode-3.0.txt").read_text(encoding="utf-8")


def test_a_spreadsheet_reads_latvian_and_runs_nothing() -> None:
    packed = gzip.compress(
        '{"code":"=1+1","lv":"Žāvēts, \\"sauss\\"","en":"@dry","properties":{"unit":"g"}}\n'.encode()
    )

    assert as_csv(read_concepts(packed)).decode("utf-8-sig") == (
        "code,lv,en,definition,inactive,valid_from,valid_to,parent,replaced_by,property:unit\r\n"
        '\'=1+1,"Žāvēts, ""sauss""",\'@dry,,,,,,,g\r\n'
    )
