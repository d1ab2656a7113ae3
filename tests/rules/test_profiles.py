"""Our profiles: right examples meet them, wrong ones do not, and nothing that the exchange takes or gives today is refused by them."""

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from tests.builders import NOW, PRACTICE, TERMS, TODAY, a_doctor, a_hold, a_line, a_party
from tilts.access.repeats import LONGEST
from tilts.exchange.correcting import AMEND_REASONS, WITHDRAW_REASONS
from tilts.exchange.dispensing import RELEASE_REASONS
from tilts.exchange.lifecycle import PRESCRIPTION, LineState
from tilts.exchange.lines import ACTIONS, Action
from tilts.exchange.prescriptions import CANCEL_REASONS
from tilts.lab.official_examples import Place, adapt_dispense, adapt_request, wanted_now
from tilts.lab.population import generate
from tilts.party import OrganizationKind
from tilts.rules import Refusal
from tilts.rules.catalogue import BY_ID
from tilts.rules.profiles import (
    ARC,
    CANONICAL,
    PROFILE_OF,
    Json,
    canonical,
    library,
    mapping,
    profiles,
    published,
    resources,
    right,
    versions,
    wrong,
)
from tilts.rules.profiles.comparing import Change, compared, snapshot, step, without_demands
from tilts.rules.profiles.neighbours import tables
from tilts.rules.profiles.packing import PACKAGE, contents, package
from tilts.rules.profiles.reasons import rules_behind
from tilts.store.records import LineRecord
from tilts.transport.outcomes import issue_for, outcome
from tilts.transport.prescribing.prescriptions import MOST_LINES
from tilts.transport.shapes.tasks import STATUS, task_to_fhir
from tilts_connector.credentials import Actor
from tilts_connector.dispenses import medication_dispense
from tilts_connector.lines import Line
from tilts_connector.prescriptions import PrescriptionOrder, medication_request, prescription_bundle
from tilts_connector.quantities import packs
from tilts_fhir.json_strict import decode
from tilts_fhir.snapshots import generate as generate_snapshot
from tilts_fhir.validation import Options, validate

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "wire"
NAMES = [one["id"] for one in profiles() if one["type"] != "Extension"]
OPTIONS = Options(library=library())
LATVIAN_LETTERS = re.compile(r"[a-zāčēģīķļņšūž]", re.IGNORECASE)


def errors(resource: Json, *names: str) -> list[tuple[str, str, str]]:
    """Key, place and text of every error; `names` of profiles that must be met."""
    found = validate(resource, profiles=[canonical(name) for name in names], options=OPTIONS)
    return [
        (issue.key, issue.expression, issue.text_en)
        for issue in found
        if issue.severity in ("error", "fatal")
    ]


def meets(resource: Json) -> None:
    """Its own profile, by its type."""
    assert errors(resource, PROFILE_OF[resource["resourceType"]]) == []


