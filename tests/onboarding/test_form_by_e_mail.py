"""A form that came by e-mail is taken in by a clerk, once it is known whose case it is (Source page B5, C3)."""

from uuid import uuid4

import pytest

from tests.onboarding.desk_people import NOW, new_party, person
from tilts.onboarding.cases import open_case
from tilts.onboarding.connections import add_feed_client, read_key
from tilts.onboarding.effects import EFFECTS
from tilts.onboarding.taking import Taker, take
from tilts.rules import Refusal
from tilts.store.onboarding import cases, connections
from tilts.store.tx import Tx

KEY = (
    b'{"kty": "EC", "crv": "P-256", "x": "%s",'
    b' "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}' % b"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
)
pytestmark = pytest.mark.anyio


async def test_a_case_that_nobody_owns_yet_takes_no_form(tx: Tx) -> None:
    number = f"TL-{NOW.year}-{await cases.next_number(tx, NOW.year):05d}"
    row = {"case_id": uuid4(), "number": number, "kind": "connection-application", "party_id": None}
    await cases.add(tx, {**row, "state": "opened", "facts": {}, "now": NOW, "due_at": None})
    with pytest.raises(Refusal) as no:
        await take(
            tx, number, "take-form", Taker(person("authority"), NOW, EFFECTS), facts={"form": str(uuid4())}
        )
    assert no.value.rule.id == "CASE-011"


async def test_a_form_of_another_case_is_not_taken(tx: Tx) -> None:
    party_id = await new_party(tx, "practice")
    case = await open_case(
        tx, "connection-application", party_id=party_id, facts={}, account_id=None, now=NOW
    )
    with pytest.raises(Refusal) as no:
        await take(
            tx,
            case.number,
            "take-form",
            Taker(person("authority"), NOW, EFFECTS),
            facts={"form": str(uuid4())},
        )
    assert no.value.rule.id == "CASE-010"


async def test_a_developer_has_one_connection_to_the_classifiers_of_production(tx: Tx) -> None:
    """C1: known by its party, for the classifiers alone."""
    party_id = await new_party(tx)
    developer = person("vendor", party_id)
    client_id = await add_feed_client(tx, developer, read_key(KEY), NOW)
    (found,) = await connections.of_party(tx, party_id)
    assert (found.client_id, found.environment, found.functionalities) == (
        client_id,
        "production",
        ["classifiers"],
    )
    with pytest.raises(Refusal) as no:
        await add_feed_client(tx, developer, read_key(KEY), NOW)
    assert no.value.rule.id == "CON-007"
