"""References have one of the forms that FHIR knows, lead to a type that may stand there, and to what is in reach."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tilts_fhir.links.findings import Json, a_bundle, an_entry, an_observation, found
from tilts_fhir.validation.references import Resolved, resolve
from tilts_fhir.validation.references.forms import read_reference, restful, target_url
from tilts_fhir.validation.walk import Options, Path, Scene, Walk

SUBJECT = "Observation.subject.reference"
UUID = "urn:uuid:54fc3e09-e279-4b74-a8ff-2649ec968642"
OTHER_UUID = "urn:uuid:5d9588d8-3cd6-4b32-8fb7-ad13694e069d"


def a_reference(text: str, **facts: Any) -> Json:
    return an_observation(subject={"reference": text, **facts})


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("#p", "fragment", (None, "p", None)),
        ("#", "fragment", (None, "", None)),
        ("Patient/1", "relative", ("Patient", "1", None)),
        ("Patient/1/_history/2", "relative", ("Patient", "1", "2")),
        ("https://a.example/fhir/Patient/1/_history/2", "absolute", ("Patient", "1", "2")),
        ("https://a.example/page", "absolute", (None, None, None)),
        (UUID, "urn", (None, None, None)),
        ("Patient?identifier=a|1", "conditional", (None, None, None)),
        ("Patient", "malformed", (None, None, None)),
        ("Patient/1/2", "malformed", (None, None, None)),
        ("Patient/ 1", "malformed", (None, None, None)),
        ("", "malformed", (None, None, None)),
    ],
)
def test_the_form_of_a_reference_is_read(text: str, kind: str, names: tuple[object, ...]) -> None:
    form = read_reference(text)
    assert (form.kind, (form.type, form.id, form.version)) == (kind, names)


@pytest.mark.parametrize(
    ("reference", "full_url", "expected"),
    [
        ("Patient/1", "https://a.example/fhir/Observation/o", "https://a.example/fhir/Patient/1"),
        ("Patient/1/_history/3", "https://a.example/fhir/Observation/o", "https://a.example/fhir/Patient/1"),
        ("Patient/5d95", "urn:uuid:54fc", "urn:uuid:5d95"),
        ("Patient/1", None, None),
        (
            "https://b.example/Patient/1",
            "https://a.example/fhir/Observation/o",
            "https://b.example/Patient/1",
        ),
        ("Patient?x=1", "https://a.example/fhir/Observation/o", None),
    ],
)
def test_a_relative_reference_is_completed_from_the_full_url_of_its_entry(
    reference: str, full_url: str | None, expected: str | None
) -> None:
    assert target_url(read_reference(reference), full_url) == expected


def test_only_urls_with_a_resource_type_of_fhir_look_restful() -> None:
    assert restful("https://a.example/fhir/Patient/1") == ("Patient", "1")
    assert restful("https://a.example/fhir/Animal/1") is None
    assert restful("urn:uuid:1") is None


@pytest.mark.parametrize(
    "text", ["Patient/1", "https://a.example/fhir/Patient/1", UUID, "Patient/1/_history/2"]
)
def test_a_reference_out_of_reach_is_nothing_to_complain_about(text: str) -> None:
    assert found(a_reference(text)) == []


def test_a_reference_names_a_type_that_may_stand_there() -> None:
    assert found(a_reference("Practitioner/1")) == [("reference-target", SUBJECT)]
    assert found(a_reference("https://a.example/fhir/Practitioner/1")) == [("reference-target", SUBJECT)]
    assert found(a_reference("Patien/1")) == [("reference-type", SUBJECT)]


def test_the_stated_type_is_the_one_of_the_reference() -> None:
    assert found(a_reference("Patient/1", type="Patient")) == []
    assert found(a_reference("Patient/1", type="Group")) == [
        ("reference-differs", "Observation.subject.type")
    ]


def test_a_text_that_is_no_reference_is_a_warning_outside_a_bundle_and_an_error_inside() -> None:
    assert found(a_reference("bob")) == [("ref-form", SUBJECT)]
    bundle = a_bundle("collection", an_entry(UUID, a_reference("bob")))
    assert ("ref-form", f"Bundle.entry[0].resource.{SUBJECT.partition('.')[2]}") in found(bundle)


def test_a_conditional_reference_is_for_transactions() -> None:
    conditional = a_reference("Patient?identifier=a|1")
    post = {"method": "POST", "url": "Observation"}
    assert found(conditional) == [("ref-conditional", SUBJECT)]
    assert found(a_bundle("transaction", an_entry(UUID, conditional, request=post))) == []


def test_a_contained_resource_is_there_when_it_is_referred_to() -> None:
    patient = {"resourceType": "Patient", "id": "p"}
    assert found({**a_reference("#p"), "contained": [patient]}) == []
    assert ("ref-contained", SUBJECT) in found({**a_reference("#q"), "contained": [patient]})
    assert found(a_reference("#p")) == [("ref-contained", SUBJECT)]


def test_a_contained_resource_has_a_type_that_may_stand_there() -> None:
    organization = {"resourceType": "Organization", "id": "p", "name": "A"}
    assert found({**a_reference("#p"), "contained": [organization]}) == [("reference-target", SUBJECT)]


def test_contained_resources_refer_to_each_other_and_to_their_container() -> None:
    inner = an_observation(id="i", hasMember=[{"reference": "#j"}], derivedFrom=[{"reference": "#"}])
    other = an_observation(id="j")
    assert found(an_observation(contained=[inner, other])) == []


def test_a_reference_in_a_bundle_leads_to_the_entry_with_that_full_url() -> None:
    patient = an_entry(OTHER_UUID, {"resourceType": "Patient"})
    assert found(a_bundle("collection", an_entry(UUID, a_reference(OTHER_UUID)), patient)) == []
    relative = a_reference("Patient/5d9588d8-3cd6-4b32-8fb7-ad13694e069d")
    assert found(a_bundle("collection", an_entry(UUID, relative), patient)) == []


def test_a_reference_in_a_bundle_leads_to_the_type_it_says() -> None:
    group = an_entry(OTHER_UUID, {"resourceType": "Group", "type": "person", "actual": True})
    relative = a_reference("Patient/5d9588d8-3cd6-4b32-8fb7-ad13694e069d")
    expected = ("ref-other-type", "Bundle.entry[0].resource.subject.reference")
    assert found(a_bundle("collection", an_entry(UUID, relative), group)) == [expected]


def test_a_urn_that_no_entry_has_is_pointed_out() -> None:
    here = "Bundle.entry[0].resource.subject.reference"
    assert found(a_bundle("collection", an_entry(UUID, a_reference(OTHER_UUID)))) == [("ref-urn", here)]


def test_an_entry_with_the_right_id_on_another_server_is_pointed_out() -> None:
    own = an_entry("https://a.example/fhir/Observation/o", a_reference("Patient/1"))
    other = an_entry("https://b.example/fhir/Patient/1", {"resourceType": "Patient", "id": "1"})
    here = "Bundle.entry[0].resource.subject.reference"
    assert found(a_bundle("collection", own, other)) == [("ref-near", here)]


def test_a_relative_reference_needs_the_full_url_of_its_entry() -> None:
    keys = {key for key, _ in found(a_bundle("collection", an_entry(None, a_reference("Patient/1"))))}
    assert keys == {"ref-no-full-url", "bundle-no-full-url"}


def test_of_two_versions_the_one_that_is_named_is_meant() -> None:
    def patient(version: str) -> Json:
        return {"resourceType": "Patient", "id": "1", "meta": {"versionId": version}}

    base = "https://a.example/fhir"
    versions = [an_entry(f"{base}/Patient/1", patient(version)) for version in ("1", "2")]
    versioned = an_entry(f"{base}/Observation/o", a_reference("Patient/1/_history/2"))
    unversioned = an_entry(f"{base}/Observation/o", a_reference("Patient/1"))
    assert found(a_bundle("collection", versioned, *versions)) == []
    assert [key for key, _ in found(a_bundle("collection", unversioned, *versions))] == ["ref-ambiguous"]


def test_a_parameter_is_found_by_the_name_that_another_gives_it() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/parameters-fullUrl"
    named = {
        "name": "resource",
        "extension": [{"url": url, "valueUri": OTHER_UUID}],
        "resource": {"resourceType": "Group", "type": "person", "actual": True},
    }
    order = {"name": "order", "resource": a_reference(OTHER_UUID, type="Patient")}
    parameters = {"resourceType": "Parameters", "parameter": [order, named]}
    assert found(parameters) == [("reference-differs", "Parameters.parameter[0].resource.subject.type")]


def test_what_the_server_cannot_find_is_pointed_out() -> None:
    patient = {"resourceType": "Patient", "id": "1"}
    known = {"Patient/1": patient}
    assert found(a_reference("Patient/1"), resolve=known.get) == []
    assert found(a_reference("Patient/2"), resolve=known.get) == [("ref-not-found", SUBJECT)]


def test_the_server_is_asked_once_for_each_reference() -> None:
    asked: list[str] = []

    def ask(reference: str) -> Json | None:
        asked.append(reference)
        return None

    group = [a_reference("Patient/1") for _ in range(3)]
    entries = [an_entry(f"https://a.example/fhir/Observation/{i}", each) for i, each in enumerate(group)]
    found(a_bundle("collection", *entries), resolve=ask)
    assert asked == ["https://a.example/fhir/Patient/1"]


def a_walk(resource: Json, **options: Any) -> Walk:
    path: Path = (None, resource["resourceType"], None)
    return Walk(Options(**options), Scene(resource, path))


def test_resolving_tells_how_the_target_was_reached() -> None:
    inner = {"resourceType": "Patient", "id": "p"}
    walk = a_walk(an_observation(contained=[inner]), resolve={"Patient/1": {"resourceType": "Patient"}}.get)
    contained, container, remote = resolve(walk, "#p"), resolve(walk, "#"), resolve(walk, "Patient/1")
    assert (
        isinstance(contained, Resolved)
        and contained.resource is inner
        and contained.scene.kind == "contained"
    )
    assert isinstance(container, Resolved) and container.resource is walk.scene.resource
    assert isinstance(remote, Resolved) and remote.how == "remote"
    assert resolve(walk, "Patient/2") is None


def test_a_bundle_of_many_entries_that_all_refer_to_each_other_takes_a_moment() -> None:
    base = "https://a.example/fhir/Observation"
    entries = [
        an_entry(
            f"{base}/o{i}", an_observation(id=f"o{i}", hasMember=[{"reference": f"Observation/o{i - 1}"}])
        )
        for i in range(2_000)
    ]
    walk = a_walk(a_bundle("collection", *entries))
    bundle = walk.scene
    for index, entry in enumerate(entries[1:], start=1):
        here: Path = ((bundle.path, "entry", index), "resource", None)
        walk.scene = Scene(entry["resource"], here, "entry", bundle, entry["fullUrl"])
        target = resolve(walk, f"Observation/o{index - 1}")
        assert target is not None and target.resource["id"] == f"o{index - 1}"
    assert sum(1 for key in walk.memo if isinstance(key, tuple) and key[0] == "index") == 1


@pytest.mark.parametrize("repeated", ["same full url", "same version", "contained"])
def test_many_names_that_are_alike_take_no_more_than_a_moment(repeated: str) -> None:
    patient = {"resourceType": "Patient", "id": "1", "meta": {"versionId": "1"}}
    url = "https://a.example/fhir/Patient/1" + ("/_history/1" if repeated == "same version" else "")
    members = [{"reference": "#p4999" if repeated == "contained" else url} for _ in range(5_000)]
    listed = {"resourceType": "List", "id": "l", "status": "current", "mode": "working"}
    listed["entry"] = [{"item": each} for each in members]
    if repeated == "contained":
        resource = {**listed, "contained": [{"resourceType": "Patient", "id": f"p{i}"} for i in range(5_000)]}
    else:
        same = [an_entry("https://a.example/fhir/Patient/1", dict(patient)) for _ in range(5_000)]
        resource = a_bundle("message", an_entry("https://a.example/fhir/List/l", listed), *same)
    start = time.perf_counter()
    assert found(resource, max_issues=100_000)
    assert time.perf_counter() - start < 10


@given(st.text() | st.text(alphabet="#/:?.AZaz09_history urn"), st.none() | st.text(alphabet="/:aurn1"))
def test_no_text_of_a_reference_raises(text: str, full_url: str | None) -> None:
    form = read_reference(text)
    completed = target_url(form, full_url)
    assert (form.url and form.url in text) or form.kind == "malformed"
    assert completed is None or form.kind in ("relative", "absolute", "urn")
