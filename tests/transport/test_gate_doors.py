"""What a closed gate answers at the wire: every unmet condition, to whom has shown who it is, and to nobody else."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.onboarding.desk_people import new_party
from tests.production import Connected, add_step, connected, in_state, production_tx
from tests.running import Running
from tests.transport.tables import Tables
from tests.transport.test_certificates import for_a_while
from tests.transport.test_shapes import pinned
from tests.transport.wire import Caller, refused
from tilts.access import gate
from tilts.house import build
from tilts.rules.catalogue import BY_ID
from tilts.store.onboarding import cases
from tilts.store.onboarding.gate import holdings

LANGUAGES = ("lv", "en")
CLAUSED = "classifiers/medicine-forms/2026.1.ndjson"
PUBLIC = "classifiers/iso-4217/2026.2.ndjson"


def ask_the_gate(exchange: Running) -> None:
    """What housekeeping does each gate_refresh_seconds, now."""

    async def run() -> None:
        async with production_tx(exchange) as tx:
            await gate.refresh(tx, "production", datetime.now(UTC))

    asyncio.run(run())


def root(caller: Caller) -> str:
    return caller.base.removesuffix("/fhir/r4")


@pytest.fixture(scope="module")
def bare(rehearsed: Running) -> Iterator[Caller]:
    """A practice's system in production, of which nothing holds but its certificate and its key."""
    party = connected(rehearsed, "practice-6")
    party.end_agreement()
    party.withdraw_approval()
    ask_the_gate(rehearsed)
    yield party.caller
    party.caller.close()


# The token endpoint.


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_closed_client_is_told_every_condition_with_owner_case_and_way_on(
    rehearsed: Running, bare: Caller, language: Any
) -> None:
    answer = bare.ask_token(bare.assertion(), headers={"Accept-Language": language})
    body = answer.json()
    refused(answer, 403, "ACC-011")
    agreement, approval = body["conditions"]

    assert (body["error"], answer.headers["content-language"]) == ("unauthorized_client", language)
    assert (agreement["rule"], agreement["owner"], agreement["due"]) == ("GATE-003", "institution", None)
    assert agreement["text"] == BY_ID["GATE-003"].sentence(
        language, {"state": {"lv": "izbeigta", "en": "ended"}[language]}
    )
    assert agreement["fix"] == BY_ID["GATE-003"].fix(language)
    # One that has ended leads nowhere: a new one is begun.
    assert agreement["how"] == f"{rehearsed.facts['production']['portal']}procedures"
    assert agreement["case"].startswith("TL-")
    assert (approval["rule"], approval["owner"], approval["case"]) == ("GATE-009", "vendor", None)
    assert approval["how"].endswith("/systems")
    assert "GATE-003: The co-operation agreement is not in force (ended)." in body["error_description"]
    assert body["error_description"].isascii() and '"' not in body["error_description"]
    told = [issue["details"]["coding"][0]["code"] for issue in body["outcome"]["issue"]]
    assert told == ["ACC-011", "GATE-003", "GATE-009"]


def test_the_error_as_it_is_pinned(bare: Caller) -> None:
    body = bare.ask_token(bare.assertion(), headers={"Accept-Language": "en"}).json()
    portal = body["conditions"][1]["how"].removesuffix("/systems")
    number = body["conditions"][0]["case"]
    text = json.dumps(body).replace(portal, "https://portal.example").replace(number, "TL-2026-00042")

    pinned("token-closed", json.loads(text))


def test_who_has_not_shown_who_it_is_is_told_nothing_of_the_gate(bare: Caller, rehearsed: Running) -> None:
    """TOK-001: a closed client with a wrong assertion gets the body that everybody gets."""
    stranger = Caller(rehearsed, "practice", base=rehearsed.facts["production"]["fhir"])
    told = {"Accept-Language": "en"}
    try:
        bodies = {
            bare.ask_token("rubbish", headers=told).content,
            bare.ask_token(bare.assertion(aud="https://elsewhere.example"), headers=told).content,
            bare.ask_token(stranger.assertion(), headers=told).content,
            stranger.ask_token(stranger.assertion(), headers=told).content,
        }
    finally:
        stranger.close()
    assert len(bodies) == 1
    [body] = bodies
    assert json.loads(body)["error"] == "invalid_client" and b"GATE" not in body and b"conditions" not in body


