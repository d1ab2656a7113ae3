"""Who acts, as the connector asks for it: a delegator, proof of the person, fewer scopes, nobody at all."""

import base64
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.running import Running
from tilts_connector import Actor, Refused


def told(exchange: Running, actor: Actor) -> dict[str, Any]:
    with exchange.connect("practice-3") as line, line.acting_as(actor) as acting:
        part = acting.bearer_token().split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@pytest.fixture(scope="module")
def people(exchange: Running) -> dict[str, Actor]:
    here = f"Organization/{exchange.facts['clients']['practice-3']['org']}"
    return {
        one["code"][0]["coding"][0]["code"]: Actor(
            one["practitioner"]["reference"].partition("/")[2], one["id"]
        )
        for one in exchange.environment.population.resources
        if one["resourceType"] == "PractitionerRole" and one["organization"]["reference"] == here
    }


def test_a_nurse_acts_in_the_name_of_the_doctor(exchange: Running, people: dict[str, Actor]) -> None:
    doctor = people["doctor"].role_id
    claims = told(exchange, replace(people["nurse"], delegator=doctor, purpose="ETREAT"))

    assert (claims["role_code"], claims["delegator_role"], claims["purpose"]) == ("nurse", doctor, "ETREAT")


def test_the_persons_ID_token_is_exchanged(exchange: Running, people: dict[str, Actor]) -> None:
    doctor = people["doctor"]
    address = f"{exchange.facts['portal']}test-sign-in/practitioner-token"
    given = httpx.post(address, data={"practitioner": doctor.practitioner_id}, trust_env=False).json()

    assert told(exchange, replace(doctor, subject_token=given["id_token"]))["assurance"] == "eid"
    assert "id_token" not in repr(replace(doctor, subject_token="id_token"))
    with pytest.raises(Refused, match="TOK-012"):
        told(exchange, replace(people["nurse"], subject_token=given["id_token"]))


def test_fewer_scopes_and_nobody_named(exchange: Running) -> None:
    assert told(exchange, Actor(scope="system/Organization.r"))["scope"] == "system/Organization.r"
    assert "practitioner" not in told(exchange, Actor())
