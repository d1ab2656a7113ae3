"""Asked as of a past moment the gate gives the answer given then, whatever has happened since."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.onboarding.desk_people import NOW, new_party, person
from tests.onboarding.test_connections import public_key
from tests.running import Running
from tests.store.undoing import undone
from tilts.access import gate
from tilts.ids import new_id
from tilts.onboarding.connections import Wanted, add_client
from tilts.onboarding.effects import EFFECTS
from tilts.onboarding.taking import CONFIRM, Taker, take
from tilts.store import connections as registered
from tilts.store.onboarding import cases, certificates, connections, parties, standing, testing
from tilts.store.onboarding.certificates import NewCertificate
from tilts.store.onboarding.standing import StandingRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


@dataclass
class Institution:
    """A practice with everything in force since NOW, and what happens to it later, each at its own time."""

    tx: Tx
    party_id: UUID
    version_id: UUID
    site: str
    client_id: str
    numbers: dict[str, str]

    async def unmet(self, day: float) -> list[tuple[str, str]]:
        """As of so many days after the beginning; [] is open."""
        [verdict] = await gate.ask(self.tx, self.client_id, "production", NOW + day * DAY)
        return [(one.rule.id, one.facts.get("state", "")) for one in verdict.unmet]

    async def by_two(self, kind: str, action: str, day: float) -> None:
        moment, facts = NOW + day * DAY, {"reason": "pārbaude"}
        await take(self.tx, self.numbers[kind], action, Taker(person("authority"), moment), facts=facts)
        await take(self.tx, self.numbers[kind], CONFIRM, Taker(person("authority"), moment, EFFECTS))

    async def in_register(self, state: str, effective: float, recorded: float) -> None:
        change = {"site": self.site, "state": state, "reason": "", "effective_at": NOW + effective * DAY}
        await parties.add_register_change(self.tx, {**change, "recorded_at": NOW + recorded * DAY})

    async def approved(self, verdict: str, day: float, until: date | None = None) -> None:
        case = await cases.find(self.tx, self.numbers["connection-application"])
        assert case is not None
        row = {"version_id": self.version_id, "functionality": "prescribing", "case_id": case.case_id}
        said = {"verdict": verdict, "reservation": "jāpabeidz" if until else "", "until": until}
        await testing.add_approval(self.tx, {**row, **said, "at": NOW + day * DAY})


async def whole(tx: Tx) -> Institution:
    party_id, vendor_id = await new_party(tx, "practice"), await new_party(tx)
    party = await parties.find_party(tx, party_id)
    assert party is not None
    site = f"8{party_id.int % 10**8:08d}"
    told = {"kind": "practice", "name": "Parauga prakse", "registration_number": party.registration_number}
    await parties.add_sites(tx, [{**told, "site": site}])
    version_id = new_id()
    version = {"system_id": new_id(), "version_id": version_id, "party_id": vendor_id, "name": "Sistēma"}
    more = {"version": "1", "functionalities": ["prescribing"], "registered_at": NOW}
    await parties.add_version(tx, {**version, **more})
    wanted = Wanted(site, version_id, ("prescribing",), public_key())
    client_id = await add_client(tx, party_id, wanted, "production", NOW)
    await with_certificate(tx, client_id)
    numbers = {
        kind: await in_state(tx, kind, owner, state, **facts)
        for kind, owner, state, facts in (
            ("cooperation-institution", party_id, "in-force", {}),
            ("connection-application", party_id, "in-force", {}),
            ("connection", party_id, "declared", {"client_id": client_id}),
            ("checklist", party_id, "accepted", {}),
            ("checklist", vendor_id, "accepted", {}),
        )
    }
    made = Institution(tx, party_id, version_id, site, client_id, numbers)
    await made.in_register("active", 0, 0)
    await made.approved("approved", 0)
    return made


async def with_certificate(tx: Tx, client_id: str) -> None:
    unique = new_id().bytes * 2
    row: dict[str, Any] = {"fingerprint": unique, "client_id": client_id, "serial": str(new_id().int)}
    row |= {"issuer": "CN=Parauga", "public_key": unique, "case_id": None, "certificate": b""}
    lives = {"not_before": NOW - DAY, "not_after": NOW + 400 * DAY}
    assert await certificates.register(tx, NewCertificate(**row, **lives), NOW)


async def in_state(tx: Tx, kind: str, party_id: UUID, state: str, **facts: Any) -> str:
    case_id = new_id()
    number = f"TL-{NOW.year}-{await cases.next_number(tx, NOW.year):05d}"
    case = {"case_id": case_id, "number": number, "kind": kind, "party_id": party_id, "state": state}
    await cases.add(tx, {**case, "facts": facts, "now": NOW, "due_at": None})
    step: dict[str, Any] = dict.fromkeys(("from_state", "account_id", "second_account_id"))
    step |= {"case_id": case_id, "at": NOW, "action": "test", "to_state": state, "side": "exchange"}
    await cases.add_step(tx, {**step, "note": "", "facts": facts})
    return number


async def test_an_agreement_suspended_resumed_and_ended(exchange: Running, database: Database) -> None:
    """GATE-003, at each stage of its life, asked at the end."""
    async with undone(database) as tx:
        one = await whole(tx)
        await one.by_two("cooperation-institution", "suspend", 10)
        await one.by_two("cooperation-institution", "resume", 20)
        await one.by_two("cooperation-institution", "end", 30)

        answers = {day: await one.unmet(day) for day in (1, 9.9, 10, 19.9, 20, 29.9, 30, 300)}

    suspended, ended = [("GATE-003", "suspended")], [("GATE-003", "ended")]
    assert answers == {
        1: [],
        9.9: [],
        10: suspended,
        19.9: suspended,
        20: [],
        29.9: [],
        30: ended,
        300: ended,
    }


async def test_a_step_that_waits_for_its_second_person_closes_nothing(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        one = await whole(tx)
        number = one.numbers["cooperation-institution"]
        await take(
            tx, number, "suspend", Taker(person("authority"), NOW + 10 * DAY), facts={"reason": "pārbaude"}
        )

        assert await one.unmet(11) == []


async def test_the_term_that_ran_then_is_told(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        vendor_id = await new_party(tx)
        vendor = person("vendor", vendor_id)
        client = {"client_id": str(new_id()), "name": "c", "site": "s", "environment": "test", "at": NOW}
        client |= {"party_id": vendor_id, "version_id": None, "functionalities": ["prescribing"]}
        await connections.add_client(tx, client)
        number = await in_state(tx, "testing-agreement", vendor_id, "filled")
        await take(tx, number, "send", Taker(vendor, NOW + DAY))
        [sent] = await gate.ask(tx, client["client_id"], "test", NOW + 2 * DAY)
        await take(tx, number, "refuse", Taker(person("authority"), NOW + 3 * DAY), facts={"reason": "nav"})
        [then] = await gate.ask(tx, client["client_id"], "test", NOW + 2 * DAY)
        [now] = await gate.ask(tx, client["client_id"], "test", NOW + 4 * DAY)

    assert sent.unmet[0].due_at == then.unmet[0].due_at
    assert then.unmet[0].due_at is not None and then.unmet[0].owner == "authority"
    assert (now.unmet[0].facts["state"], now.unmet[0].due_at) == ("refused", None)


async def test_a_certificate_that_was_revoked(exchange: Running, database: Database) -> None:
    """GATE-002: also when the list names a day before the one on which we learned of it."""
    async with undone(database) as tx:
        one, late = await whole(tx), await whole(tx)
        [own] = await certificates.of_clients(tx, [one.client_id])
        [named] = await certificates.of_clients(tx, [late.client_id])
        assert await certificates.revoke_one(tx, own.fingerprint, NOW + 10 * DAY)
        await registered.revoke(tx, ["CN=Parauga"], {int(named.serial): NOW + 10 * DAY})
        [learned] = await (await tx.execute("SELECT now()")).fetchall()

        assert [await one.unmet(day) for day in (9.9, 10)] == [[], [("GATE-002", "revoked")]]
        days = (learned[0] - NOW) / DAY
        assert [await late.unmet(day) for day in (11, days - 0.1, days)] == [
            [],
            [],
            [("GATE-002", "revoked")],
        ]


async def test_acc_014_what_was_not_known_of_a_certificate_then(
    exchange: Running, database: Database
) -> None:
    """Closed by itself on the tenth day, open again on the twelfth, closed by another rule as learnt on the twentieth."""
    async with undone(database) as tx:
        one = await whole(tx)
        [own] = await certificates.of_clients(tx, [one.client_id])
        for looked, stale, usable, rule in (
            (1, 9, 10, "ACC-014"),
            (12, 30, 31, "ACC-014"),
            (20, 5, 5, "ACC-016"),
            (25, 5, 5, "ACC-016"),
        ):
            await standing.save(tx, [found(own.fingerprint, looked, stale, usable, rule)])
        days = (0.5, 9.5, 10.5, 11.9, 12.1, 19.9, 20.1, 24.9, 300)
        answers = {day: [rule for rule, _ in await one.unmet(day)] for day in days}

    closed, withdrawn = ["ACC-014"], ["ACC-016"]
    assert list(answers.values()) == [[], [], closed, closed, [], [], withdrawn, withdrawn, withdrawn]


def found(fingerprint: bytes, looked: float, stale: float, usable: float, rule: str) -> StandingRecord:
    days = {"looked_at": looked, "stale_from": stale, "usable_until": usable, "known_good_until": stale}
    moments = {name: NOW + day * DAY for name, day in days.items()}
    return StandingRecord(fingerprint, status="good", source="crl", fault="", unusable_rule=rule, **moments)


async def test_a_reservation_that_ran_out_and_an_approval_that_was_withdrawn(
    exchange: Running, database: Database
) -> None:
    """GATE-009."""
    async with undone(database) as tx:
        one = await whole(tx)
        await one.approved("reservation", 10, until=(NOW + 20 * DAY).date())
        await one.approved("approved", 30)
        await one.approved("withdrawn", 40)

        answers = {day: await one.unmet(day) for day in (9, 11, 20, 21, 30, 40)}

    expired, withdrawn = [("GATE-009", "expired")], [("GATE-009", "withdrawn")]
    assert answers == {9: [], 11: [], 20: [], 21: expired, 30: [], 40: withdrawn}


async def test_a_register_that_was_told_late(exchange: Running, database: Database) -> None:
    """GATE-004: a suspension counts from its day, but no answer given before it was known changes."""
    async with undone(database) as tx:
        one = await whole(tx)
        await one.in_register("suspended", 10, 12)
        await one.in_register("active", 20, 20)

        answers = {day: await one.unmet(day) for day in (9, 11, 12, 19.9, 20)}

    suspended = [("GATE-004", "suspended")]
    assert answers == {9: [], 11: [], 12: suspended, 19.9: suspended, 20: []}


async def test_other_functionalities_are_another_connection_and_the_old_one_still_answers_for_its_time(
    exchange: Running, database: Database
) -> None:
    """GATE-008, GATE-010: what a connection is for never changes; it ends, and another one is declared."""
    async with undone(database) as tx:
        one = await whole(tx)
        holder = person("institution", one.party_id)
        reason = {"reason": "maina"}
        number = one.numbers["connection"]
        await take(tx, number, "end", Taker(holder, NOW + 10 * DAY, EFFECTS), facts=reason)
        wanted = Wanted(one.site, one.version_id, ("prescribing", "dispensing"), public_key())
        other = replace(
            one, client_id=await add_client(tx, one.party_id, wanted, "production", NOW + 11 * DAY)
        )
        await with_certificate(tx, other.client_id)
        await in_state(tx, "connection", one.party_id, "declared", client_id=other.client_id)

        assert await one.unmet(9) == []
        assert await one.unmet(10) == [("GATE-010", "ended")]
        assert await gate.ask(tx, other.client_id, "production", NOW + 10 * DAY) == []
        prescribing, dispensing = await gate.ask(tx, other.client_id, "production", NOW + 12 * DAY)
        assert prescribing.open
        assert [found.rule.id for found in dispensing.unmet] == ["GATE-009"]
        [before] = await gate.facts_at(tx, "production", NOW + 9 * DAY, one.client_id)
        asked = gate.decide(before, "dispensing", NOW + 9 * DAY)
        assert [found.rule.id for found in asked.unmet] == ["GATE-008", "GATE-009"]


async def test_what_has_ended_is_looked_at_no_more_but_was(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        one = await whole(tx)
        holder, reason = person("institution", one.party_id), {"reason": "maina"}
        number = one.numbers["connection"]
        await take(tx, number, "end", Taker(holder, NOW + 10 * DAY, EFFECTS), facts=reason)

        def named(found: list[gate.Facts]) -> bool:
            return one.client_id in {facts.client.client_id for facts in found}

        assert named(await gate.facts_at(tx, "production", NOW + 9 * DAY))
        assert not named(await gate.facts_at(tx, "production", NOW + 11 * DAY))
