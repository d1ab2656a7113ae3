"""Snapshots made from differentials: what each kind of change does, and what is refused."""

import pytest

from tests.tilts_fhir.definitions.stated import TYPE, URL, Json, profile
from tilts_fhir import core
from tilts_fhir.snapshots import generate
from tilts_fhir.structure_reading import read_structure
from tilts_fhir.structures import Row

BY_CODE = {"discriminator": [{"type": "value", "path": "code"}], "rules": "open"}


def made(definition: Json, *others: Json) -> tuple[list[Row], list[str]]:
    """The rows of the snapshot and the keys of the problems."""
    given = {each["url"]: each for each in others}

    def find(canonical: str) -> Json | None:
        return given.get(canonical) or core.find("StructureDefinition", canonical)

    result, problems = generate(definition, find)
    rows = list(read_structure(result).rows) if "snapshot" in result else []
    return rows, [problem.key for problem in problems]


def rows_of(definition: Json, *others: Json) -> dict[str, Row]:
    rows, problems = made(definition, *others)

    assert problems == []
    return {row.id: row for row in rows}


def problems_of(definition: Json, *others: Json) -> list[str]:
    return made(definition, *others)[1]


def test_an_empty_differential_gives_the_base() -> None:
    base = core.find("StructureDefinition", TYPE + "Patient")

    assert base is not None
    assert list(rows_of(profile("Patient")).values()) == list(read_structure(base).rows)


def test_cardinality_types_bindings_and_values_are_narrowed() -> None:
    rows = rows_of(
        profile(
            "Observation",
            {"path": "Observation.category", "min": 1, "max": "1", "binding": {"strength": "required"}},
            {"path": "Observation.code", "patternCodeableConcept": {"text": "x"}, "mustSupport": True},
            {"path": "Observation.value[x]", "type": [{"code": "Quantity"}], "isModifier": False},
        )
    )

    category = rows["Observation.category"]
    assert (category.min, category.max) == (1, 1)
    assert category.binding is not None and category.binding.strength == "required"
    assert category.binding.value_set == "http://hl7.org/fhir/ValueSet/observation-category"
    assert rows["Observation.code"].pattern == {"text": "x"} and rows["Observation.code"].must_support
    assert [kind.code for kind in rows["Observation.value[x]"].types] == ["Quantity"]


def test_a_binding_keeps_what_the_change_does_not_mention() -> None:
    largest = "elementdefinition-maxValueSet"
    own = {"url": TYPE + largest, "valueCanonical": "http://example.lv/vs"}
    kept = {"path": "Patient.language", "binding": {"strength": "required"}}
    changed = {"path": "Patient.language", "binding": {"strength": "required", "extension": [own]}}

    bindings = [rows_of(profile("Patient", change))["Patient.language"].binding for change in (kept, changed)]
    assert [binding and binding.maximum for binding in bindings] == [
        "http://hl7.org/fhir/ValueSet/all-languages",
        "http://example.lv/vs",
    ]


def test_a_fixed_value_takes_the_place_of_an_inherited_pattern_of_the_same_kind() -> None:
    first = profile("Patient", {"path": "Patient.active", "patternBoolean": True})
    second = profile(
        "Patient", {"path": "Patient.active", "fixedBoolean": True}, url=URL + "2", baseDefinition=URL
    )
    row = rows_of(second, first)["Patient.active"]

    assert (row.fixed, row.pattern) == (True, True)


def test_invariants_are_added_and_name_the_profile_that_brought_them() -> None:
    rule = {"key": "lv-1", "severity": "error", "human": "x", "expression": "name.exists()"}
    rows = rows_of(profile("Patient", {"path": "Patient", "constraint": [rule]}))

    constraints = {each.key: each.source for each in rows["Patient"].constraints}
    assert {"dom-2", "dom-6", "lv-1"} <= constraints.keys()
    assert constraints["lv-1"] == URL


def test_children_of_a_data_type_are_unfolded_where_the_differential_goes() -> None:
    rows = rows_of(profile("Patient", {"path": "Patient.name.period.start", "min": 1}))

    assert rows["Patient.name.period.start"].min == 1
    assert rows["Patient.name.family"].types[0].code == "string"
    assert "Patient.identifier.system" not in rows
    order = list(rows)
    assert order.index("Patient.name.period.start") < order.index("Patient.name.period.end")
    assert order.index("Patient.name.period.end") < order.index("Patient.telecom")


