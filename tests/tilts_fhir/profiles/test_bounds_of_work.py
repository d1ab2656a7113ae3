"""No profile and no resource, together or alone, makes the check fail or run on and on."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tilts_fhir.profiles.definitions import BASE, ROOT, a_patient, a_profile, found
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation import Options, validate
from tilts_fhir.validation.profiles.paths import steps

Json = dict[str, Any]


def doubling(level: int) -> Json:
    """A profile on Extension whose values must meet one of two profiles, which ask the same of theirs."""
    choices = [{"code": "Extension", "profile": [ROOT + f"level{level + 1}a", ROOT + f"level{level + 1}b"]}]
    return [
        a_profile(f"level{level}{half}", "Extension", {"path": "Extension.extension", "type": choices})
        for half in "ab"
    ]


def test_nested_choices_of_profiles_do_not_double_the_work() -> None:
    definitions = [each for level in range(30) for each in doubling(level)]
    value: Json = {"url": "https://example.org/x", "valueBoolean": True}
    for _ in range(30):
        value = {"url": "https://example.org/x", "extension": [value]}
    first = a_profile(
        "first",
        "Patient",
        {
            "path": "Patient.extension",
            "type": [{"code": "Extension", "profile": [ROOT + "level0a", ROOT + "level0b"]}],
        },
    )
    library = Library([first, *definitions], beneath=RELEASE)
    issues = validate(
        a_patient(extension=[value]),
        profiles=(ROOT + "first",),
        options=Options(library=library, max_values=20_000),
    )
    assert "too-large" not in {each.key for each in issues}


def test_slices_told_by_a_profile_that_slices_again_do_not_double_the_work() -> None:
    recursive = a_profile(
        "recursive",
        "Extension",
        {
            "path": "Extension.extension",
            "slicing": {"discriminator": [{"type": "profile", "path": "$this"}], "rules": "open"},
        },
        {
            "id": "Extension.extension:again",
            "path": "Extension.extension",
            "sliceName": "again",
            "type": [{"code": "Extension", "profile": [ROOT + "recursive"]}],
        },
    )
    first = a_profile(
        "first",
        "Patient",
        {"path": "Patient.extension", "type": [{"code": "Extension", "profile": [ROOT + "recursive"]}]},
    )
    value: Json = {"url": "http://example.org/x", "valueBoolean": True}
    for _ in range(28):
        value = {"url": "http://example.org/x", "extension": [value]}
    issues = validate(
        a_patient(extension=[value]),
        profiles=(ROOT + "first",),
        options=Options(library=Library([first, recursive], beneath=RELEASE), max_values=20_000),
    )
    assert "too-large" not in {each.key for each in issues}


def test_many_entries_against_many_slices_stop_at_the_bound_on_values() -> None:
    slices = [
        each
        for n in range(200)
        for each in (
            {"id": f"Patient.identifier:s{n}", "path": "Patient.identifier", "sliceName": f"s{n}"},
            {
                "id": f"Patient.identifier:s{n}.system",
                "path": "Patient.identifier.system",
                "min": 1,
                "fixedUri": f"urn:{n}",
            },
        )
    ]
    told = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}
    profile = a_profile("many", "Patient", {"path": "Patient.identifier", "slicing": told}, *slices)
    patient = a_patient(identifier=[{"system": "urn:x", "value": str(n)} for n in range(1000)])
    issues = validate(
        patient,
        profiles=(ROOT + "many",),
        options=Options(library=Library([profile], beneath=RELEASE), max_values=100_000),
    )
    assert [each.key for each in issues if each.severity == "error"] == ["too-large"]


def test_a_profile_nested_without_end_is_cut_off() -> None:
    path, elements = "Patient", []
    for _ in range(3000):
        path += ".extension"
        elements.append({"id": path, "path": path, "min": 1})
    profile = a_profile("deep", "Patient", *elements)
    profile["snapshot"] = {"element": [{"id": "Patient", "path": "Patient"}, *elements]}
    assert found(a_patient(), profile) == [("profile-minimum", "Patient.extension")]


def test_deeply_nested_extensions_are_placed_without_doubling() -> None:
    value: Json = {"url": BASE + "data-absent-reason", "valueCode": "unknown"}
    for _ in range(19):
        value = {"url": "http://example.org/x", "valueString": "x", "_valueString": {"extension": [value]}}
    assert found(a_patient(extension=[value])) == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="$this.resolve()ofType('x:/')", max_size=40))
def test_any_text_is_a_path_or_none(text: str) -> None:
    found_steps = steps(text)
    assert found_steps is None or all(each.kind for each in found_steps)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "Patient", "urn:x", "http://loinc.org"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["url", "system", "code", "coding", "extension", "reference", "identifier", "name", "value"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(
            ["meta", "identifier", "name", "extension", "contained", "link", "managingOrganization"]
        ),
        JSON,
        max_size=4,
    )
)
def test_any_patient_gets_an_answer_from_a_profile(facts: Json) -> None:
    profile = a_profile(
        "sliced",
        "Patient",
        {
            "path": "Patient.identifier",
            "slicing": {"discriminator": [{"type": "value", "path": "type.coding.code"}], "rules": "closed"},
        },
        {"id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "min": 1},
        {
            "id": "Patient.identifier:a.type",
            "path": "Patient.identifier.type",
            "patternCodeableConcept": {"coding": [{"code": "x"}]},
        },
        {
            "path": "Patient.link.other",
            "type": [{"code": "Reference", "targetProfile": [ROOT + "sliced"], "aggregation": ["contained"]}],
        },
    )
    assert isinstance(found(a_patient(**facts), profile), list)