def test_other_errors_of_the_token_endpoint_have_no_conditions(rehearsed: Running, bare: Caller) -> None:
    answer = bare.ask_token(bare.assertion(), grant_type="password")
    refused(answer, 400, "TOK-002")
    assert "conditions" not in answer.json()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_test_environment_tells_the_same(
    caller: Callable[..., Caller], tables: Tables, language: str
) -> None:
    """GATE-012: a connection that nobody answers for; and what the operator switched off has no condition."""
    closed = caller("practice-8")
    client_id = closed.facts["client_id"]
    [row] = tables.rows("SELECT party_id FROM onboarding.client WHERE client_id = %s", client_id)
    tables.change(
        "UPDATE onboarding.client SET party_id = NULL, open_for = '{}' WHERE client_id = %s", client_id
    )
    try:
        answer = closed.ask_token(closed.assertion(), headers={"Accept-Language": language})
        refused(answer, 403, "ACC-011")
        [condition] = answer.json()["conditions"]
        assert (condition["rule"], condition["owner"]) == ("GATE-012", "authority")
        assert condition["how"].endswith("/help")
    finally:
        tables.change(
            "UPDATE onboarding.client SET party_id = %s, open_for = functionalities WHERE client_id = %s",
            row["party_id"],
            client_id,
        )
    off = "UPDATE onboarding.client SET active = false WHERE client_id = %s"
    with for_a_while(
        tables, off, "UPDATE onboarding.client SET active = true WHERE client_id = %s", client_id
    ):
        answer = closed.ask_token(closed.assertion())
        refused(answer, 403, "ACC-011")
        assert answer.json()["conditions"] == []


# What falls closes an open connection with the next look of the gate.

FALLS: dict[str, tuple[str, Callable[[Connected], None], str]] = {
    "an agreement that ended": ("practice-7", Connected.end_agreement, "GATE-003"),
    "a site suspended in the register": ("practice-8", Connected.suspend_site, "GATE-004"),
    "an approval that was withdrawn": ("pharmacy-6", Connected.withdraw_approval, "GATE-009"),
    "a certificate that was revoked": ("practice-9", Connected.revoke_certificate, ""),
}


@pytest.mark.parametrize("what", FALLS)
def test_one_look_of_the_gate_closes_an_open_connection(rehearsed: Running, what: str) -> None:
    """With a token that was good, over the same connection; the look comes each gate_refresh_seconds."""
    institution, fall, rule_id = FALLS[what]
    party = connected(rehearsed, institution)
    ask_the_gate(rehearsed)
    caller = party.caller
    try:
        token = caller.token()
        assert caller.get("Organization", token=token).status_code == 200
        fall(party)
        ask_the_gate(rehearsed)
        answer = caller.get("Organization", token=token)
        if not rule_id:
            refused(answer, 401, "ACC-003")
            return
        refused(answer, 403, "ACC-011")
        first, condition = answer.json()["issue"]
        assert rule_id in first["details"]["text"]
        assert condition["details"]["coding"][0]["code"] == rule_id
        assert rehearsed.facts["production"]["portal"] in condition["diagnostics"]
    finally:
        caller.close()


# The feed: what stands under a clause needs the operator agreement; public lists and the register do not.


@pytest.fixture(scope="module")
def developer(rehearsed: Running) -> Iterator[Connected]:
    """One of its own, so that its agreements are nobody else's."""
    found = connected(rehearsed, "vendor")

    async def settle() -> None:
        async with production_tx(rehearsed) as tx:
            found.party_id = await new_party(tx)
            await tx.execute(
                "UPDATE onboarding.client SET party_id = %s WHERE client_id = %s",
                [found.party_id, found.caller.facts["client_id"]],
            )

    asyncio.run(settle())
    # In production a developer has no site: the party itself is the organisation.
    found.caller.facts |= {"org": str(found.party_id), "role": None}
    yield found
    found.caller.close()


def agreed(exchange: Running, party: Connected, state: str, **facts: Any) -> None:
    """A later step of the operator agreement of this developer, which begins with the first one."""

    async def run() -> None:
        async with production_tx(exchange) as tx:
            found = await holdings(tx, [party.party_id], datetime.now(UTC))
            own = [one.number for one in found if one.kind == "operator-agreement"]
            if not own:
                await in_state(tx, "operator-agreement", party.party_id, state, **facts)
                return
            case = await cases.find(tx, own[-1])
            assert case is not None
            await add_step(tx, case.case_id, state, facts)

    asyncio.run(run())
    ask_the_gate(exchange)


