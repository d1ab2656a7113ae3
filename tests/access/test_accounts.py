"""Accounts and sessions: one account for a person, sessions that end, roles that hold from one moment to the next."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tilts.access.sign_in.accounts import (
    Lives,
    SignedPerson,
    account_from,
    act_as,
    ask_role,
    decide_joining,
    give_role,
    session_of,
    sign_in,
    sign_out,
    token_hash,
)
from tilts.access.sign_in.registering import Application, register
from tilts.account import Account
from tilts.ids import new_id
from tilts.lab.population.organizations import INSTITUTIONS
from tilts.registration_number import is_right
from tilts.rules import Refusal
from tilts.store.onboarding import accounts, parties
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
WALL = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIVES = Lives(idle=timedelta(minutes=30), whole=timedelta(hours=10))


def somebody(**changed: object) -> SignedPerson:
    person = SignedPerson("https://id.example", str(new_id()), "Kāda Persona", "high")
    return replace(person, **changed)  # type: ignore[arg-type]


def new_number() -> str:
    """A registration number that nobody else in this run has."""
    serial = new_id().int % 10**6
    return next(
        number
        for step in range(100)
        for last in range(10)
        if is_right(number := f"9998{(serial + step) % 10**6:06d}{last}")
    )


async def party(tx: Tx, kind: str = "vendor") -> UUID:
    party_id = new_id()
    row = {"party_id": party_id, "kind": kind, "name": "Parauga organizācija"}
    await parties.add_party(tx, {**row, "registration_number": new_number(), "registered_at": WALL})
    return party_id


async def account_of(tx: Tx, person: SignedPerson) -> UUID:
    found = await accounts.find_subject(tx, person.issuer, person.subject)
    assert found is not None
    return found


async def test_a_person_has_one_account_however_often_they_sign_in(tx: Tx) -> None:
    person = somebody()
    await sign_in(tx, person, LIVES, WALL)
    first = await account_of(tx, person)
    await sign_in(tx, replace(person, name="Cits Vārds"), LIVES, WALL)
    assert await account_of(tx, person) == first


async def test_the_same_subject_of_another_issuer_is_another_person(tx: Tx) -> None:
    person = somebody()
    other = replace(person, issuer="https://other.example")
    await sign_in(tx, person, LIVES, WALL)
    await sign_in(tx, other, LIVES, WALL)
    assert await account_of(tx, person) != await account_of(tx, other)


async def test_two_first_sign_ins_at_once_make_one_account(database: Database) -> None:
    person = somebody()

    async def once() -> None:
        async with database.transaction() as tx:
            await sign_in(tx, person, LIVES, WALL)

    await asyncio.gather(*(once() for _ in range(6)))
    async with database.transaction() as tx:
        cursor = await tx.execute(
            "SELECT count(*) FROM onboarding.account WHERE subject = %s", [person.subject]
        )
        assert await cursor.fetchone() == (1,)


async def test_the_token_is_kept_nowhere_as_it_is(tx: Tx) -> None:
    opened = await sign_in(tx, somebody(), LIVES, WALL)
    rows = await (await tx.execute("SELECT session::text FROM onboarding.session")).fetchall()
    assert any(token_hash(opened.token).hex() in row[0] for row in rows)
    assert not any(opened.token in row[0] for row in rows)


@pytest.mark.parametrize(
    ("used_after", "asked_after", "open_"),
    [
        ([], timedelta(minutes=29), True),
        ([], timedelta(minutes=30), False),
        ([timedelta(minutes=20)], timedelta(minutes=45), True),
        ([timedelta(minutes=20 * step) for step in range(1, 30)], timedelta(hours=9, minutes=50), True),
        ([timedelta(minutes=20 * step) for step in range(1, 30)], timedelta(hours=10), False),
    ],
)
async def test_a_session_ends_unused_or_after_a_day(
    tx: Tx, used_after: list[timedelta], asked_after: timedelta, open_: bool
) -> None:
    opened = await sign_in(tx, somebody(), LIVES, WALL)
    for later in used_after:
        await session_of(tx, opened.token, LIVES, WALL + later)
    found = await session_of(tx, opened.token, LIVES, WALL + asked_after)
    assert (found is not None) == open_


async def test_a_session_ends_with_signing_out(tx: Tx) -> None:
    opened = await sign_in(tx, somebody(), LIVES, WALL)
    await sign_out(tx, opened.token)
    assert await session_of(tx, opened.token, LIVES, WALL) is None


async def test_sessions_that_ended_are_forgotten(tx: Tx) -> None:
    opened = await sign_in(tx, somebody(), LIVES, WALL)
    await accounts.forget_sessions(tx, WALL + timedelta(hours=11), WALL + timedelta(hours=10))
    cursor = await tx.execute(
        "SELECT count(*) FROM onboarding.session WHERE token_hash = %s", [token_hash(opened.token)]
    )
    assert await cursor.fetchone() == (0,)


async def test_a_closed_account_does_not_sign_in_and_its_session_is_over(tx: Tx) -> None:
    person = somebody()
    opened = await sign_in(tx, person, LIVES, WALL)
    await tx.execute("UPDATE onboarding.account SET active = false WHERE subject = %s", [person.subject])
    assert await session_of(tx, opened.token, LIVES, WALL) is None
    with pytest.raises(Refusal, match="USR-005"):
        await sign_in(tx, person, LIVES, WALL)


async def test_a_role_that_ended_is_gone_from_the_open_session_at_once(tx: Tx) -> None:
    person = somebody()
    await sign_in(tx, person, LIVES, WALL)
    account_id = await account_of(tx, person)
    role = await give_role(tx, account_id, "vendor", await party(tx), WALL)
    opened = await sign_in(tx, person, LIVES, WALL)
    session = await session_of(tx, opened.token, LIVES, WALL)
    assert session is not None
    account = account_from(session)
    assert account is not None
    assert (account.role, account.party_name) == ("vendor", "Parauga organizācija")
    await tx.execute("UPDATE onboarding.account_role SET state = 'ended' WHERE role_id = %s", [role.role_id])
    session = await session_of(tx, opened.token, LIVES, WALL)
    assert session is not None
    assert account_from(session) is None


async def test_acting_in_another_role_makes_a_new_session(tx: Tx) -> None:
    person = somebody()
    await sign_in(tx, person, LIVES, WALL)
    account_id = await account_of(tx, person)
    await give_role(tx, account_id, "vendor", await party(tx), WALL)
    second = await give_role(tx, account_id, "institution", await party(tx, "practice"), WALL)
    opened = await sign_in(tx, person, LIVES, WALL)
    before = await session_of(tx, opened.token, LIVES, WALL)
    assert before is not None
    token = await act_as(tx, before, second.role_id, WALL)
    after = await session_of(tx, token, LIVES, WALL)
    assert after is not None
    assert (after.role, after.ends_at) == ("institution", before.ends_at)
    assert after.form_token != before.form_token
    assert await session_of(tx, opened.token, LIVES, WALL) is None


async def test_nobody_acts_in_a_role_of_somebody_else_nor_in_one_not_confirmed(tx: Tx) -> None:
    owner, person = somebody(), somebody()
    await sign_in(tx, owner, LIVES, WALL)
    party_id = await party(tx)
    foreign = await give_role(tx, await account_of(tx, owner), "vendor", party_id, WALL)
    opened = await sign_in(tx, person, LIVES, WALL)
    asked = await ask_role(tx, await account_of(tx, person), "vendor", party_id, WALL)
    session = await session_of(tx, opened.token, LIVES, WALL)
    assert session is not None
    for role_id in (foreign.role_id, asked.role_id, new_id()):
        with pytest.raises(Refusal, match="USR-006"):
            await act_as(tx, session, role_id, WALL)


async def colleagues(tx: Tx) -> tuple[Account, UUID]:
    """Somebody of a party, and the request of somebody to join it."""
    owner, person = somebody(), somebody()
    await sign_in(tx, owner, LIVES, WALL)
    await sign_in(tx, person, LIVES, WALL)
    party_id = await party(tx)
    owner_id = await account_of(tx, owner)
    await give_role(tx, owner_id, "vendor", party_id, WALL)
    asked = await ask_role(tx, await account_of(tx, person), "vendor", party_id, WALL)
    return Account(owner_id, owner.name, "vendor", party_id, ""), asked.role_id


async def test_a_request_to_join_is_decided_once(tx: Tx) -> None:
    owner, role_id = await colleagues(tx)
    assert (await decide_joining(tx, role_id, owner, WALL, confirmed=True)).state == "held"
    with pytest.raises(Refusal, match="USR-008"):
        await decide_joining(tx, role_id, owner, WALL, confirmed=False)


async def test_two_who_decide_at_once_decide_once(database: Database) -> None:
    async with database.transaction() as tx:
        owner, role_id = await colleagues(tx)

    async def decide(confirmed: bool) -> str:
        try:
            async with database.transaction() as tx:
                return (await decide_joining(tx, role_id, owner, WALL, confirmed=confirmed)).state
        except Refusal as no:
            return no.rule.id

    said = await asyncio.gather(*(decide(turn % 2 == 0) for turn in range(6)))
    assert sorted(said)[:5] == ["USR-008"] * 5
    assert sorted(said)[5] in ("held", "refused")


async def test_who_is_not_of_the_party_decides_nothing(tx: Tx) -> None:
    _, role_id = await colleagues(tx)
    stranger = Account(new_id(), "Svešinieks", "vendor", await party(tx), "")
    with pytest.raises(Refusal, match="USR-007"):
        await decide_joining(tx, role_id, stranger, WALL, confirmed=True)
    with pytest.raises(Refusal, match="USR-007"):
        await decide_joining(tx, new_id(), stranger, WALL, confirmed=True)


async def test_nobody_confirms_their_own_request(tx: Tx) -> None:
    owner, role_id = await colleagues(tx)
    asked = await accounts.lock_role(tx, role_id)
    assert asked is not None
    with pytest.raises(Refusal, match="USR-007"):
        await decide_joining(tx, role_id, replace(owner, account_id=asked.account_id), WALL, confirmed=True)


async def test_who_was_refused_may_ask_again(tx: Tx) -> None:
    owner, role_id = await colleagues(tx)
    refused = await decide_joining(tx, role_id, owner, WALL, confirmed=False)
    await ask_role(tx, refused.account_id, "vendor", refused.party_id, WALL)
    [again] = await accounts.roles_of(tx, refused.account_id)
    assert (again.role_id, again.state) == (role_id, "asked")


async def newcomer(tx: Tx) -> UUID:
    person = somebody()
    await sign_in(tx, person, LIVES, WALL)
    return await account_of(tx, person)


def a_vendor(number: str, name: str = "Jauns izstrādātājs") -> Application:
    return Application("vendor", name, number, False)


async def test_the_first_of_an_organisation_acts_for_it_the_next_one_asks(tx: Tx) -> None:
    number = new_number()
    first = await register(tx, await newcomer(tx), a_vendor(number), WALL, WALL)
    second = await register(tx, await newcomer(tx), a_vendor(f"LV {number}"), WALL, WALL)
    assert (first.state, second.state) == ("held", "asked")
    assert first.party_id == second.party_id


async def test_of_two_firsts_at_once_one_asks(database: Database) -> None:
    number = new_number()

    async def once() -> str:
        async with database.transaction() as tx:
            return (await register(tx, await newcomer(tx), a_vendor(number), WALL, WALL)).state

    said = await asyncio.gather(*(once() for _ in range(5)))
    assert sorted(said) == ["asked"] * 4 + ["held"]


@pytest.mark.parametrize("number", ["", "1234", "99990005001", "01019012345", "9999000500x", "٩٩٩٩٠٠٠٥٠٠٠"])
async def test_a_wrong_number_registers_nobody(tx: Tx, number: str) -> None:
    with pytest.raises(Refusal, match="USR-014"):
        await register(tx, await newcomer(tx), a_vendor(number), WALL, WALL)


async def test_a_developer_says_how_they_are_called(tx: Tx) -> None:
    with pytest.raises(Refusal, match="USR-016"):
        await register(tx, await newcomer(tx), a_vendor(new_number(), name=""), WALL, WALL)


async def test_an_institution_is_called_as_in_its_register(tx: Tx) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    practice = next(one for one in INSTITUTIONS if one.client == "practice-9")
    wanted = Application("practice", "Cits nosaukums", practice.registration_number, True)
    role = await register(tx, await newcomer(tx), wanted, later, WALL)
    found = await parties.find_party(tx, role.party_id)
    assert found is not None
    assert (found.name, role.role) == (practice.title, "it")


async def test_an_institution_that_no_register_knows_is_refused(tx: Tx) -> None:
    for kind in ("practice", "hospital", "pharmacy"):
        wanted = Application(kind, "", new_number(), False)  # type: ignore[arg-type]
        with pytest.raises(Refusal, match="USR-015"):
            await register(tx, await newcomer(tx), wanted, datetime.now(UTC), WALL)


async def test_a_pharmacy_is_no_practice(tx: Tx) -> None:
    pharmacy = next(one for one in INSTITUTIONS if one.client == "pharmacy-9")
    wanted = Application("practice", "", pharmacy.registration_number, False)
    with pytest.raises(Refusal, match="USR-015"):
        await register(tx, await newcomer(tx), wanted, datetime.now(UTC), WALL)


async def test_a_suspended_pharmacy_is_refused(tx: Tx) -> None:
    pharmacy = next(one for one in INSTITUTIONS if one.client == "pharmacy-8")
    now = datetime.now(UTC)
    change = {"site": pharmacy.site, "state": "suspended", "effective_at": now, "recorded_at": now}
    await parties.add_register_change(tx, {**change, "reason": "licence"})
    wanted = Application("pharmacy", "", pharmacy.registration_number, False)
    with pytest.raises(Refusal, match="USR-015"):
        await register(tx, await newcomer(tx), wanted, now + timedelta(seconds=1), WALL)


async def test_a_party_of_another_kind_is_not_joined(tx: Tx) -> None:
    """The number of the authority, given as a developer's: nobody comes near it that way."""
    authority = next(one for one in INSTITUTIONS if one.kind == "authority")
    with pytest.raises(Refusal, match="USR-015"):
        await register(tx, await newcomer(tx), a_vendor(authority.registration_number), WALL, WALL)
