"""Classifiers on the wire: who may ask, what is answered, and files that a cache may keep."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from tests.running import Running
from tests.transport.tables import Tables
from tests.transport.test_shapes import pinned
from tests.transport.wire import Caller, no_certificate, refused
from tilts.access.routes import Call, Incoming
from tilts.exchange.terms import terms_from
from tilts.house import build
from tilts.party import NOBODY
from tilts.rules import Refusal
from tilts.store.tx import Database
from tilts.terminology.access import AgreementAccess
from tilts.transport.terminology.classifier_feed import downloaded, listed
from tilts.transport.terminology.classifiers import ClassifierParts

FORMS = "https://tilts.example/fhir/CodeSystem/medicine-forms"
GENDER = "http://hl7.org/fhir/administrative-gender"


@pytest.fixture(scope="session")
def vendor(caller: Callable[..., Caller]) -> Caller:
    return caller("vendor")


@pytest.fixture(scope="session")
def root(vendor: Caller) -> str:
    return vendor.base.removesuffix("/fhir/r4")


@pytest.fixture
def file(root: str) -> str:
    return f"{root}/classifiers/iso-4217/2026.2.ndjson"


def parameters(**values: Any) -> dict[str, Any]:
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": name, **value} for name, value in values.items()],
    }


def out(answer: httpx.Response) -> dict[str, Any]:
    """Simple values of an answer by name; the first of each."""
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = {}
    for one in answer.json()["parameter"]:
        values = [value for name, value in one.items() if name.startswith("value")]
        told.setdefault(one["name"], values[0] if values else one)
    return told


class TestWhoMayAsk:
    @pytest.mark.parametrize(
        "path",
        [
            "CodeSystem?url=urn:iso:std:iso:4217",
            "CodeSystem/iso-4217-2026.2",
            "CodeSystem/$lookup?system=urn:iso:std:iso:4217&code=EUR",
            "CodeSystem/$validate-code?url=urn:iso:std:iso:4217&code=EUR",
            "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&code=male",
        ],
    )
    def test_in_the_sandbox_neither_token_nor_certificate_is_needed(
        self, exchange: Running, tables: Tables, path: str
    ) -> None:
        with no_certificate(exchange) as nobody:
            answer = nobody.get(f"{exchange.facts['fhir']}/{path}")
        assert answer.status_code == 200, answer.text
        [entry] = tables.rows(
            "SELECT * FROM audit_entry WHERE request_id = %s", answer.headers["x-request-id"]
        )
        assert (entry["client_id"], entry["outcome"]) == (None, "success")
        assert entry["event"].startswith("classifier.")

    def test_the_plain_port_asks_nobody_either(self, exchange: Running) -> None:
        answer = httpx.get(f"{exchange.facts['plain']}/CodeSystem/iso-4217-2026.2", trust_env=False)
        assert answer.status_code == 200

    def test_the_feed_asks_who_it_is(self, exchange: Running, root: str) -> None:
        with no_certificate(exchange) as nobody:
            refused(nobody.get(f"{root}/classifiers"), 401, "ACC-001")

    def test_a_bad_token_is_not_taken_for_none(self, vendor: Caller) -> None:
        refused(vendor.get("CodeSystem", token="rubbish"), 401, "ACC-006")

    def test_the_feed_needs_its_scope(self, vendor: Caller, root: str) -> None:
        without = vendor.token(scope="system/Organization.r")
        refused(vendor.get(f"{root}/classifiers", token=without), 403, "ACC-009")

    def test_a_practice_gets_the_public_lists_and_no_others(
        self, caller: Callable[..., Caller], root: str, file: str
    ) -> None:
        practice = caller("practice-3")
        assert practice.get(file).status_code == 200
        refused(practice.get(f"{root}/classifiers/medicine-forms/2026.1.ndjson"), 403, "CLS-004")

    @pytest.mark.anyio
    @pytest.mark.parametrize(
        "path", ["CodeSystem", "CodeSystem/$lookup?system=urn:iso:std:iso:4217&code=EUR"]
    )
    async def test_outside_the_sandbox_a_certificate_is_needed(self, exchange: Running, path: str) -> None:
        house = build(replace(exchange.settings, sandbox=False))
        await house.database.open()
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(house.tls)) as client:
                refused(await client.get(f"https://localhost/fhir/r4/{path}"), 401, "ACC-001")
        finally:
            await house.database.close()

    def test_other_routes_stay_closed_to_nobody(self, exchange: Running) -> None:
        with no_certificate(exchange) as nobody:
            refused(nobody.get(f"{exchange.facts['fhir']}/Organization"), 401, "ACC-001")

    def test_a_feed_is_not_below_the_fhir_base(self, vendor: Caller) -> None:
        assert vendor.get("classifiers").status_code == 404


class TestSearch:
    def test_by_url_name_version_and_status(self, vendor: Caller) -> None:
        def found(**by: str) -> list[str]:
            return [one["resource"]["id"] for one in vendor.found("CodeSystem", **by).get("entry", [])]

        assert found(url=FORMS) == ["medicine-forms-2026.1", "medicine-forms-2025.1"]
        assert found(url=FORMS, status="retired") == ["medicine-forms-2025.1"]
        assert found(name="zāļu formas", version="2026.1") == ["medicine-forms-2026.1"]
        assert found(url="urn:nothing") == []

    def test_pages_lead_to_all(self, vendor: Caller) -> None:
        answer = vendor.get("CodeSystem?_count=20").json()
        found = [one["resource"]["id"] for one in answer["entry"]]
        total = answer["total"]
        while link := next((one["url"] for one in answer["link"] if one["relation"] == "next"), None):
            answer = vendor.get(link).json()
            found += [one["resource"]["id"] for one in answer["entry"]]
        assert len(found) == len(set(found)) == total

    @pytest.mark.parametrize("query", ["_page=0", "_page=x", "colour=red"])
    def test_what_is_not_understood_is_refused(self, vendor: Caller, query: str) -> None:
        refused(vendor.get(f"CodeSystem?{query}"), 400, "WIRE-008")

    def test_only_how_many(self, vendor: Caller) -> None:
        answer = vendor.found("CodeSystem", url=FORMS, _summary="count")
        assert (answer["total"], "entry" in answer) == (2, False)


class TestRead:
    def test_a_short_list_with_its_codes(self, vendor: Caller) -> None:
        pinned("code-system", vendor.get("CodeSystem/fhir-administrative-gender-4.0.1").json())

    def test_a_long_list_without_codes_says_so(self, vendor: Caller) -> None:
        resource = vendor.get("CodeSystem/iso-639-3-2026.2").json()
        assert (resource["content"], resource["count"]) == ("not-present", 7923)
        assert "concept" not in resource

    def test_a_part_of_a_list_says_so(self, vendor: Caller) -> None:
        assert vendor.get("CodeSystem/units-2025.1").json()["content"] == "fragment"

    def test_what_is_under_agreement_is_described_without_codes(self, vendor: Caller) -> None:
        resource = vendor.get("CodeSystem/medicine-forms-2026.1").json()
        assert (resource["content"], resource["experimental"]) == ("not-present", True)
        assert resource["extension"][0]["valuePeriod"] == {"start": "2026-01-01"}

    def test_names_are_those_of_the_language(self, vendor: Caller) -> None:
        resource = vendor.get("CodeSystem/iso-3166-1-2026.2", language="lv").json()
        latvia = next(concept for concept in resource["concept"] if concept["code"] == "LV")
        assert (resource["title"], latvia["display"]) == ("Valstis (ISO 3166-1)", "Latvija")
        assert {"language": "en", "value": "Latvia"} in latvia["designation"]

    @pytest.mark.parametrize("name", ["nothing-1", "medicine-forms", "%00"])
    def test_what_is_not_there_is_not_found(self, vendor: Caller, name: str) -> None:
        assert vendor.get(f"CodeSystem/{name}").status_code == 404


class TestLookup:
    def test_a_code(self, vendor: Caller) -> None:
        answer = vendor.get(f"CodeSystem/$lookup?system={FORMS}&code=MF-14&date=2026-02-01")
        assert answer.status_code == 200
        pinned("lookup", answer.json())

    def test_by_post_and_by_get_it_is_the_same(self, vendor: Caller) -> None:
        body = parameters(
            coding={"valueCoding": {"system": FORMS, "code": "MF-11"}}, date={"valueDateTime": "2026-02-01"}
        )
        posted = vendor.post("CodeSystem/$lookup", body)
        asked = vendor.get(f"CodeSystem/$lookup?system={FORMS}&code=MF-11&date=2026-02-01")
        assert posted.json() == asked.json()

    @pytest.mark.parametrize(("day", "name"), [("2025-12-31", "Pilieni acīm"), ("2026-01-01", "Acu pilieni")])
    def test_the_version_in_force_that_day_answers(self, vendor: Caller, day: str, name: str) -> None:
        answer = out(
            vendor.get(f"CodeSystem/$lookup?system={FORMS}&code=MF-23&date={day}&displayLanguage=lv")
        )
        assert (answer["display"], answer["version"]) == (name, f"{day[:4]}.1")

    def test_the_language_of_names_is_that_of_the_parameter_then_of_the_header(self, vendor: Caller) -> None:
        path = "CodeSystem/$lookup?system=urn:iso:std:iso:3166&code=LV"
        assert out(vendor.get(path, language="lv"))["display"] == "Latvija"
        assert out(vendor.get(f"{path}&displayLanguage=en-GB", language="lv"))["display"] == "Latvia"

    def test_only_the_properties_that_were_asked_for(self, vendor: Caller) -> None:
        answer = vendor.get("CodeSystem/$lookup?system=urn:iso:std:iso:3166&code=LV&property=form").json()
        told = [one["part"][0]["valueCode"] for one in answer["parameter"] if one["name"] == "property"]
        assert told == ["form"]

    @pytest.mark.parametrize(
        ("query", "status", "rule_id"),
        [
            ("system=urn:nothing&code=A", 404, "CLS-001"),
            (f"system={FORMS}&version=1999&code=MF-11", 404, "CLS-002"),
            (f"system={FORMS}|1999&code=MF-11", 404, "CLS-002"),
            (f"system={FORMS}&code=MF-99", 404, "CLS-003"),
            (f"system={FORMS}&code=MF-11&date=2024-12-31", 404, "CLS-007"),
            (f"system={FORMS}&code=MF-11&date=yesterday", 400, "CLS-008"),
            (f"system={FORMS}", 400, "CLS-008"),
            ("code=MF-11", 400, "CLS-008"),
            ("system=%00&code=A", 404, "CLS-001"),
        ],
    )
    def test_what_cannot_be_answered_says_why(
        self, vendor: Caller, query: str, status: int, rule_id: str
    ) -> None:
        refused(vendor.get(f"CodeSystem/$lookup?{query}"), status, rule_id)


class TestValidateCode:
    def ask(self, vendor: Caller, query: str) -> dict[str, Any]:
        return out(vendor.get(f"CodeSystem/$validate-code?{query}"))

    def test_a_good_code(self, vendor: Caller) -> None:
        answer = self.ask(vendor, f"url={GENDER}&code=male")
        assert (answer["result"], answer["display"]) == (True, "Male")
        assert "issues" not in answer

    def test_a_code_that_is_gone_names_its_successor(self, vendor: Caller) -> None:
        answer = vendor.get(f"CodeSystem/$validate-code?url={FORMS}&code=MF-14&date=2026-04-01")
        assert out(answer)["result"] is False
        assert "2026-04-01" in out(answer)["message"], "a pinned answer shows no day"
        pinned("validate-code-gone", answer.json())

    def test_the_same_code_was_good_the_day_before(self, vendor: Caller) -> None:
        answer = self.ask(vendor, f"url={FORMS}&code=MF-14&date=2026-03-31")
        assert (answer["result"], answer["inactive"]) == (True, True)
        assert self.ask(vendor, f"url={FORMS}&code=MF-14&date=2025-03-31")["result"] is True

    def test_a_code_that_is_announced_is_not_good_yet(self, vendor: Caller) -> None:
        assert self.ask(vendor, f"url={FORMS}&code=MF-25&date=2026-06-30")["result"] is False
        assert self.ask(vendor, f"url={FORMS}&code=MF-25&date=2026-07-01")["result"] is True

    def test_an_unknown_code_is_an_answer_not_an_error(self, vendor: Caller) -> None:
        answer = self.ask(vendor, f"url={GENDER}&code=robot")
        assert answer["result"] is False
        assert answer["message"] == f"Unknown code 'robot' in the CodeSystem '{GENDER}' version '4.0.1'"

    def test_outside_a_part_of_a_list_it_warns(self, vendor: Caller) -> None:
        answer = self.ask(vendor, "url=http://unitsofmeasure.org&code=furlong")
        assert answer["result"] is True and "fragment" in answer["message"]

    def test_a_wrong_name_is_said_in_the_language_of_the_caller(self, vendor: Caller) -> None:
        answer = out(
            vendor.get(f"CodeSystem/$validate-code?url={FORMS}&code=MF-11&display=Bumba", language="lv")
        )
        assert answer["result"] is False and "Tablete" in answer["message"]

    def test_the_system_of_the_coding_stands_for_the_url(self, vendor: Caller) -> None:
        body = parameters(coding={"valueCoding": {"system": GENDER, "code": "female"}})
        assert out(vendor.post("CodeSystem/$validate-code", body))["result"] is True

    @pytest.mark.parametrize("name", ["codeSystem", "tx-resource"])
    def test_a_resource_in_the_question_is_refused_not_ignored(self, vendor: Caller, name: str) -> None:
        inline = {"resource": {"resourceType": "CodeSystem", "status": "active", "content": "complete"}}
        body = parameters(code={"valueCode": "male"}, url={"valueUri": GENDER}, **{name: inline})
        refused(vendor.post("CodeSystem/$validate-code", body), 400, "CLS-008")

    def test_in_the_value_set_of_all_codes(self, vendor: Caller) -> None:
        body = parameters(
            url={"valueUri": "http://hl7.org/fhir/ValueSet/administrative-gender"},
            codeableConcept={
                "valueCodeableConcept": {
                    "coding": [{"system": "urn:x", "code": "M"}, {"system": GENDER, "code": "male"}]
                }
            },
        )
        assert out(vendor.post("ValueSet/$validate-code", body))["result"] is True

    def test_a_code_of_another_system_is_not_in_the_value_set(self, vendor: Caller) -> None:
        answer = out(
            vendor.get(
                "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&system=urn:x&code=male"
            )
        )
        assert answer["result"] is False and "urn:x#male" in answer["message"]

    def test_a_value_set_that_is_not_known_is_refused(self, vendor: Caller) -> None:
        refused(vendor.get("ValueSet/$validate-code?url=urn:x&code=A"), 404, "CLS-001")

    def test_many_codings_of_nothing_are_refused(self, vendor: Caller) -> None:
        body = parameters(url={"valueUri": GENDER}, codeableConcept={"valueCodeableConcept": {"text": "man"}})
        refused(vendor.post("CodeSystem/$validate-code", body), 400, "CLS-008")


class TestFeed:
    def test_the_list(self, vendor: Caller, root: str) -> None:
        answer = vendor.get(f"{root}/classifiers").json()
        by_name = {one["name"]: one for one in answer["classifiers"]}
        assert by_name["iso-4217"]["state"] == "granted"
        assert by_name["medicine-forms"]["state"] == "none"
        assert by_name["medicine-forms"]["how_to_get_access"].endswith("/procedures/operator-agreement")
        text = json.dumps(by_name["medicine-forms"]).replace(root, "https://localhost:1")
        portal = vendor.exchange.facts["portal"]
        pinned("classifier-in-the-feed", json.loads(text.replace(portal, "https://portal/")))

    def test_a_file_is_what_its_hash_says(self, vendor: Caller, file: str, root: str) -> None:
        answer = vendor.get(file, headers={"Accept-Encoding": "identity"})
        [listed] = [
            version["sha256"]
            for one in vendor.get(f"{root}/classifiers").json()["classifiers"]
            if one["name"] == "iso-4217"
            for version in one["versions"]
        ]
        assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"' == f'"{listed}"'
        assert answer.headers["content-type"] == "application/x-ndjson"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert json.loads(answer.content.splitlines()[0])["code"] == "AED"

    def test_packed_it_is_the_same_content_under_a_mark_of_its_own(self, vendor: Caller, file: str) -> None:
        whole = vendor.get(file, headers={"Accept-Encoding": "identity"})
        packed = vendor.get(file, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip" and "accept-encoding" in packed.headers["vary"]
        assert packed.content == whole.content  # httpx unpacks
        assert int(packed.headers["content-length"]) < len(whole.content) / 2
        assert packed.headers["etag"] == whole.headers["etag"][:-1] + '-gzip"'

    @pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*", "gzip"])
    def test_a_copy_that_is_still_good_is_not_sent_again(self, vendor: Caller, file: str, form: str) -> None:
        etag = vendor.get(file, headers={"Accept-Encoding": "identity"}).headers["etag"]
        known = etag[:-1] + '-gzip"' if form == "gzip" else form.format(etag)
        answer = vendor.get(file, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag

    def test_another_copy_is_sent_anew(self, vendor: Caller, file: str) -> None:
        assert vendor.get(file, headers={"If-None-Match": '"other"'}).status_code == 200

    @pytest.mark.parametrize(
        ("span", "part"),
        [
            ("0-9", slice(0, 10)),
            ("100-", slice(100, None)),
            ("-5", slice(-5, None)),
            ("5-99999999", slice(5, None)),
        ],
    )
    def test_a_broken_download_goes_on(self, vendor: Caller, file: str, span: str, part: slice) -> None:
        whole = vendor.get(file).content
        answer = vendor.get(file, headers={"Range": f"bytes={span}"})
        assert answer.status_code == 206 and answer.content == whole[part]
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")

    @pytest.mark.parametrize(
        "span", ["bytes=9-1", "bytes=99999999-", "bytes=-0", "bytes=-", "lines=1-2", "bytes=1-2,4-5"]
    )
    def test_a_range_that_makes_no_sense_gives_the_whole(self, vendor: Caller, file: str, span: str) -> None:
        assert vendor.get(file, headers={"Range": span}).status_code == 200

    def test_a_part_of_another_version_is_not_given(self, vendor: Caller, file: str) -> None:
        answer = vendor.get(file, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
        assert answer.status_code == 200

    def test_head_says_how_long_it_is_and_sends_nothing(self, vendor: Caller, file: str) -> None:
        identity = {"Accept-Encoding": "identity"}
        whole, head = vendor.get(file, headers=identity), vendor.send("HEAD", file, headers=identity)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.content))
        assert head.headers["etag"] == whole.headers["etag"]

    def test_a_spreadsheet(self, vendor: Caller, root: str) -> None:
        answer = vendor.get(f"{root}/classifiers/iso-4217/2026.2.csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert {row["code"]: row["lv"] for row in rows}["EUR"] == "eiro"
        assert answer.headers["etag"].startswith('"') and "-csv" in answer.headers["etag"]

    @pytest.mark.parametrize(
        ("path", "status", "rule_id"),
        [
            ("nothing/1.ndjson", 404, "CLS-001"),
            ("iso-4217/1999.ndjson", 404, "CLS-002"),
            ("iso-4217/2026.2.xml", 404, "WIRE-003"),
            ("medicine-forms/2026.1.ndjson", 403, "CLS-004"),
            ("medicine-forms/2026.1.csv", 403, "CLS-004"),
        ],
    )
    def test_what_is_not_given_says_why(
        self, vendor: Caller, root: str, path: str, status: int, rule_id: str
    ) -> None:
        refused(vendor.get(f"{root}/classifiers/{path}"), status, rule_id)

    def test_a_refusal_names_clause_condition_and_page(self, vendor: Caller, root: str) -> None:
        issue = refused(vendor.get(f"{root}/classifiers/medicine-forms/2026.1.ndjson"), 403, "CLS-004")
        assert "'medicines'" in issue["details"]["text"]
        assert "/procedures/operator-agreement" in issue["details"]["text"]

    def test_a_refusal_and_a_download_are_written_down(
        self, vendor: Caller, root: str, file: str, tables: Tables
    ) -> None:
        for address, outcome, rule_id in (
            (file, "success", None),
            (f"{root}/classifiers/medicine-forms/2026.1.ndjson", "refused", "CLS-004"),
        ):
            request_id = vendor.get(address).headers["x-request-id"]
            [entry] = tables.rows("SELECT * FROM audit_entry WHERE request_id = %s", request_id)
            assert (entry["event"], entry["outcome"], entry["rule_id"]) == (
                "classifier.downloaded",
                outcome,
                rule_id,
            )
            assert entry["client_id"] == vendor.facts["client_id"]


class TestAgreement:
    """What the gate will give: the same doors, asked with agreements of every kind."""

    pytestmark = pytest.mark.anyio

    def call(self, exchange: Running, tx: Any, **ids: str) -> Call:
        incoming = Incoming("GET", ("classifiers",), [], {}, b"", None, False, "one", "en")
        return Call(
            tx=tx,
            party=NOBODY,
            now=datetime(2026, 5, 1, tzinfo=UTC),
            incoming=incoming,
            ids=ids,
            terms=terms_from(exchange.settings, date(2026, 5, 1)),
            canonical_base="https://tilts.example/fhir",
            public_base="https://localhost:1/fhir/r4",
        )

    def parts(self, agreement: AgreementAccess) -> ClassifierParts:
        async def agreed(_call: Call) -> AgreementAccess:
            return agreement

        return ClassifierParts(agreement_of=agreed, portal_base="http://127.0.0.1:1/")

    async def test_with_an_agreement_the_file_is_given_to_this_caller_only(
        self, exchange: Running, database: Database
    ) -> None:
        parts = self.parts(AgreementAccess("limited", frozenset({"medicines"})))
        async with database.transaction() as tx:
            reply = await downloaded(
                parts, self.call(exchange, tx, name="medicine-forms", file="2026.1.ndjson")
            )
        assert reply.raw and b"MF-15" in reply.raw
        assert reply.headers["cache-control"].startswith("private")

    @pytest.mark.parametrize(
        ("agreement", "rule_id"),
        [
            (AgreementAccess("limited", frozenset({"registers"})), "CLS-005"),
            (AgreementAccess("granted", ends_on=date(2026, 4, 30)), "CLS-006"),
        ],
    )
    async def test_without_the_clause_or_after_its_end_it_is_refused(
        self, exchange: Running, database: Database, agreement: AgreementAccess, rule_id: str
    ) -> None:
        async with database.transaction() as tx:
            call = self.call(exchange, tx, name="medicine-forms", file="2026.1.ndjson")
            with pytest.raises(Refusal, match=rule_id):
                await downloaded(self.parts(agreement), call)

    async def test_the_list_tells_the_state_of_each(self, exchange: Running, database: Database) -> None:
        parts = self.parts(AgreementAccess("limited", frozenset({"registers"})))
        async with database.transaction() as tx:
            reply = await listed(parts, self.call(exchange, tx))
        states = {one["name"]: one["state"] for one in json.loads(reply.raw or b"")["classifiers"]}
        assert states["practitioner-specialties"] == "granted"
        assert states["medicine-forms"] == "limited"
        assert states["iso-3166-1"] == "granted"
