"""Bundles name their entries, and each type of Bundle holds what it must."""

from typing import Any

import pytest

from tests.tilts_fhir.links.findings import Json, a_bundle, an_entry, an_observation, found
from tilts_fhir.validation.bundle_rules.searches import searched_types

BASE = "https://a.example/fhir"
PATIENT = {"resourceType": "Patient", "id": "1"}
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "information", "code": "informational"}],
}


def keys(resource: Json) -> list[str]:
    return [key for key, _ in found(resource)]


def test_an_entry_has_a_full_url_except_in_a_transaction() -> None:
    request = {"method": "POST", "url": "Patient"}
    assert found(a_bundle("collection", an_entry(None, PATIENT))) == [
        ("bundle-no-full-url", "Bundle.entry[0]")
    ]
    assert found(a_bundle("transaction", an_entry(None, PATIENT, request=request))) == []


@pytest.mark.parametrize(
    ("full_url", "resource", "expected"),
    [
        (f"{BASE}/Patient/1", PATIENT, []),
        ("urn:uuid:54fc3e09-e279-4b74-a8ff-2649ec968642", PATIENT, []),
        ("https://a.example/somewhere", PATIENT, []),
        ("Patient/1", PATIENT, ["bundle-full-url-relative"]),
        (f"{BASE}/Patient/2", PATIENT, ["bundle-full-url-differs"]),
        (f"{BASE}/Group/1", PATIENT, ["bundle-full-url-differs"]),
        (f"{BASE}/Patient/1", {"resourceType": "Patient", "active": True}, ["bundle-full-url-no-id"]),
    ],
)
def test_a_full_url_is_absolute_and_agrees_with_its_resource(
    full_url: str, resource: Json, expected: list[str]
) -> None:
    assert keys(a_bundle("collection", an_entry(full_url, resource))) == expected


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("PUT", "Patient/1", []),
        ("PUT", "Patient?identifier=a|1", []),
        ("PUT", "Patient/2", ["bundle-request-id"]),
        ("PUT", "Group/1", ["bundle-request-type"]),
        ("POST", "Patient", []),
        ("POST", "Group", ["bundle-request-type"]),
        ("POST", "Patient/1", ["bundle-request-post"]),
    ],
)
def test_a_request_is_about_the_resource_it_carries(method: str, url: str, expected: list[str]) -> None:
    entry = an_entry(f"{BASE}/Patient/1", PATIENT, request={"method": method, "url": url})
    assert keys(a_bundle("transaction", entry)) == expected


def test_a_page_has_one_link_of_each_relation() -> None:
    links = [{"relation": each, "url": f"{BASE}/Patient?page={each}"} for each in ("self", "next", "self")]
    assert found(a_bundle("searchset", total=0, link=links)) == [("bundle-link-twice", "Bundle.link[2]")]


def a_search(*entries: Json, url: str = f"{BASE}/Patient?name=a") -> Json:
    return a_bundle("searchset", *entries, link=[{"relation": "self", "url": url}])


def a_match(resource: Json, mode: str | None = "match") -> Json:
    search: dict[str, Any] = {"search": {"mode": mode}} if mode else {}
    return an_entry("urn:uuid:54fc3e09-e279-4b74-a8ff-2649ec968642", resource, **search)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (a_match(PATIENT), []),
        (a_match(an_observation(), "include"), []),
        (a_match(OUTCOME, "outcome"), []),
        (a_match(PATIENT, "outcome"), ["search-not-outcome"]),
        (a_match(an_observation()), ["search-type"]),
        (a_match({"resourceType": "Patient", "active": True}), ["search-no-id"]),
        ({"fullUrl": f"{BASE}/Patient/1", "search": {"mode": "match"}}, ["search-no-resource"]),
    ],
)
def test_a_match_is_of_the_type_that_was_searched_and_has_an_id(entry: Json, expected: list[str]) -> None:
    assert keys(a_search(entry)) == expected


def test_a_page_of_matches_says_what_was_searched() -> None:
    assert keys(a_bundle("searchset", a_match(PATIENT))) == ["search-no-self"]
    assert keys(a_search(a_match(PATIENT), url=BASE)) == ["search-self-unclear"]


def test_an_entry_without_a_mode_among_others_with_one_is_pointed_out() -> None:
    other = an_entry(f"{BASE}/Patient/1", PATIENT)
    assert keys(a_search(a_match(PATIENT), other)) == ["search-no-mode"]