def test_a_content_reference_is_unfolded() -> None:
    rows = rows_of(profile("Questionnaire", {"path": "Questionnaire.item.item.linkId", "maxLength": 5}))

    assert rows["Questionnaire.item.item.linkId"].max_length == 5
    assert rows["Questionnaire.item.item"].content_reference is None
    assert rows["Questionnaire.item.item.item"].content_reference == "Questionnaire.item"
    assert rows["Questionnaire.item.linkId"].max_length is None


def test_a_resource_in_a_bundle_is_unfolded() -> None:
    rows = rows_of(
        profile(
            "Bundle",
            {"path": "Bundle.entry.resource", "type": [{"code": "Patient"}]},
            {"path": "Bundle.entry.resource.birthDate", "min": 1},
        )
    )

    assert rows["Bundle.entry.resource.birthDate"].min == 1
    assert rows["Bundle.entry.resource.contact.name"].types[0].code == "HumanName"


def test_slices_take_over_the_element_and_stand_after_it() -> None:
    rows = rows_of(
        profile(
            "Patient",
            {"path": "Patient.identifier", "slicing": BY_CODE, "min": 1},
            {"path": "Patient.identifier", "sliceName": "pk", "max": "1"},
            {"path": "Patient.identifier.system", "fixedUri": "urn:pk"},
            {"path": "Patient.identifier", "sliceName": "pase"},
            {"path": "Patient.identifier.system", "fixedUri": "urn:pase"},
        )
    )

    assert rows["Patient.identifier"].slicing is not None and rows["Patient.identifier"].min == 1
    assert rows["Patient.identifier:pk"].slicing is None
    assert (rows["Patient.identifier:pk"].min, rows["Patient.identifier:pk"].max) == (0, 1)
    assert rows["Patient.identifier:pk"].slice_name == "pk"
    assert rows["Patient.identifier:pk.system"].fixed == "urn:pk"
    assert rows["Patient.identifier:pase.system"].fixed == "urn:pase"
    assert rows["Patient.identifier:pase.system"].path == "Patient.identifier.system"
    order = [each for each in rows if each.count(".") == 1]
    at = order.index("Patient.identifier")
    assert order[at : at + 4] == [
        "Patient.identifier", "Patient.identifier:pk", "Patient.identifier:pase", "Patient.active",
    ]  # fmt: skip


def test_ids_say_to_which_slice_an_element_belongs() -> None:
    rows = rows_of(
        profile(
            "Patient",
            {"id": "Patient.identifier", "path": "Patient.identifier", "slicing": BY_CODE},
            {"id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a"},
            {"id": "Patient.identifier:b", "path": "Patient.identifier", "sliceName": "b"},
            {"id": "Patient.identifier:a.value", "path": "Patient.identifier.value", "min": 1},
        )
    )

    assert rows["Patient.identifier:a.value"].min == 1
    assert "Patient.identifier:b.value" not in rows


def test_slices_are_inherited_and_can_be_sliced_again() -> None:
    first = profile(
        "Patient",
        {"path": "Patient.identifier", "slicing": BY_CODE},
        {"path": "Patient.identifier", "sliceName": "pk", "min": 1},
        {"path": "Patient.identifier", "sliceName": "pase"},
    )
    second = profile(
        "Patient",
        {"id": "Patient.identifier:pk", "path": "Patient.identifier", "sliceName": "pk", "slicing": BY_CODE},
        {
            "id": "Patient.identifier:pk/jauns",
            "path": "Patient.identifier",
            "sliceName": "pk/jauns",
            "max": "1",
        },
        url=URL + "2",
        baseDefinition=URL,
    )
    rows = rows_of(second, first)

    order = [each for each in rows if each.startswith("Patient.identifier")]
    assert order == [
        "Patient.identifier", "Patient.identifier:pk", "Patient.identifier:pk/jauns", "Patient.identifier:pase",
    ]  # fmt: skip
    assert rows["Patient.identifier:pk"].slicing is not None
    assert rows["Patient.identifier:pk/jauns"].max == 1


