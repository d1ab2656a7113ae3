"""Result pages are built, transactions are read, outcomes are written."""

from typing import Any

import pytest

from tilts_fhir.bundles import BundleError, SearchEntry, request_entries, response_bundle, searchset
from tilts_fhir.outcomes import is_valid, outcome
from tilts_fhir.validation import validate


def a_transaction(*entries: object) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


POST = {
    "fullUrl": "urn:uuid:1",
    "resource": {"resourceType": "Patient"},
    "request": {"method": "POST", "url": "Patient"},
}


def test_a_result_page_is_a_valid_bundle() -> None:
    entry = SearchEntry("http://x.example/Patient/1", {"resourceType": "Patient", "id": "1"})
    page = searchset([entry], 1, {"self": "http://x.example/Patient"})

    assert is_valid(validate(page))
    assert is_valid(validate(searchset([], None, {})))
    assert is_valid(validate(response_bundle("batch-response", [{"response": {"status": "201"}}])))


def test_the_entries_of_a_transaction_are_read_in_order() -> None:
    update = {"request": {"method": "PUT", "url": "Task/1", "ifMatch": 'W/"2"'}}
    first, second = request_entries(a_transaction(POST, update))

    assert (first.method, first.url, first.full_url) == ("POST", "Patient", "urn:uuid:1")
    assert (second.index, second.if_match, second.resource) == (1, 'W/"2"', None)


@pytest.mark.parametrize(
    ("expression", "bundle"),
    [
        ("Bundle.type", {"resourceType": "Bundle", "type": "document"}),
        ("Bundle.type", {"resourceType": "Patient"}),
        ("Bundle.entry", {"resourceType": "Bundle", "type": "batch", "entry": {}}),
        ("Bundle.entry[0].request", a_transaction({})),
        ("Bundle.entry[0].request", a_transaction(None)),
        ("Bundle.entry[0].request.method", a_transaction({"request": {"method": "post", "url": "x"}})),
        ("Bundle.entry[0].request.method", a_transaction({"request": {"url": "x"}})),
        ("Bundle.entry[0].request.url", a_transaction({"request": {"method": "GET"}})),
        (
            "Bundle.entry[0].resource",
            a_transaction({"request": {"method": "GET", "url": "x"}, "resource": []}),
        ),
        ("Bundle.entry[0].fullUrl", a_transaction({"request": {"method": "GET", "url": "x"}, "fullUrl": 1})),
        ("Bundle.entry[1].fullUrl", a_transaction(POST, POST)),
    ],
)
def test_a_bundle_that_cannot_be_read_says_where(expression: str, bundle: dict[str, Any]) -> None:
    with pytest.raises(BundleError) as error:
        request_entries(bundle)

    assert error.value.expression == expression


def test_an_outcome_is_a_valid_resource_in_the_language_asked_for() -> None:
    issues = validate({"resourceType": "Patient", "gender": "x"})
    written = outcome(issues, language="lv", key_system="https://tilts.example/fhir/CodeSystem/rule")

    assert not is_valid(issues)
    assert is_valid(validate(written))
    assert written["issue"][0]["details"]["coding"][0]["code"] == "code"
    assert written["issue"][0]["details"]["text"] == issues[0].text_lv
    assert is_valid(validate(outcome([])))