class TestDefinitions:
    @pytest.mark.parametrize("resource", resources(), ids=lambda one: f"{one['resourceType']}-{one['id']}")
    def test_each_is_right_itself(self, resource: Json) -> None:
        assert errors(resource) == []

    @pytest.mark.parametrize("definition", profiles(), ids=lambda one: one["id"])
    def test_a_snapshot_comes_of_it_without_a_problem(self, definition: Json) -> None:
        made, problems = generate_snapshot(definition, lambda url: library().find("StructureDefinition", url))
        assert problems == []
        assert len(made["snapshot"]["element"]) > len(definition["differential"]["element"]) / 2

    @pytest.mark.parametrize("definition", profiles(), ids=lambda one: one["id"])
    def test_every_text_is_there_in_latvian(self, definition: Json) -> None:
        holders = [definition, *definition["differential"]["element"]]
        holders += [one for element in holders for one in element.get("constraint", ())]
        for holder in holders:
            for name in {"title", "description", "short", "human"} & holder.keys():
                if isinstance(holder[name], str):
                    extension = holder[f"_{name}"]["extension"][0]["extension"]
                    text = next(iter(value for key, value in extension[1].items() if key != "url"))
                    assert LATVIAN_LETTERS.search(text), f"{definition['id']} {name}: {holder[name]}"

    @pytest.mark.parametrize("definition", profiles(), ids=lambda one: one["id"])
    def test_every_demand_names_a_reason_that_can_be_found(self, definition: Json) -> None:
        page = (ROOT / "docs" / "reference" / "sources.md").read_text(encoding="utf-8")
        named = [part for holder in demands(definition) for part in holder["requirements"].split("; ")]
        for reason in named:
            if re.fullmatch(r"[A-Z]+-\d{3}", reason):
                assert reason in BY_ID
            elif found := re.match(r"Latvia [\d.]+", reason):
                assert f"## {found[0]}\n" in page, reason
                assert "[" in reason or "example arc" in reason, f"without its mark: {reason}"

    def test_they_follow_the_settings_of_an_installation(self) -> None:
        there = resources("https://fhir.example.org", "urn:oid:1.2.3")
        text = json.dumps(there, default=str)
        assert CANONICAL not in text and ARC not in text
        assert "https://fhir.example.org/StructureDefinition/tilts-patient" in text

    def test_code_lists_are_those_of_the_code(self) -> None:
        assert codes("prescription-state") == set(get_args(LineState))
        assert codes("prescription-action") == set(get_args(Action))
        assert codes("withdraw-reason") == set(WITHDRAW_REASONS)
        assert codes("amend-reason") == set(AMEND_REASONS)
        assert codes("cancel-reason") == set(CANCEL_REASONS)
        assert codes("release-reason") == set(RELEASE_REASONS)
        assert codes("organization-kind") == set(get_args(OrganizationKind))
        assert codes("rule") == set(BY_ID)

    def test_states_and_actions_have_the_words_and_the_order_of_their_table(self) -> None:
        states = [(one.name, one.label) for one in PRESCRIPTION.states]
        labels = {step.action: step.label for step in PRESCRIPTION.steps}
        actions = [(action, labels[action]) for action in ACTIONS]
        for name, wanted in (("prescription-state", states), ("prescription-action", actions)):
            assert told(name) == [(code, begun(label.lv), begun(label.en)) for code, label in wanted]

    def test_the_profile_of_a_task_knows_the_status_of_every_state(self) -> None:
        root = of("tilts-prescription-task")["differential"]["element"][0]
        [rule] = [one["expression"] for one in root["constraint"] if one["key"] == "tilts-task-1"]
        assert set(re.findall(r"'([a-z-]+/[a-z-]+)'", rule)) == {
            f"{STATUS[state]}/{state}" for state in STATUS
        }

    def test_bounds_are_those_of_the_code(self) -> None:
        bundle = snapshot(of("tilts-prescription-bundle"), library())
        assert bundle["Bundle.entry"]["max"] == str(MOST_LINES)
        line = snapshot(of("tilts-prescription-line"), library())
        assert line["MedicationRequest.identifier.value"]["maxLength"] == LONGEST


def demands(definition: Json) -> Iterator[Json]:
    """Elements that ask for something with a reason, and every invariant."""
    for element in definition["differential"]["element"]:
        if "requirements" in element:
            yield element
        yield from element.get("constraint", ())


def of(name: str) -> Json:
    found = library().find("StructureDefinition", canonical(name))
    assert found
    return found


def codes(name: str) -> set[str]:
    found = library().find("CodeSystem", f"{CANONICAL}/CodeSystem/{name}")
    assert found
    return {concept["code"] for concept in found["concept"]}


def told(name: str) -> list[tuple[str, str, str]]:
    found = library().find("CodeSystem", f"{CANONICAL}/CodeSystem/{name}")
    assert found
    return [(one["code"], one["designation"][0]["value"], one["display"]) for one in found["concept"]]


def begun(text: str) -> str:
    return text[0].upper() + text[1:]


