"""Classifiers by the connector: a copy that is kept, checked and renewed; and single codes."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from tests.connector.peer import Peer, answers
from tests.running import Running
from tilts_connector import (
    Actor,
    AsyncClassifiers,
    AsyncExchange,
    Classifiers,
    Credentials,
    Exchange,
    Misused,
    Options,
    Refused,
    Unreachable,
)

FORMS = "https://tilts.example/fhir/CodeSystem/medicine-forms"
TEXT = b'{"code":"A"}\n'


@pytest.fixture(scope="module")
def classifiers(exchange: Running) -> Iterator[Classifiers]:
    """As the sandbox's vendor, in English."""
    with exchange.connect("vendor", language="en") as found:
        yield Classifiers(found.acting_as(Actor(purpose="HOPERAT")))


def listing(**changed: Any) -> dict[str, Any]:
    version = {
        "version": "1",
        "valid_from": None,
        "valid_to": None,
        "sha256": hashlib.sha256(TEXT).hexdigest(),
        "count": 1,
    }
    row = {
        "name": "forms",
        "url": "urn:x",
        "title": {"lv": "Formas", "en": "Forms"},
        "licence": "Apache-2.0",
        "state": "granted",
        "clause": None,
        "in_force": "1",
        "versions": [version],
    }
    return {"classifiers": [{**row, **changed}]}


def planted(peer: Peer, *bodies: bytes, **changed: Any) -> None:
    """A peer with one classifier, and these files in this order."""
    peer.plant("/classifiers", *[answers(lambda: JSONResponse(listing(**changed)))] * max(1, len(bodies)))
    peer.plant("forms/1.ndjson", *[answers(lambda body=body: Response(body)) for body in bodies])  # type: ignore[misc]


class TestWithTheExchange:
    def test_the_list_says_what_this_system_may_have(self, classifiers: Classifiers) -> None:
        found = {one.name: one for one in classifiers.list()}

        assert (found["iso-4217"].state, found["iso-4217"].how_to_get_access) == ("granted", "")
        assert (found["medicine-forms"].state, found["medicine-forms"].clause) == ("none", "medicines")
        assert found["medicine-forms"].how_to_get_access
        assert [one.valid_from for one in found["medicine-forms"].versions] == [
            date(2026, 1, 1),
            date(2025, 1, 1),
        ]

    def test_a_download_is_whole_and_a_second_one_finds_it_still_good(
        self, classifiers: Classifiers, tmp_path: Path
    ) -> None:
        first = classifiers.download("iso-4217", tmp_path / "lists")
        codes = [json.loads(line)["code"] for line in first.path.read_bytes().splitlines()]

        assert first.changed and "EUR" in codes
        assert hashlib.sha256(first.path.read_bytes()).hexdigest() == first.sha256
        assert not classifiers.download("iso-4217", tmp_path / "lists").changed

    def test_a_copy_that_was_damaged_is_brought_anew(self, classifiers: Classifiers, tmp_path: Path) -> None:
        path = classifiers.download("iso-4217", tmp_path).path
        path.write_bytes(path.read_bytes()[:100])

        assert classifiers.download("iso-4217", tmp_path).changed
        assert not classifiers.download("iso-4217", tmp_path).changed

    @pytest.mark.parametrize(
        ("name", "version", "rule_id"),
        [("medicine-forms", None, "CLS-004"), ("nothing", None, "CLS-001"), ("iso-4217", "1999", "CLS-002")],
    )
    def test_what_is_not_given_is_refused_with_its_rule(
        self, classifiers: Classifiers, tmp_path: Path, name: str, version: str | None, rule_id: str
    ) -> None:
        with pytest.raises(Refused) as no:
            classifiers.download(name, tmp_path, version)

        assert no.value.rule_id == rule_id
        assert list(tmp_path.iterdir()) == []

    def test_a_code_as_of_a_day(self, classifiers: Classifiers) -> None:
        found = classifiers.lookup(FORMS, "MF-23", on=date(2025, 6, 1))

        assert (found.version, found.display, found.names["lv"]) == ("2025.1", "Eye drops", "Pilieni acīm")
        assert classifiers.lookup(FORMS, "MF-14", version="2026.1").properties["replaced-by"] == "MF-15"

    def test_a_code_that_is_gone_is_not_valid_and_says_why(self, classifiers: Classifiers) -> None:
        gone = classifiers.validate(FORMS, "MF-14", on=date(2026, 4, 1))

        assert (gone.valid, gone.inactive) == (False, True)
        assert "MF-15" in gone.message
        assert classifiers.validate(FORMS, "MF-11", display="Tablet").valid
        assert not classifiers.validate(FORMS, "MF-11", display="Ball").valid


def test_content_that_is_not_what_its_hash_says_is_not_kept(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    planted(peer, b"other\n", TEXT)
    with Exchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange:
        with pytest.raises(Unreachable, match="hash"):
            Classifiers(exchange).download("forms", tmp_path)
        assert list(tmp_path.iterdir()) == []

        assert Classifiers(exchange).download("forms", tmp_path).path.read_bytes() == TEXT


def test_the_copy_that_is_there_is_named_in_the_question(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    planted(peer, TEXT)
    (tmp_path / "forms-1.ndjson").write_bytes(TEXT)
    with Exchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange:
        Classifiers(exchange).download("forms", tmp_path)

    [asked] = peer.seen("forms/1.ndjson")
    assert asked.headers["if-none-match"] == f'"{hashlib.sha256(TEXT).hexdigest()}"'


def test_an_answer_still_good_to_whom_asked_for_all_is_no_yes(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    peer.plant("/classifiers", answers(lambda: JSONResponse(listing())))
    peer.plant("forms/1.ndjson", answers(lambda: Response(status_code=304)))
    with Exchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange, pytest.raises(Refused):
        Classifiers(exchange).download("forms", tmp_path)


@pytest.mark.parametrize("name", ["../forms", "a/b", "", ".."])
def test_a_name_cannot_lead_out_of_the_folder(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path, name: str
) -> None:
    planted(peer, name=name)
    with Exchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange, pytest.raises(Misused):
        Classifiers(exchange).download(name, tmp_path)


def test_without_a_version_in_force_one_must_be_named(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    planted(peer, in_force=None)
    with (
        Exchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange,
        pytest.raises(Misused, match="no version"),
    ):
        Classifiers(exchange).download("forms", tmp_path)


def test_a_list_that_cannot_be_read_is_no_list(
    peer: Peer, credentials: Credentials, options: Options
) -> None:
    peer.plant("/classifiers", answers(lambda: JSONResponse({"classifiers": [{}]})))
    with (
        Exchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange,
        pytest.raises(Unreachable),
    ):
        Classifiers(exchange).list()


@pytest.mark.anyio
async def test_the_same_with_an_event_loop(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    planted(peer, TEXT)
    async with AsyncExchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange:
        found = await AsyncClassifiers(exchange).download("forms", tmp_path)

    assert found.path.read_bytes() == TEXT
