"""Who gets a token: certificate and assertion of one client, spent once; a purpose and a person that are open to it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import pytest

from tests.access.speaking import LEFT_OUT, Speaker, a_key, rule_of, soon
from tests.running import Running
from tests.store.undoing import undone
from tilts.access import jose
from tilts.access.certificates import fingerprint_of
from tilts.access.grants import grant
from tilts.access.tokens.clients import GrantRequest
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.store import connections
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio


class Desk:
    """The token desk as the roof asks it, with the database under it."""

    def __init__(self, exchange: Running, database: Database) -> None:
        self.exchange, self.database = exchange, database

    def speaker(self, client: str, *, plain: bool = False) -> Speaker:
        return Speaker(self.exchange, client, plain)

    def request(self, speaker: Speaker, assertion: str, **other: Any) -> GrantRequest:
        usual = GrantRequest(
            assertion=assertion,
            scope="",
            certificate=None if speaker.plain else certificate_of(speaker),
            plain=speaker.plain,
            token_url=speaker.token_url,
            audience=speaker.base,
        )
        return replace(usual, **other)

    async def grant(self, speaker: Speaker, assertion: str | None = None, **other: Any) -> dict[str, Any]:
        request = self.request(speaker, assertion or speaker.assertion(), **other)
        async with self.database.transaction() as tx:
            return (await grant(tx, request, datetime.now(UTC), self.exchange.settings)).claims

    async def refused(self, speaker: Speaker, assertion: str | None = None, **other: Any) -> Refusal:
        with pytest.raises(Refusal) as refusal:
            await self.grant(speaker, assertion, **other)
        return refusal.value


def certificate_of(speaker: Speaker) -> bytes:
    leaf = Path(speaker.told["cert"]).read_text().partition("-----END CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(leaf[0] + leaf[1])


@pytest.fixture
async def desk(exchange: Running, database: Database) -> AsyncIterator[Desk]:
    yield Desk(exchange, database)


@pytest.fixture
async def practice(desk: Desk) -> AsyncIterator[Speaker]:
    async with desk.speaker("practice") as found:
        yield found


@pytest.fixture
async def portal(desk: Desk) -> AsyncIterator[Speaker]:
    async with desk.speaker("portal") as found:
        yield found


def portal_binding(portal: Speaker, **other: Any) -> dict[str, Any]:
    patient = portal.exchange.facts["persons"][0]["patient"]
    return portal.binding(
        **{
            "purpose_of_use": ["PATRQT"],
            "subject_id": LEFT_OUT,
            "subject_role": LEFT_OUT,
            "patient": patient,
            **other,
        }
    )


# What a token says.


async def test_a_token_is_for_one_client_person_and_purpose(desk: Desk, practice: Speaker) -> None:
    told, claims = practice.told, await desk.grant(practice)

    assert (claims["sub"], claims["client_id"]) == (told["client_id"], told["client_id"])
    assert (claims["org"], claims["site"], claims["purpose"]) == (told["org"], told["site"], "TREAT")
    assert (claims["practitioner"], claims["role"], claims["role_code"]) == (
        told["practitioner"],
        told["role"],
        "doctor",
    )
    assert (claims["aud"], claims["exp"] - claims["iat"]) == (practice.base, 300)


async def test_a_token_of_the_tls_port_is_bound_to_the_certificate(desk: Desk, practice: Speaker) -> None:
    claims = await desk.grant(practice)

    assert claims["cnf"] == {"x5t#S256": jose.unpadded(fingerprint_of(certificate_of(practice)))}


async def test_a_token_of_the_plain_port_is_bound_to_nothing_and_of_its_own_audience(desk: Desk) -> None:
    async with desk.speaker("practice", plain=True) as speaker:
        claims = await desk.grant(speaker)

    assert "cnf" not in claims
    assert claims["aud"] == desk.exchange.facts["plain"]


async def test_a_token_without_a_person_names_none(desk: Desk, practice: Speaker) -> None:
    binding = practice.binding(subject_id=LEFT_OUT, subject_role=LEFT_OUT)
    claims = await desk.grant(practice, practice.assertion(binding=binding))

    assert not {"practitioner", "role", "role_code", "patient"} & claims.keys()


async def test_two_tokens_have_ids_of_their_own(desk: Desk, practice: Speaker) -> None:
    assert (await desk.grant(practice))["jti"] != (await desk.grant(practice))["jti"]


async def test_the_portal_gets_a_token_for_one_patient(desk: Desk, portal: Speaker) -> None:
    binding = portal_binding(portal)
    claims = await desk.grant(portal, portal.assertion(binding=binding))

    assert (claims["patient"], claims["purpose"]) == (binding["patient"], "PATRQT")


@pytest.mark.parametrize(
    "form", ["{}", "urn:uuid:{}", "Practitioner/{}", "https://any.example/Practitioner/{}"]
)
async def test_ids_may_be_bare_urns_or_references(desk: Desk, practice: Speaker, form: str) -> None:
    binding = practice.binding(subject_id=form.format(practice.told["practitioner"]))

    assert (await desk.grant(practice, practice.assertion(binding=binding)))["role"] == practice.told["role"]


# TOK-001: certificate and assertion.


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1},
        {"exp": 10**10},
        {"exp": LEFT_OUT},
        {"exp": None},
        {"exp": True},
        {"exp": "soon"},
        {"exp": 10**400},
        {"nbf": 10**12},
        {"nbf": "now"},
        {"nbf": True},
        {"jti": LEFT_OUT},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 200},
        {"jti": "a\x00b"},
        {"aud": LEFT_OUT},
        {"aud": "https://elsewhere.example/oauth/token"},
        {"aud": []},
        {"aud": None},
        {"iss": LEFT_OUT},
        {"iss": "somebody"},
        {"sub": LEFT_OUT},
        {"sub": "somebody"},
        {"sub": ["somebody"]},
        {"sub": "\x00"},
    ],
    ids=lambda wrong: " ".join(f"{name} {str(value)[:20]}" for name, value in wrong.items()),
)
async def test_tok_001_an_assertion_with_a_wrong_claim(
    desk: Desk, practice: Speaker, wrong: dict[str, Any]
) -> None:
    assert (await desk.refused(practice, practice.assertion(**wrong))).rule.id == "TOK-001"


@pytest.mark.parametrize(
    ("seconds", "good"), [(-60, False), (-11, False), (-5, True), (5, True), (69, True), (75, False)]
)
async def test_an_assertion_lives_a_minute_and_the_skew_of_clocks(
    desk: Desk, practice: Speaker, seconds: int, good: bool
) -> None:
    assertion = practice.assertion(exp=soon(seconds))

    if good:
        assert await desk.grant(practice, assertion)
    else:
        assert (await desk.refused(practice, assertion)).rule.id == "TOK-001"


@pytest.mark.parametrize(
    "right",
    [
        lambda: {"exp": soon(30) + 0.5},
        lambda: {"nbf": soon(5)},
        lambda: {"nbf": soon(-3_600) + 0.25},
        lambda: {"iat": LEFT_OUT},
        lambda: {"unknown": {"to": ["us"]}},
    ],
    ids=[
        "exp with a fraction",
        "nbf within the skew",
        "nbf long ago, with a fraction",
        "no iat",
        "more claims",
    ],
)
async def test_what_else_an_assertion_may_say(
    desk: Desk, practice: Speaker, right: Callable[[], dict[str, Any]]
) -> None:
    assert await desk.grant(practice, practice.assertion(**right()))


async def test_the_audience_may_be_one_of_several(desk: Desk, practice: Speaker) -> None:
    assert await desk.grant(practice, practice.assertion(aud=["https://other.example", practice.token_url]))


async def test_tok_001_an_assertion_for_the_plain_port_does_not_serve_the_tls_port(
    desk: Desk, practice: Speaker
) -> None:
    async with desk.speaker("practice", plain=True) as plain:
        assert (await desk.refused(practice, plain.assertion())).rule.id == "TOK-001"
        assert (await desk.refused(plain, practice.assertion())).rule.id == "TOK-001"


async def test_tok_001_an_assertion_is_spent_once(desk: Desk, practice: Speaker) -> None:
    assertion = practice.assertion()
    await desk.grant(practice, assertion)

    refusal = await desk.refused(practice, assertion)
    assert (refusal.rule.id, refusal.facts["reason"]) == ("TOK-001", "assertion replayed")


async def test_tok_001_another_assertion_with_a_spent_jti_is_spent_too(desk: Desk, practice: Speaker) -> None:
    jti = str(uuid4())
    await desk.grant(practice, practice.assertion(jti=jti))

    assert (await desk.refused(practice, practice.assertion(jti=jti, exp=soon(40)))).rule.id == "TOK-001"


async def test_the_same_jti_of_another_client_is_another_assertion(desk: Desk, practice: Speaker) -> None:
    jti = str(uuid4())
    await desk.grant(practice, practice.assertion(jti=jti))
    async with desk.speaker("pharmacy") as pharmacy:
        assert await desk.grant(pharmacy, pharmacy.assertion(jti=jti))


async def test_a_refused_request_leaves_the_assertion_unspent(desk: Desk, practice: Speaker) -> None:
    """The refusal undoes its transaction: who mends the scope may send the same assertion."""
    assertion = practice.assertion()

    assert (await desk.refused(practice, assertion, scope="system/Nothing.r")).rule.id == "TOK-003"
    assert await desk.grant(practice, assertion)


async def test_a_spent_assertion_is_remembered_longer_than_it_lives(desk: Desk, practice: Speaker) -> None:
    jti, ends = str(uuid4()), soon(50)
    await desk.grant(practice, practice.assertion(jti=jti, exp=ends))

    async with desk.database.transaction() as tx:
        kept = await tx.execute("SELECT expires_at FROM spent_assertion WHERE jti = %s", [jti])
        [(expires_at,)] = await kept.fetchall()
        await connections.forget_assertions(tx, datetime.fromtimestamp(ends + 5, UTC))
    assert expires_at.timestamp() == ends + desk.exchange.settings.clock_skew_seconds
    assert (await desk.refused(practice, practice.assertion(jti=jti))).rule.id == "TOK-001"


async def test_tok_001_a_certificate_of_another_client_does_not_help(desk: Desk, practice: Speaker) -> None:
    async with desk.speaker("pharmacy") as pharmacy:
        refusal = await desk.refused(practice, certificate=certificate_of(pharmacy))
    assert refusal.rule.id == "TOK-001"


@pytest.mark.parametrize("certificate", [None, b"", b"not a certificate"])
async def test_tok_001_without_a_registered_certificate(
    desk: Desk, practice: Speaker, certificate: bytes | None
) -> None:
    assert (await desk.refused(practice, certificate=certificate)).rule.id == "TOK-001"


async def test_tok_001_a_key_that_is_not_registered_or_of_another_client(
    desk: Desk, practice: Speaker
) -> None:
    payload = json.dumps(practice.claims()).encode()
    stranger = a_key()
    async with desk.speaker("pharmacy") as pharmacy:
        for assertion in (
            jose.signed(payload, {"alg": "ES256", "kid": stranger["kid"]}, stranger),
            jose.signed(payload, {"alg": "ES256", "kid": practice.told["kid"]}, stranger),
            jose.signed(payload, {"alg": "ES256"}, practice.jwk),
            pharmacy.sign(payload),
        ):
            assert (await desk.refused(practice, assertion)).rule.id == "TOK-001"


@pytest.mark.parametrize("assertion", ["", "x", "..", "a.b.c", "e30.e30.e30", "\x00.\x00.\x00", "é"])
async def test_tok_001_what_is_no_assertion_at_all(desk: Desk, practice: Speaker, assertion: str) -> None:
    refusal = await desk.refused(practice, assertion or " ")

    assert refusal.rule.id == "TOK-001"


async def test_tok_001_everything_before_the_door_is_answered_alike(desk: Desk, practice: Speaker) -> None:
    answers = [
        await practice.ask_token("x"),
        await practice.ask_token(practice.assertion(exp=soon(-100))),
        await practice.ask_token(practice.assertion(sub="somebody")),
        await practice.ask_token(practice.sign(json.dumps(practice.claims()).encode(), kid="another")),
    ]

    assert {(answer.status_code, answer.content, rule_of(answer)) for answer in answers} == {
        (401, answers[0].content, "TOK-001")
    }


async def test_tok_001_sixty_four_askers_with_one_assertion_and_one_gets_a_token(
    desk: Desk, practice: Speaker
) -> None:
    assertion = practice.assertion()
    answers = await asyncio.gather(*(practice.ask_token(assertion) for _ in range(64)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 63


# TOK-003 to TOK-006: scope, person, purpose, binding.


@pytest.mark.parametrize(
    "scope", ["system/MedicationDispense.c", "system/Nothing.r", "openid", "user/Task.r"]
)
async def test_tok_003_none_of_the_scopes_is_open(desk: Desk, practice: Speaker, scope: str) -> None:
    assert (await desk.refused(practice, scope=scope)).rule.id == "TOK-003"


async def test_of_the_scopes_asked_for_those_that_are_open_are_given(desk: Desk, practice: Speaker) -> None:
    claims = await desk.grant(practice, scope="system/Task.ru system/MedicationDispense.c")

    assert claims["scope"] == "system/Task.ru"


async def test_tok_004_a_role_that_the_register_does_not_know(desk: Desk, practice: Speaker) -> None:
    binding = practice.binding(subject_role=str(new_id()))

    assert (await desk.refused(practice, practice.assertion(binding=binding))).rule.id == "TOK-004"


async def test_tok_004_a_role_of_another_person(desk: Desk, practice: Speaker) -> None:
    binding = practice.binding(subject_id=str(new_id()))

    assert (await desk.refused(practice, practice.assertion(binding=binding))).rule.id == "TOK-004"


async def test_tok_004_a_role_at_another_organisation(desk: Desk, practice: Speaker) -> None:
    elsewhere = desk.exchange.facts["clients"]["hospital"]
    binding = practice.binding(subject_id=elsewhere["practitioner"], subject_role=elsewhere["role"])

    assert (await desk.refused(practice, practice.assertion(binding=binding))).rule.id == "TOK-004"


async def test_tok_004_a_role_that_has_ended(desk: Desk, practice: Speaker) -> None:
    ended = "UPDATE practitioner_role SET active = false WHERE role_id = %(role)s"

    assert await refused_after(desk, practice, ended) == "TOK-004"


@pytest.mark.parametrize(
    "purposes",
    [
        LEFT_OUT,
        [],
        "TREAT",
        ["treat"],
        ["TREAT", "TREAT"],
        ["HOPERAT"],
        ["PATRQT"],
        ["HRESCH"],
        ["urn:oid:2.999#TREAT"],
        ["SCIENTIFIC_RESEARCH"],
        [None],
        [["TREAT"]],
        {},
    ],
    ids=str,
)
async def test_tok_005_one_purpose_that_is_open_to_this_kind_of_party(
    desk: Desk, practice: Speaker, purposes: Any
) -> None:
    binding = practice.binding(purpose_of_use=purposes)
    refusal = await desk.refused(practice, practice.assertion(binding=binding))

    assert (refusal.rule.id, refusal.facts["purposes"]) == (
        "TOK-005",
        "TREAT, ETREAT, BTG",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": LEFT_OUT},
        {"version": 1},
        {"version": "2"},
        {"organization_id": LEFT_OUT},
        {"organization_id": "urn:uuid:01900000-0000-7000-8000-000000000001"},
        {"organization_id": None},
        {"subject_id": LEFT_OUT},
        {"subject_role": LEFT_OUT},
        {"subject_id": "somebody"},
        {"subject_role": {"reference": "x"}},
        {"subject_id": "a\x00"},
        {"patient": "01900000-0000-7000-8000-000000000001"},
        {"patient": "nobody"},
    ],
    ids=lambda wrong: " ".join(f"{name} {str(value)[:16]}" for name, value in wrong.items()),
)
async def test_tok_006_a_binding_that_does_not_fit_the_client(
    desk: Desk, practice: Speaker, wrong: dict[str, Any]
) -> None:
    refusal = await desk.refused(practice, practice.assertion(binding=practice.binding(**wrong)))

    assert (refusal.rule.id, bool(refusal.facts["fault"])) == ("TOK-006", True)


@pytest.mark.parametrize(
    "extensions", [LEFT_OUT, None, [], "x", {}, {"hl7-b2b": []}, {"hl7-b2b": None}], ids=str
)
async def test_tok_006_no_binding_at_all(desk: Desk, practice: Speaker, extensions: Any) -> None:
    assert (await desk.refused(practice, practice.assertion(extensions=extensions))).rule.id == "TOK-006"


@pytest.mark.parametrize("patient", [LEFT_OUT, "01900000-0000-7000-8000-000000000001", "nobody"], ids=str)
async def test_tok_006_the_portal_speaks_for_a_patient_of_the_register(
    desk: Desk, portal: Speaker, patient: Any
) -> None:
    assertion = portal.assertion(binding=portal_binding(portal, patient=patient))

    assert (await desk.refused(portal, assertion)).rule.id == "TOK-006"


@pytest.mark.parametrize(
    "closed",
    [
        "UPDATE onboarding.client SET active = false WHERE client_id = %(client_id)s",
        "UPDATE organization SET active = false WHERE organization_id = %(org)s",
    ],
    ids=["client", "organisation"],
)
async def test_acc_011_a_closed_client_or_organisation_gets_no_token(
    desk: Desk, practice: Speaker, closed: LiteralString
) -> None:
    assert await refused_after(desk, practice, closed) == "ACC-011"


async def test_tok_001_a_revoked_certificate_gets_the_answer_that_everybody_gets(
    desk: Desk, practice: Speaker
) -> None:
    revoked = "UPDATE onboarding.client_certificate SET revoked_at = now() WHERE client_id = %(client_id)s"

    assert await refused_after(desk, practice, revoked) == "TOK-001"


async def refused_after(desk: Desk, speaker: Speaker, change: LiteralString) -> str:
    """The rule that refuses a token once this has changed; nothing of it stays."""
    async with undone(desk.database) as tx:
        changed = await tx.execute(change, speaker.told)
        assert changed.rowcount >= 1
        request = desk.request(speaker, speaker.assertion())
        with pytest.raises(Refusal) as refusal:
            await grant(tx, request, datetime.now(UTC), desk.exchange.settings)
    return refusal.value.rule.id