class TestExamples:
    @pytest.mark.parametrize("name", NAMES)
    def test_the_right_one_meets_its_profile(self, name: str) -> None:
        assert errors(right(name), name) == []

    @pytest.mark.parametrize("name", NAMES)
    def test_there_are_several_wrong_ones(self, name: str) -> None:
        assert len(wrong(name)) >= 3

    @pytest.mark.parametrize(("name", "fault"), [(name, one.name) for name in NAMES for one in wrong(name)])
    def test_a_wrong_one_is_found_wrong_where_it_is(self, name: str, fault: str) -> None:
        example = next(one for one in wrong(name) if one.name == fault)
        found = errors(example.resource, name)
        assert {(key, place) for key, place, _ in found} == {
            (issue.key, issue.expression) for issue in example.expected
        }
        for issue in example.expected:
            if issue.constraint is not None:
                assert any(issue.constraint in text for _, place, text in found if place == issue.expression)


class TestWhatIsThereToday:
    def test_everybody_in_the_sandbox_meets_a_profile(self) -> None:
        population = generate(seed=1, patients=60)
        for resource in population.resources:
            meets(resource)

    def test_practices_and_pharmacies_meet_the_narrower_ones(self) -> None:
        kinds = {
            "practice": "tilts-institution",
            "hospital": "tilts-institution",
            "pharmacy": "tilts-pharmacy",
        }
        organizations = [
            one for one in generate(seed=1, patients=1).resources if one["resourceType"] == "Organization"
        ]
        for one in organizations:
            kind = one["type"][0]["coding"][0]["code"]
            if kind in kinds:
                assert errors(one, kinds[kind]) == []

    @pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
    def test_recorded_answers_meet_them(self, file: Path) -> None:
        recorded = decode(filled(file.read_text(encoding="utf-8")).encode())
        inside = [entry["resource"] for entry in recorded.get("entry", ())]
        checked = [one for one in (recorded, *inside) if one.get("resourceType") in PROFILE_OF]
        for one in checked:
            if one["resourceType"] != "Bundle":
                meets(one)
        assert checked or recorded.get("resourceType") not in PROFILE_OF

    def test_what_the_connector_sends_meets_them(self) -> None:
        actor = Actor(practitioner_id=str(UUID(int=1)), role_id=str(UUID(int=2)))
        order = PrescriptionOrder(medication="Paraugols", quantity=packs(2), dosage_text="1", identifier="a")
        requests = [medication_request(order, str(UUID(int=3)), actor, str(PRACTICE)) for _ in range(2)]
        for request in requests:
            meets(request)
        meets(prescription_bundle(requests, str(PRACTICE), "group"))
        line = Line(str(UUID(int=4)), str(UUID(int=5)), "7K3M-Q2XR-9TBV", str(UUID(int=3)), "claimed")
        shown = replace(line, medication_request=requests[0])
        meets(medication_dispense(shown, packs(1), "b", actor, str(PRACTICE)))

    @pytest.mark.parametrize("name", ["tilts-prescription-line", "tilts-dispense"])
    def test_published_examples_that_are_taken_meet_them(self, name: str) -> None:
        place = Place(str(UUID(int=1)), str(UUID(int=2)), str(UUID(int=3)))
        request: Json = {
            "resourceType": "MedicationRequest",
            "contained": [{"resourceType": "Medication", "id": "m", "status": "active"}],
            "identifier": [{"system": "http://www.bmc.nl", "value": "12345689"}],
            "status": "completed",
            "intent": "order",
            "medicationReference": {"reference": "#m"},
            "subject": {"reference": "Patient/pat1"},
            "requester": {"reference": "Practitioner/f007"},
        }
        dispense: Json = {
            "resourceType": "MedicationDispense",
            "status": "in-progress",
            "medicationCodeableConcept": {"text": "x"},
            "performer": [{"actor": {"reference": "Practitioner/f006"}}],
            "quantity": {"value": 12, "system": "http://unitsofmeasure.org", "code": "TAB"},
        }
        adapted = {
            "tilts-prescription-line": wanted_now(adapt_request(request, place, key="k")),
            "tilts-dispense": wanted_now(
                adapt_dispense(dispense, place, key="k", prescription_id=str(UUID(int=4)))
            ),
        }
        assert errors(adapted[name], name) == []

    @pytest.mark.parametrize("line", range(9))
    def test_a_task_in_every_state_meets_its_profile(self, line: int) -> None:
        states = list(every_state())
        task = task_to_fhir(states[line], a_party(), NOW, "lv", CANONICAL, TERMS.number_system)
        meets(task)
        meets(task_to_fhir(states[line], a_doctor(), NOW, "en", CANONICAL, TERMS.number_system))

    def test_every_refusal_meets_its_profile(self) -> None:
        for rule in BY_ID.values():
            facts: dict[str, Any] = dict.fromkeys(rule.named, "x")
            meets(outcome([issue_for(Refusal(rule, **facts), "lv", CANONICAL)]))