def test_the_feed_of_production_follows_the_operator_agreement(
    rehearsed: Running, developer: Connected
) -> None:
    """GATE-011, CLS-005: none, in force, limited, in force again, suspended, ended."""
    caller = developer.caller

    def state() -> str:
        rows = caller.get(f"{root(caller)}/classifiers").json()["classifiers"]
        found: str = next(row["state"] for row in rows if row["name"] == "medicine-forms")
        return found

    ask_the_gate(rehearsed)
    answer = caller.ask_token(caller.assertion(person=False))
    [condition] = answer.json()["conditions"]
    assert (condition["rule"], condition["owner"]) == ("GATE-011", "vendor")
    assert condition["how"].endswith("/procedures/operator-agreement")

    agreed(rehearsed, developer, "in-force")
    assert state() == "granted"
    assert b"MF-15" in caller.get(f"{root(caller)}/{CLAUSED}").content
    agreed(rehearsed, developer, "in-force", clauses=["registers"])
    assert state() == "limited"
    refused(caller.get(f"{root(caller)}/{CLAUSED}"), 403, "CLS-005")
    assert caller.get(f"{root(caller)}/{PUBLIC}").status_code == 200
    agreed(rehearsed, developer, "in-force", clauses=["registers", "medicines"])
    assert state() == "granted"
    for closed in ("suspended", "ended"):
        agreed(rehearsed, developer, closed)
        for path in ("classifiers", CLAUSED, PUBLIC):
            answer = caller.get(f"{root(caller)}/{path}")
            refused(answer, 403, "ACC-011")
            _, condition = answer.json()["issue"]
            assert f"({closed})" in condition["details"]["text"]


def test_an_institutions_system_gets_the_register_and_public_lists_and_is_told_the_way_to_the_rest(
    rehearsed: Running,
) -> None:
    """CLS-004."""
    party = connected(rehearsed, "pharmacy-7")
    ask_the_gate(rehearsed)
    caller = party.caller
    try:
        assert caller.get(f"{root(caller)}/classifiers").status_code == 200
        assert caller.get(f"{root(caller)}/{PUBLIC}").status_code == 200
        issue = refused(caller.get(f"{root(caller)}/{CLAUSED}"), 403, "CLS-004")
        assert "/procedures/operator-agreement" in issue["details"]["text"]
    finally:
        caller.close()


# A file that is under way.


def whole_file(caller: Caller) -> bytes:
    return caller.get(
        f"{root(caller)}/classifiers/iso-639-3/2026.2.ndjson", headers={"accept-encoding": "identity"}
    ).content


@pytest.mark.anyio
@pytest.mark.parametrize("closes", [True, False], ids=["closed meanwhile", "open to the end"])
async def test_a_download_under_way_is_cut_when_the_connection_closes(
    exchange: Running, caller: Callable[..., Caller], tables: Tables, closes: bool
) -> None:
    """Looked at each gate_refresh_seconds between two pieces: here, between any two."""
    whom = caller("practice-8")
    expected, token = whole_file(whom), whom.token()
    certificate = x509.load_pem_x509_certificates(Path(whom.facts["cert"]).read_bytes())[0]
    house = build(replace(exchange.settings, gate_refresh_seconds=0))
    got, broken = bytearray(), []
    close = "UPDATE onboarding.client SET open_for = '{}' WHERE client_id = %s"
    reopen = "UPDATE onboarding.client SET open_for = functionalities WHERE client_id = %s"

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"} if broken else {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            got.extend(message["body"])
            if closes and len(got) == len(message["body"]):
                tables.change(close, whom.facts["client_id"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/classifiers/iso-639-3/2026.2.ndjson",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"accept-encoding", b"identity")],
        "extensions": {
            "tilts.certificate": {"der": certificate.public_bytes(Encoding.DER)},
            "tilts.break": {"now": lambda: broken.append(True)},
        },
    }
    await house.database.open()
    try:
        await house.tls(scope, receive, send)
    finally:
        await house.database.close()
        tables.change(reopen, whom.facts["client_id"])
    if closes:
        assert broken and 0 < len(got) < len(expected) and expected.startswith(bytes(got))
    else:
        assert not broken and bytes(got) == expected