@pytest.mark.parametrize(
    ("url", "types"),
    [
        (f"{BASE}/Patient?name=a", {"Patient"}),
        (f"{BASE}/Patient/_search?name=a", {"Patient"}),
        (f"{BASE}?_type=Patient,Group&_id=1", {"Patient", "Group"}),
        (f"{BASE}/Animal", set()),
        ("http://[", set()),
    ],
)
def test_the_self_link_tells_which_types_were_searched(url: str, types: set[str]) -> None:
    assert searched_types(url) == types


def a_document(*entries: Json, **facts: Any) -> Json:
    composition = {
        "resourceType": "Composition",
        "id": "c",
        "status": "final",
        "type": {"text": "Summary"},
        "date": "2026-11-23",
        "author": [{"reference": "Patient/1"}],
        "title": "Summary",
        **facts,
    }
    return a_bundle(
        "document",
        an_entry(f"{BASE}/Composition/c", composition),
        *entries,
        identifier={"system": "urn:oid:2.999.1", "value": "1"},
        timestamp="2026-11-23T10:00:00Z",
    )


AUTHOR = an_entry(f"{BASE}/Patient/1", PATIENT)


def test_a_document_holds_all_that_its_composition_names() -> None:
    assert found(a_document(AUTHOR)) == []
    expected = [("bundle-not-found", "Bundle.entry[0].resource.author[0].reference")]
    assert found(a_document()) == expected


def test_a_document_holds_what_is_named_in_a_section_of_a_section() -> None:
    section = {"title": "A", "section": [{"title": "B", "entry": [{"reference": "Observation/o"}]}]}
    expected = "Bundle.entry[0].resource.section[0].section[0].entry[0].reference"
    assert found(a_document(AUTHOR, section=[section])) == [("bundle-not-found", expected)]


def test_a_resource_of_another_server_is_not_the_one_that_the_composition_names() -> None:
    other = an_entry("https://b.example/fhir/Patient/1", PATIENT)
    assert {"bundle-not-found-near", "document-unreached"} <= set(keys(a_document(other)))


def test_what_the_composition_does_not_lead_to_does_not_belong_into_a_document() -> None:
    stray = an_entry(f"{BASE}/Observation/o", an_observation())
    assert found(a_document(AUTHOR, stray)) == [("document-unreached", "Bundle.entry[2]")]


def test_a_resource_that_only_points_at_the_document_is_pointed_out() -> None:
    about = an_entry(f"{BASE}/Observation/o", an_observation(subject={"reference": "Patient/1"}))
    assert found(a_document(AUTHOR, about)) == [("document-backward", "Bundle.entry[2]")]


def test_a_stylesheet_stands_in_the_document_or_is_the_official_one() -> None:
    def styled(url: str) -> list[str]:
        sheet = {"resourceType": "Binary", "id": "css", "contentType": "text/css", "data": "LmE="}
        document = a_document(AUTHOR, an_entry(f"{BASE}/Binary/css", sheet))
        return keys({**document, "link": [{"relation": "stylesheet", "url": url}]})

    assert styled("Binary/css") == []
    assert styled("Binary/none") == ["bundle-stylesheet", "document-unreached"]
    assert "bundle-stylesheet-external" not in styled("https://hl7.org/fhir/fhir.css")
    assert "bundle-stylesheet-insecure" in styled("http://a.example/a.css")


def test_a_document_is_not_empty() -> None:
    empty = a_document()
    del empty["entry"]
    assert found(empty) == [("bundle-no-first", "Bundle")]


def test_a_message_holds_what_it_is_about() -> None:
    header = {
        "resourceType": "MessageHeader",
        "id": "h",
        "eventUri": "https://a.example/event",
        "source": {"endpoint": "https://a.example"},
        "focus": [{"reference": "Patient/1"}],
    }
    entry = an_entry(f"{BASE}/MessageHeader/h", header)
    stray = an_entry(f"{BASE}/Observation/o", an_observation())
    assert found(a_bundle("message", entry, AUTHOR)) == []
    assert keys(a_bundle("message", entry)) == ["bundle-not-found"]
    assert found(a_bundle("message", entry, AUTHOR, stray)) == [("message-unreached", "Bundle.entry[2]")]
