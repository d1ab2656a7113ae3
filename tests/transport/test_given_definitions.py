"""Definitions put beside `$validate`: in reach of the address that put them, bounded, seen by nobody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import Running
from tests.transport.asking import EXAMPLE, FHIR_XML, asked, definition, errors, put
from tests.transport.tables import Tables
from tests.transport.wire import FHIR_JSON, connected, refused
from tilts.transport.validation import given_definitions
from tilts.transport.validation.given_definitions import GivenDefinitions
from tilts_fhir.library import RELEASE
from tilts_fhir.xml_writer import write_xml


@pytest.fixture(scope="module")
def nobody(exchange: Running) -> Iterator[httpx.Client]:
    """Somebody on the plain port, without token or certificate."""
    with connected(exchange.facts["plain"]) as client:
        yield client


class TestDefinitions:
    def test_a_definition_is_in_reach_once_it_was_put_and_no_more_when_deleted(
        self, nobody: httpx.Client, tables: Tables
    ) -> None:
        profile, name = definition("2000-01-01"), str(uuid4())
        born = {"resourceType": "Patient", "birthDate": "1999-01-01"}
        assert put(nobody, profile, name).status_code == 201
        assert [each["expression"] for each in errors(asked(nobody, born, profile=profile["url"]))] == [
            ["Patient.birthDate"]
        ]
        changed = {**profile, "differential": definition("1999-01-01")["differential"]}
        again = put(nobody, changed, name)
        assert (again.status_code, again.json()["url"]) == (200, profile["url"])
        assert not errors(asked(nobody, born, profile=profile["url"]))
        request_id = str(uuid4())
        gone = nobody.delete(f"StructureDefinition/{name}", headers={"X-Request-Id": request_id})
        assert (gone.status_code, gone.content) == (204, b"")
        assert tables.audit(request_id)["event"] == "definition.given"
        told = asked(nobody, born, profile=profile["url"])
        assert any(profile["url"] in each["details"]["text"] for each in told)

    def test_a_definition_may_be_put_in_xml(self, nobody: httpx.Client) -> None:
        profile, name = definition("2000-01-01"), str(uuid4())
        headers = {"Content-Type": FHIR_XML}
        address = f"StructureDefinition/{name}"
        assert nobody.put(address, content=write_xml(profile), headers=headers).status_code == 201
        assert errors(asked(nobody, {"resourceType": "Patient"}, profile=profile["url"]))
        nobody.delete(address)

    def test_a_value_set_a_code_system_and_a_questionnaire_are_in_reach(self, nobody: httpx.Client) -> None:
        system, value_set, form = (f"{EXAMPLE}/{uuid4()}" for _ in range(3))
        given = [
            {
                "resourceType": "CodeSystem",
                "url": system,
                "status": "active",
                "content": "complete",
                "concept": [{"code": "a"}],
            },
            {
                "resourceType": "ValueSet",
                "url": value_set,
                "status": "active",
                "compose": {"include": [{"system": system}]},
            },
            {
                "resourceType": "Questionnaire",
                "url": form,
                "status": "active",
                "item": [{"linkId": "1", "type": "choice", "answerValueSet": value_set}],
            },
        ]
        for one in given:
            assert put(nobody, one, str(uuid4())).status_code == 201

        def answered(code: str) -> list[dict[str, Any]]:
            answer = {"valueCoding": {"system": system, "code": code}}
            filled = {
                "resourceType": "QuestionnaireResponse",
                "questionnaire": form,
                "status": "completed",
                "item": [{"linkId": "1", "answer": [answer]}],
            }
            return errors(asked(nobody, filled, "QuestionnaireResponse"))

        assert not answered("a")
        assert answered("b")

    @pytest.mark.parametrize(
        ("content", "form", "status", "rule_id"),
        [
            (b'{"resourceType": "ValueSet"}', FHIR_JSON, 400, "WIRE-011"),
            (b'{"resourceType": "StructureDefinition"', FHIR_JSON, 400, "WIRE-001"),
            (b"<StructureDefinition", FHIR_XML, 400, "WIRE-005"),
            (b"{}", "text/plain", 415, "WIRE-002"),
        ],
    )
    def test_what_is_no_definition_is_refused(
        self, nobody: httpx.Client, content: bytes, form: str, status: int, rule_id: str
    ) -> None:
        answer = nobody.put("StructureDefinition/x", content=content, headers={"Content-Type": form})
        refused(answer, status, rule_id)

    def test_resources_of_patients_are_not_taken(self, nobody: httpx.Client) -> None:
        refused(put(nobody, {"resourceType": "Patient"}, "x"), 405, "WIRE-006")
        refused(put(nobody, {"resourceType": "Observation"}, "x"), 404, "WIRE-003")

    def test_puts_and_validations_at_the_same_time_do_not_disturb_one_another(
        self, exchange: Running, nobody: httpx.Client
    ) -> None:
        days = [f"2000-01-{day:02}" for day in range(1, 9)]
        profiles = [definition(day) for day in days]

        def one(turn: int) -> None:
            with connected(exchange.facts["plain"]) as client:
                mine = turn % len(days)
                profile, name = profiles[mine], f"race-{mine}"
                assert put(client, profile, name).status_code in (200, 201)
                for number, day in enumerate(days):
                    body = {"resourceType": "Patient", "birthDate": day}
                    found = errors(asked(client, body, profile=profile["url"]))
                    assert bool(found) == (number != mine)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, range(24)))
        last = {**profiles[0], "differential": definition("1980-05-05")["differential"]}
        assert put(nobody, last, "race-0").status_code == 200
        assert not errors(
            asked(nobody, {"resourceType": "Patient", "birthDate": "1980-05-05"}, profile=last["url"])
        )

    def test_the_same_definition_put_by_many_is_kept_once(self, exchange: Running) -> None:
        profile, name = definition("2000-01-01"), str(uuid4())

        def one(_: int) -> int:
            with connected(exchange.facts["plain"]) as client:
                return put(client, profile, name).status_code

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(one, range(8))) == [200] * 7 + [201]


class TestWhatIsKept:
    """Of each address its own, and not without end."""

    @staticmethod
    def urls(given: GivenDefinitions, address: str, *wanted: str) -> list[str]:
        return [url for url in wanted if given.library(address).find("ValueSet", url) is not None]

    @staticmethod
    def value_set(url: str) -> dict[str, Any]:
        return {"resourceType": "ValueSet", "url": url, "status": "active"}

    def test_nobody_sees_what_another_address_has_put(self) -> None:
        given = GivenDefinitions()
        assert given.put("192.0.2.1", "a", self.value_set("urn:a"), 10)
        assert given.put("192.0.2.2", "a", self.value_set("urn:b"), 10)
        assert self.urls(given, "192.0.2.1", "urn:a", "urn:b") == ["urn:a"]
        assert self.urls(given, "192.0.2.2", "urn:a", "urn:b") == ["urn:b"]
        assert given.library("192.0.2.3") is RELEASE
        assert not given.remove("192.0.2.3", "ValueSet", "a")
        assert given.remove("192.0.2.1", "ValueSet", "a")
        assert self.urls(given, "192.0.2.2", "urn:b") == ["urn:b"]

    def test_a_library_once_given_does_not_change(self) -> None:
        given = GivenDefinitions()
        given.put("192.0.2.1", "a", self.value_set("urn:a"), 10)
        before = given.library("192.0.2.1")
        given.put("192.0.2.1", "a", self.value_set("urn:b"), 10)
        assert before.find("ValueSet", "urn:a") is not None
        assert self.urls(given, "192.0.2.1", "urn:a", "urn:b") == ["urn:b"]

    def test_the_oldest_definition_goes_when_there_are_too_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(given_definitions, "MAX_DEFINITIONS", 3)
        given = GivenDefinitions()
        for name in "abc":
            given.put("192.0.2.1", name, self.value_set(f"urn:{name}"), 10)
        given.put("192.0.2.1", "a", self.value_set("urn:a"), 10)  # as new
        given.put("192.0.2.1", "d", self.value_set("urn:d"), 10)
        wanted = [f"urn:{name}" for name in "abcd"]
        assert self.urls(given, "192.0.2.1", *wanted) == ["urn:a", "urn:c", "urn:d"]

    def test_the_oldest_definitions_go_when_they_are_too_large(self) -> None:
        given, half = GivenDefinitions(), given_definitions.MAX_BYTES // 2
        for name in "abc":
            given.put("192.0.2.1", name, self.value_set(f"urn:{name}"), half)
        assert self.urls(given, "192.0.2.1", "urn:a", "urn:b", "urn:c") == ["urn:b", "urn:c"]

    def test_the_address_that_asked_longest_ago_goes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(given_definitions, "MAX_ADDRESSES", 2)
        given = GivenDefinitions()
        for address in ("192.0.2.1", "192.0.2.2"):
            given.put(address, "a", self.value_set("urn:a"), 10)
        given.library("192.0.2.1")
        given.put("192.0.2.3", "a", self.value_set("urn:a"), 10)
        seen = {n: self.urls(given, f"192.0.2.{n}", "urn:a") for n in (1, 2, 3)}
        assert seen == {1: ["urn:a"], 2: [], 3: ["urn:a"]}

    def test_all_addresses_together_are_bounded(self) -> None:
        given, much = GivenDefinitions(), given_definitions.MAX_BYTES
        count = given_definitions.MAX_BYTES_IN_ALL // much + 1
        for number in range(count):
            given.put(f"192.0.2.{number}", "a", self.value_set("urn:a"), much)
        assert [bool(self.urls(given, f"192.0.2.{n}", "urn:a")) for n in range(count)] == [
            False,
            *[True] * (count - 1),
        ]