def every_state() -> Iterator[LineRecord]:
    """One line for each business state, in the order of the table of states."""
    yield a_line(valid_from=TODAY + timedelta(days=1))
    yield a_line()
    yield a_line(hold=a_hold())
    yield a_line(hold=a_hold(), cancelling="other")
    yield a_line(dispensed=Decimal(1))
    yield a_line(dispensed=Decimal(3), hold=a_hold())
    yield a_line(dispensed=Decimal(3), state="completed")
    yield a_line(state="cancelled", reason="other")
    yield a_line(valid_from=TODAY - timedelta(days=9), valid_to=TODAY - timedelta(days=1))


def filled(text: str) -> str:
    """A recorded answer with its place-holders filled in."""
    text = re.sub(r"<id (\d+)>", lambda found: str(UUID(int=int(found[1]))), text)
    values = {
        "instant": "2026-11-23T10:00:00.000+02:00",
        "minute": "2026-11-23T10:00+02:00",
        "day": "2026-11-23",
        "number": "7K3M-Q2XR-9TBV",
        "signature": "ZXhhbXBsZQ==",
    }
    return re.sub(r"<(\w+)>", lambda found: values.get(found[1], found[0]), text)


class TestReasons:
    @pytest.mark.parametrize(
        ("name", "fault", "rule"),
        [
            ("tilts-prescription-line", "draft", "PRE-001"),
            ("tilts-prescription-line", "plan", "PRE-001"),
            ("tilts-prescription-line", "no-quantity", "PRE-004"),
            ("tilts-prescription-line", "nothing", "PRE-004"),
            ("tilts-prescription-line", "no-own-identifier", "IDM-001"),
            ("tilts-prescription-line", "patient-by-name", "PRE-002"),
            ("tilts-prescription-line", "no-requester", "PRE-003"),
            ("tilts-prescription-bundle", "two-patients", "PRE-007"),
            ("tilts-prescription-bundle", "batch", "PRE-008"),
            ("tilts-prescription-bundle", "line-without-quantity", "PRE-004"),
            ("tilts-dispense", "in-progress", "DSP-005"),
            ("tilts-dispense", "two-lines", "DSP-007"),
            ("tilts-dispense", "negative", "DSP-006"),
            ("tilts-dispense", "with-number", "PRE-015"),
            ("tilts-find", "no-name", "PRE-011"),
            ("tilts-cancel", "own-reason", "PRE-010"),
            ("tilts-release", "reason-of-cancel", "DSP-008"),
            ("tilts-signature", "no-organisation", "SIG-004"),
        ],
    )
    def test_an_issue_leads_back_to_its_rule(self, name: str, fault: str, rule: str) -> None:
        example = next(one for one in wrong(name) if one.name == fault)
        issues = validate(example.resource, profiles=[canonical(name)], options=OPTIONS)
        found = [behind[0] for one in issues if one.severity == "error" and (behind := rules_behind(one))]
        assert found and set(found) == {rule}

    def test_what_fhir_itself_asks_for_has_no_rule_of_ours(self) -> None:
        broken = {**right("tilts-dispense"), "colour": "red"}
        [issue] = [one for one in validate(broken, options=OPTIONS) if one.severity == "error"]
        assert rules_behind(issue) == ()


