"""`$validate` over the wire: what it answers, in which forms it is asked, and who may ask."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import Running
from tests.transport.asking import EXAMPLE, FHIR_XML, asked, definition, errors, key_of, place, put, sent
from tests.transport.tables import Tables
from tests.transport.wire import FHIR_JSON, Caller, connected, no_certificate, refused, tls
from tilts.rules.profiles import canonical, right, wrong
from tilts_fhir.json_strict import encode

FAULTY = {"resourceType": "Patient", "birthDate": "2024-02-30", "gender": "F"}


@pytest.fixture(scope="module")
def nobody(exchange: Running) -> Iterator[httpx.Client]:
    """Somebody on the plain port, without token or certificate."""
    with connected(exchange.facts["plain"]) as client:
        yield client


class TestAsking:
    def test_every_issue_has_a_key_a_text_a_place_and_a_line(self, nobody: httpx.Client) -> None:
        body = b'{"resourceType": "Patient",\n "birthDate": "2024-02-30",\n  "gender": "F"}'
        found = {each["expression"][0]: each for each in errors(asked(nobody, body))}
        assert set(found) == {"Patient.birthDate", "Patient.gender"}
        assert place(found["Patient.birthDate"]) == (2, 2)
        assert place(found["Patient.gender"]) == (3, 3)
        coding = found["Patient.birthDate"]["details"]["coding"][0]
        assert coding["system"] == "https://tilts.example/fhir/CodeSystem/structure-fault"
        assert coding["code"]

    def test_nothing_wrong_is_said_in_words(self, nobody: httpx.Client) -> None:
        text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Anna</div>'}
        only = asked(nobody, {"resourceType": "Patient", "text": text})
        assert [(each["severity"], each["details"]["text"]) for each in only] == [
            ("information", "No issues were found.")
        ]

    def test_xml_has_the_same_issues_as_json(self, nobody: httpx.Client) -> None:
        of_json, of_xml = (asked(nobody, FAULTY, form=form) for form in (FHIR_JSON, FHIR_XML))

        def bare(issues: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
            return sorted((key_of(each), each["expression"]) for each in issues)

        assert bare(of_json) == bare(of_xml)
        assert len(errors(of_xml)) == 2

    def test_xml_has_lines_too(self, nobody: httpx.Client) -> None:
        body = b'<Patient xmlns="http://hl7.org/fhir">\n  <gender value="F"/>\n</Patient>'
        assert [place(each) for each in errors(asked(nobody, body, form="application/xml"))] == [(2, 3)]

    @pytest.mark.parametrize("form", [FHIR_JSON, FHIR_XML])
    def test_what_cannot_be_read_is_one_fatal_issue_with_its_place(
        self, nobody: httpx.Client, form: str
    ) -> None:
        body = (
            b'{"resourceType": "Patient",\n "id" 7}'
            if form == FHIR_JSON
            else b'<Patient xmlns="http://hl7.org/fhir">\n <id></Patient>'
        )
        found = [each for each in asked(nobody, body, form=form) if each["severity"] == "fatal"]
        assert len(found) == 1
        assert place(found[0])[0] == 2

    @pytest.mark.parametrize(("language", "word"), [("lv", "derīga"), ("en", "valid")])
    def test_texts_are_in_the_language_asked_for(
        self, nobody: httpx.Client, language: str, word: str
    ) -> None:
        body = {"resourceType": "Patient", "birthDate": "2024-02-30"}
        found = errors(asked(nobody, body, language=language))
        assert word in found[0]["details"]["text"]

    def test_a_resource_of_another_type_than_the_address_says(self, nobody: httpx.Client) -> None:
        for form in (FHIR_JSON, FHIR_XML):
            told = asked(nobody, {"resourceType": "Basic", "code": {"text": "x"}}, form=form)
            assert (key_of(told[0]), told[0]["severity"]) == ("other-type", "warning")
            assert not errors(told)

    def test_every_type_may_be_sent_to_resource(self, nobody: httpx.Client) -> None:
        told = asked(nobody, {"resourceType": "Basic", "code": {"text": "x"}}, "Resource")
        assert "other-type" not in {key_of(each) for each in told}

    @pytest.mark.parametrize("kind", ["Patients", "patient", "$find", "HumanName", "DomainResource"])
    def test_a_type_that_is_none_is_no_address(self, nobody: httpx.Client, kind: str) -> None:
        refused(sent(nobody, {"resourceType": "Patient"}, kind), 404, "WIRE-003")

    @pytest.mark.parametrize("form", ["", "text/plain", "application/fhir+json; fhirVersion=5.0"])
    def test_another_content_type_is_refused(self, nobody: httpx.Client, form: str) -> None:
        refused(sent(nobody, b"{}", form=form), 415, "WIRE-002")

    def test_too_much_at_once_is_refused(self, nobody: httpx.Client) -> None:
        body = b'{"resourceType": "Patient", "language": "' + b"x" * 10_485_760 + b'"}'
        refused(sent(nobody, body), 413, "WIRE-004")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'"Patient"',
            b"{}",
            b'{"resourceType": 7}',
            b'{"resourceType": "Parameters", "parameter": 5}',
            b'{"resourceType": "Parameters", "parameter": [5, {"name": "resource", "resource": 7}]}',
            b'{"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": {}}]}',
            b'{"resourceType": "Parameters", "parameter": {"name": "resource"}}',
            b"\xff\xfe\x00",
        ],
    )
    @pytest.mark.parametrize("form", [FHIR_JSON, FHIR_XML])
    def test_odd_bodies_are_answered_with_errors(self, nobody: httpx.Client, body: bytes, form: str) -> None:
        assert errors(asked(nobody, body, form=form))


class TestProfiles:
    @pytest.mark.parametrize("name", ["tilts-patient", "tilts-dispense"])
    def test_a_profile_in_the_query(self, nobody: httpx.Client, name: str) -> None:
        kind = right(name)["resourceType"]
        assert not errors(asked(nobody, right(name), kind, profile=canonical(name)))
        for one in wrong(name):
            found = errors(asked(nobody, one.resource, kind, profile=canonical(name)))
            assert {each.key for each in one.expected} <= {key_of(each) for each in found}, one.name

    @pytest.mark.parametrize("form", [FHIR_JSON, FHIR_XML])
    def test_a_profile_and_the_resource_in_parameters(self, nobody: httpx.Client, form: str) -> None:
        one = next(each for each in wrong("tilts-patient") if each.name == "hyphen")
        profile = {"name": "profile", "valueUri": canonical("tilts-patient")}
        whole = {
            "resourceType": "Parameters",
            "parameter": [profile, {"name": "resource", "resource": one.resource}],
        }
        alone = errors(asked(nobody, one.resource, profile=canonical("tilts-patient"), form=form))
        inside = errors(asked(nobody, whole, form=form))
        assert [(key_of(each), each["expression"]) for each in inside] == [
            (key_of(each), each["expression"]) for each in alone
        ]

    def test_the_place_is_the_one_in_the_whole_text(self, nobody: httpx.Client) -> None:
        whole = (
            b'{"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": "create"},\n'
            b'{"name": "resource", "resource": {"resourceType": "Patient",\n   "birthDate": "2024-02-30"}}]}'
        )
        found = errors(asked(nobody, whole))
        assert [(each["expression"], place(each)) for each in found] == [(["Patient.birthDate"], (3, 4))]

    def test_parameters_sent_as_such_are_checked_themselves(self, nobody: httpx.Client) -> None:
        whole = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": FAULTY}]}
        found = errors(asked(nobody, whole, "Parameters"))
        assert found[0]["expression"][0].startswith("Parameters.parameter[0].resource")

    def test_a_profile_that_nobody_knows_is_said(self, nobody: httpx.Client) -> None:
        unknown = f"{EXAMPLE}/StructureDefinition/nowhere"
        told = asked(nobody, {"resourceType": "Patient"}, profile=unknown)
        assert any(unknown in each["details"]["text"] for each in told)

    def test_two_profiles_are_both_held(self, nobody: httpx.Client) -> None:
        names = [canonical("tilts-patient"), canonical("tilts-practitioner")]
        told = errors(asked(nobody, right("tilts-patient"), profile=names))
        assert told and all("practitioner" in json.dumps(each).lower() for each in told)


class TestWhoMayAsk:
    def test_in_the_sandbox_nobody_is_asked_who_he_is(self, exchange: Running, tables: Tables) -> None:
        request_id = str(uuid4())
        with no_certificate(exchange) as client:
            client.headers["X-Request-Id"] = request_id
            assert errors(asked(client, FAULTY))
        entry = tables.audit(request_id)
        assert (entry["event"], entry["outcome"], entry["client_id"]) == (
            "content.validated",
            "success",
            None,
        )

    def test_who_shows_a_token_is_written_down(self, practice: Caller, tables: Tables) -> None:
        request_id = str(uuid4())
        answer = practice.post("Patient/$validate", FAULTY, headers={"X-Request-Id": request_id})
        assert errors(answer.json()["issue"])
        assert tables.audit(request_id)["client_id"] == practice.facts["client_id"]

    def test_what_is_refused_is_written_down_once(self, nobody: httpx.Client, tables: Tables) -> None:
        request_id = str(uuid4())
        headers = {"X-Request-Id": request_id, "Content-Type": "text/plain"}
        refused(nobody.post("Patient/$validate", content=b"x", headers=headers), 415, "WIRE-002")
        entry = tables.audit(request_id)
        assert (entry["event"], entry["outcome"], entry["rule_id"]) == (
            "content.validated",
            "refused",
            "WIRE-002",
        )

    def test_nothing_is_kept_of_what_was_checked(self, nobody: httpx.Client, tables: Tables) -> None:
        with tables.unchanged():
            asked(nobody, right("tilts-prescription-line"), "MedicationRequest")

    def test_outside_the_sandbox_it_needs_a_certificate_and_takes_no_definitions(
        self, rehearsed: Running
    ) -> None:
        facts = rehearsed.facts["production"]
        authority = rehearsed.facts["clients"]["practice"]["ca"]
        with connected(facts["fhir"], tls(authority)) as client:
            refused(sent(client, FAULTY), 401, "ACC-001")
            refused(put(client, definition("2000-01-01"), "x"), 404, "WIRE-003")
            refused(put(client, {"resourceType": "CodeSystem"}, "x"), 405, "WIRE-006")
            offered = client.get("metadata").json()["rest"][0]
        assert {each["name"] for each in offered["operation"]} == {"validate"}
        assert "StructureDefinition" not in {each["type"] for each in offered["resource"]}


def test_others_are_answered_while_large_bundles_are_checked(exchange: Running, practice: Caller) -> None:
    one = {
        "resourceType": "Patient",
        "name": [{"family": "Paraugs", "given": ["Anna"]}],
        "birthDate": "2024-02-30",
    }
    count = 1_000_000 // (len(encode(one)) + 14)
    body = encode({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one}] * count})
    assert 900_000 < len(body) < 1_048_576
    ended: list[int] = []

    def check(_: int) -> None:
        with httpx.Client(base_url=exchange.facts["plain"], trust_env=False, timeout=300) as client:
            ended.append(sent(client, body, "Bundle").status_code)

    health = exchange.facts["plain"].removesuffix("/fhir/r4") + "/healthz"
    answered = 0
    with ThreadPoolExecutor(20) as pool:
        under_way = [pool.submit(check, number) for number in range(20)]
        while not all(each.done() for each in under_way):
            before = len(ended)
            assert httpx.get(health, trust_env=False).status_code == 200
            assert practice.get("Organization?_count=1").status_code == 200
            answered += before < 20
    assert ended == [200] * 20
    assert answered