def test_extensions_are_sliced_by_url_without_saying_so() -> None:
    rows = rows_of(
        profile(
            "Patient",
            {
                "path": "Patient.extension",
                "sliceName": "tautiba",
                "type": [{"code": "Extension", "profile": [TYPE + "patient-nationality"]}],
            },
            {"path": "Patient.extension.extension", "max": "2"},
        )
    )

    slicing = rows["Patient.extension"].slicing
    assert slicing is not None and [each.path for each in slicing.discriminators] == ["url"]
    assert rows["Patient.extension:tautiba"].types[0].profiles == (TYPE + "patient-nationality",)
    assert rows["Patient.extension:tautiba.url"].fixed == TYPE + "patient-nationality"
    assert rows["Patient.extension:tautiba.extension:code.value[x]"].types[0].code == "CodeableConcept"


def test_a_choice_named_with_its_type_becomes_a_slice_and_the_only_type() -> None:
    rows = rows_of(profile("Observation", {"path": "Observation.valueQuantity.unit", "min": 1}))

    assert [kind.code for kind in rows["Observation.value[x]"].types] == ["Quantity"]
    slicing = rows["Observation.value[x]"].slicing
    assert slicing is not None and (slicing.rules, slicing.discriminators[0].kind) == ("closed", "type")
    assert rows["Observation.value[x]:valueQuantity.unit"].min == 1


def test_a_slice_of_a_choice_has_the_type_of_its_name_and_leaves_the_others() -> None:
    rows = rows_of(
        profile(
            "Observation", {"path": "Observation.value[x]", "sliceName": "valueQuantity", "mustSupport": True}
        )
    )

    assert len(rows["Observation.value[x]"].types) == 11
    assert [kind.code for kind in rows["Observation.value[x]:valueQuantity"].types] == ["Quantity"]


def test_a_part_of_another_profile_can_be_taken_over() -> None:
    shelf = profile(
        "Composition",
        {"path": "Composition.section", "slicing": BY_CODE},
        {"path": "Composition.section", "sliceName": "plan"},
        {"path": "Composition.section.focus", "min": 1},
        url=URL + "2",
    )
    named = [{"url": TYPE + "elementdefinition-profile-element", "valueString": "Composition.section:plan"}]
    kind = {"code": "BackboneElement", "profile": [URL + "2"], "_profile": [{"extension": named}]}
    user = profile(
        "Composition",
        {"path": "Composition.section", "slicing": BY_CODE},
        {"path": "Composition.section", "sliceName": "mine", "type": [kind]},
    )
    rows = rows_of(user, shelf)

    assert rows["Composition.section:mine.focus"].min == 1
    assert rows["Composition.section:mine"].types[0].profiles == ()


def test_an_element_that_may_not_be_given_stays_with_max_0() -> None:
    assert rows_of(profile("Patient", {"path": "Patient.photo", "max": "0"}))["Patient.photo"].max == 0


def test_a_specialization_adds_elements() -> None:
    rows = rows_of(
        profile(
            "Modelis",
            {"path": "Modelis"},
            {"path": "Modelis.dala", "min": 0, "max": "*", "type": [{"code": "BackboneElement"}]},
            {"path": "Modelis.dala.vards", "min": 1, "max": "1", "type": [{"code": "string"}]},
            baseDefinition=TYPE + "Element",
            derivation="specialization",
            kind="logical",
        )
    )

    assert next(iter(rows)) == "Modelis"
    assert rows["Modelis.dala"].max is None
    assert rows["Modelis.dala.vards"].types[0].code == "string"


@pytest.mark.parametrize(
    ("elements", "key"),
    [
        ([{"path": "Patient.none"}], "sd-element-unknown"),
        ([{"path": "Patient.name.none.more"}], "sd-element-unknown"),
        ([{"path": "Patient.deceasedQuantity"}], "sd-element-unknown"),
        ([{"path": "Patient.birthDate"}, {"path": "Patient.name"}], "sd-out-of-order"),
        ([{"path": "Patient.name"}, {"path": "Patient.name"}], "sd-element-twice"),
        ([{"path": "Patient.name", "sliceName": "a"}], "sd-slicing-missing"),
        ([{"path": "Patient.link.type", "min": 0}], "sd-min-loosened"),
        ([{"path": "Patient.birthDate", "max": "*"}], "sd-max-loosened"),
        ([{"path": "Patient.birthDate", "min": 2}], "sd-min-above-max"),
        ([{"path": "Patient.birthDate", "type": [{"code": "dateTime"}]}], "sd-type-loosened"),
        ([{"path": "Patient.gender", "binding": {"strength": "preferred"}}], "sd-binding-loosened"),
        ([{"path": "Person"}], "sd-root"),
    ],
)
def test_what_the_base_does_not_allow_is_reported(elements: list[Json], key: str) -> None:
    assert problems_of(profile("Patient", *elements)) == [key]