class TestComparing:
    def test_what_a_profile_asks_for_is_told_beside_its_base(self) -> None:
        definition = of("tilts-dispense")
        named = [element["id"] for element in definition["differential"]["element"]]
        found = compared(without_demands(definition, library()), snapshot(definition, library()), named)
        changes = {(one.element, one.aspect): (one.before, one.after) for one in found.changed}
        assert changes["MedicationDispense.authorizingPrescription", "cardinality"] == ("0..*", "1..1")
        assert changes["MedicationDispense.status", "binding"][1].endswith("/dispense-status")
        assert (found.added, found.removed) == ((), ())

    def test_two_versions_are_told_apart(self) -> None:
        earlier = [one for one in profiles() if one["id"] in ("tilts-find", "tilts-cancel", "tilts-pharmacy")]
        later = [softened(of("tilts-cancel")), of("tilts-find"), of("tilts-release")]
        found = step(earlier, later)
        assert (found.new, found.gone, list(found.changed)) == (
            ("tilts-release",),
            ("tilts-pharmacy",),
            ["tilts-cancel"],
        )
        assert (
            Change("Parameters.parameter:reason", "cardinality", "1..1", "0..1")
            in found.changed["tilts-cancel"].changed
        )

    def test_the_newest_version_is_the_one_in_force(self) -> None:
        newest = versions()[0]
        assert {one["version"] for one in published(newest["version"])} == {newest["version"]}


def softened(definition: Json) -> Json:
    """A made-up next version, in which the reason may be left out."""
    elements = [
        {**element, "min": 0}
        if element["id"] in ("Parameters.parameter", "Parameters.parameter:reason")
        else element
        for element in definition["differential"]["element"]
    ]
    return {**definition, "version": "2.0.0", "differential": {"element": elements}}


class TestMapping:
    def test_every_row_names_an_element_of_ours_or_says_that_there_is_none(self) -> None:
        for table in tables():
            for pair in table.pairs:
                assert bool(pair.ours) == (pair.fit != "missing-here") or pair.theirs == "", pair
                assert pair.theirs or pair.fit == "missing-there", pair

    def test_the_same_means_the_same_number(self) -> None:
        for table in tables():
            for pair in table.pairs:
                if pair.fit == "same":
                    assert pair.ours_cardinality == pair.theirs_cardinality, (table.theirs, pair)

    def test_gaps_are_named_both_ways_and_in_both_languages(self) -> None:
        pairs = [pair for table in tables() for pair in table.pairs]
        assert {"missing-here", "missing-there"} <= {pair.fit for pair in pairs}
        assert all(bool(pair.en) == bool(pair.lv) for pair in pairs)

    def test_each_guide_says_how_far_it_was_read(self) -> None:
        assert all("Read" in guide["read_en"] and guide["read_lv"] for guide in mapping()["guides"])


class TestPackage:
    def test_it_is_the_same_bytes_each_time(self) -> None:
        first = package()
        package.cache_clear()
        assert package() == first

    def test_it_opens_as_a_package_of_fhir(self) -> None:
        with tarfile.open(fileobj=io.BytesIO(package())) as tar:
            names = tar.getnames()
            manifest = json.loads(read(tar, "package/package.json"))
            index = json.loads(read(tar, "package/.index.json"))
        assert (manifest["name"], manifest["fhirVersions"]) == (PACKAGE, ["4.0.1"])
        assert {f"package/{one['filename']}" for one in index["files"]} <= set(names)
        assert gzip.decompress(package())[:18] == b"package/package.js"

    def test_structures_in_it_have_their_snapshot(self) -> None:
        structures = [
            json.loads(content)
            for name, content in contents().items()
            if name.startswith("StructureDefinition-")
        ]
        assert len(structures) == len(profiles())
        assert all(one["snapshot"]["element"] and one["differential"]["element"] for one in structures)

    def test_examples_lie_in_it(self) -> None:
        held = contents()
        assert held["example/MedicationRequest-tilts-prescription-line.json"]
        assert (
            json.loads(held["tests/tilts-dispense/expected.json"])["negative"][0]["constraint"]
            == "tilts-quantity-1"
        )


def read(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file
    return file.read()