def test_a_type_may_be_a_kind_of_the_type_of_the_base() -> None:
    element = {"path": "Observation.value[x]", "type": [{"code": "Age"}]}

    assert problems_of(profile("Observation", element)) == []


def test_a_fixed_value_cannot_be_changed() -> None:
    first = profile("Patient", {"path": "Patient.gender", "fixedCode": "male"})
    second = profile(
        "Patient", {"path": "Patient.gender", "fixedCode": "female"}, url=URL + "2", baseDefinition=URL
    )

    assert problems_of(second, first) == ["sd-fixed-changed"]


def test_a_closed_slicing_takes_no_new_slices() -> None:
    first = profile(
        "Patient",
        {"path": "Patient.identifier", "slicing": BY_CODE | {"rules": "closed"}},
        {"path": "Patient.identifier", "sliceName": "a"},
    )
    second = profile(
        "Patient", {"path": "Patient.identifier", "sliceName": "b"}, url=URL + "2", baseDefinition=URL
    )

    assert problems_of(first) == []
    assert problems_of(second, first) == ["sd-slice-in-closed"]


def test_a_problem_tells_which_element_of_the_differential_it_is() -> None:
    definition = profile("Patient", {"path": "Patient.name"}, {"path": "Patient.none.more", "id": "x"})
    _, (problem,) = generate(definition, lambda canonical: core.find("StructureDefinition", canonical))

    assert (problem.index, problem.facts["name"], problem.severity) == (1, "none", "error")


def test_a_base_that_is_not_there_gives_no_snapshot() -> None:
    assert made(profile("Patient", baseDefinition="http://example.lv/none")) == ([], ["sd-base-unknown"])


def test_definitions_that_rest_on_each_other_give_no_snapshot() -> None:
    first = profile("Patient", baseDefinition=URL + "2")
    second = profile("Patient", url=URL + "2", baseDefinition=URL)

    assert made(first, first, second)[0] == []
    assert made(profile("Patient", baseDefinition=URL), profile("Patient")) == ([], ["sd-base-circular"])


def test_profiles_of_types_that_unfold_each_other_end() -> None:
    def named(url: str, other: str) -> Json:
        kind = [{"code": "Extension", "profile": [other]}]
        return profile(
            "Extension",
            {"path": "Extension.extension", "sliceName": "a", "type": kind},
            {"path": "Extension.extension.value[x]", "max": "0"},
            url=url,
            kind="complex-type",
        )

    first, second = named(URL, URL + "2"), named(URL + "2", URL)
    rows, _ = made(first, first, second)

    assert 0 < len(rows) < 200


def test_long_chains_of_profiles_end() -> None:
    chain = [
        profile("Patient", url=f"{URL}{number}", baseDefinition=f"{URL}{number + 1}") for number in range(200)
    ]

    assert made(chain[0], *chain) == ([], ["sd-base-unknown"])


def test_too_many_slices_and_too_deep_paths_are_refused() -> None:
    slices = [{"path": "Patient.identifier", "sliceName": f"s{number}"} for number in range(2000)]
    many = profile("Patient", {"path": "Patient.identifier", "slicing": BY_CODE}, *slices)
    deep = profile("Questionnaire", {"path": "Questionnaire" + ".item" * 500})

    assert made(many) == ([], ["sd-snapshot-too-large"])
    assert made(deep) == ([], ["sd-snapshot-too-large"])


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [1], {"a": 1}, True, [None], [[]]])
@pytest.mark.parametrize(
    "member",
    [
        "path",
        "id",
        "sliceName",
        "slicing",
        "min",
        "max",
        "type",
        "binding",
        "constraint",
        "fixedCode",
        "base",
    ],
)
def test_definitions_of_any_shape_give_a_result_and_no_crash(member: str, junk: object) -> None:
    element = {"path": "Patient.gender", member: junk}
    definition = profile("Patient", element, {"path": "Patient.contact.gender", member: junk})

    result, problems = generate(definition, lambda canonical: core.find("StructureDefinition", canonical))

    assert "snapshot" in result or problems


@pytest.mark.parametrize("differential", [None, [], {"element": None}, {"element": [1, {}, {"path": 1}]}, {}])
def test_a_differential_without_elements_gives_the_base(differential: object) -> None:
    rows, problems = made(profile("Patient", differential=differential))

    assert len(rows) == 45 and problems == []
