"""How many different patients were opened: counted in the transaction of the call, before its answer is sent.

    write down who opened whom; new to somebody: lock the actors  ->  count, decide

Who opened whom is written by the statement that adds the patients to the audit entry, so whoever opens a patient again
within the shortest window pays no statement more. A patient who is new to an actor is decided under the actor's lock,
by a statement of its own, which sees all that was committed before it: 64 calls at once get exactly as many patients as
one after another.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tilts.access.breadth.held import check_holds
from tilts.access.breadth.limits import BY_PATIENT, UNCOUNTED, Limit, Limits, actor_of
from tilts.clock import shown
from tilts.ids import new_id
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.trust.copying import CPY_LIMIT
from tilts.store import audit
from tilts.store.doors import breadth, holds
from tilts.store.doors.breadth import Window
from tilts.store.doors.holds import AlertRow
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.tx import Tx

HOURS_BACK: Final = 28  # the same hour of the day, four weeks back (Security 3.3)
HELD: Final = ""  # in the place of a limit
KEPT: Final = "-kept"  # who noticed it has written it down
HOURS_KNOWN: Final = 7  # fewer say nothing about what is usual


@dataclass(frozen=True, slots=True)
class Passed:
    """A limit that was passed by this call, with how much was counted and where the bound stands."""

    limit: Limit
    counted: int
    bound: int
    held: bool  # else only told


async def count(
    tx: Tx,
    party: Party,
    entry: AuditEntry,
    subjects: Sequence[AuditSubject],
    limits: Limits,
    noticed: Sequence[str] = (),
) -> None:
    """Adds the patients to the audit entry of the call, and counts them.

    Refuses the call by CPY-001 when it opens more than a limit allows; what is near a limit becomes an alert.
    `subjects` names each patient once. `noticed` is what the roof saw beside them: `misses`, `misses-kept`,
    `pages:6`.
    """
    now = entry.at
    mine = () if party.kind == UNCOUNTED or not (subjects or noticed) else limits.of(party, now)
    by_patient = [one for one in mine if one.counts in BY_PATIENT]
    if not by_patient:
        await audit.add_subjects(tx, entry, subjects)
    elif subjects and await is_new(tx, party, entry, subjects, by_patient):
        numbers = await counted(tx, party, by_patient, now)
        if HELD in numbers:  # under the lock: somebody has been held since this call came in
            await check_holds(tx, party)
        await judge(tx, party, by_patient, now, numbers)
    for what, times in Counter(noticed).items():
        name = what.partition(":")[0].removesuffix(KEPT)
        for one in mine:
            if one.counts == name:
                await judge(
                    tx, party, [one], now, {one.id: await number_of(tx, party, one, (what, times), now)}
                )


async def is_new(
    tx: Tx, party: Party, entry: AuditEntry, subjects: Sequence[AuditSubject], limits: Sequence[Limit]
) -> bool:
    """Whether somebody of this call had not opened one of these patients within the shortest window."""
    since = entry.at - min(one.window for one in limits)
    return await breadth.see(tx, entry, subjects, actors_of(party, limits), since)


async def counted(tx: Tx, party: Party, limits: Sequence[Limit], now: datetime) -> dict[str, int]:
    """Different patients in each limit's window, this call's among them; their actors are locked by now."""
    windows = [
        Window(one.id, one.scope, actor_of(party, one.scope), now - one.window, one.counts == "canaries")
        for one in limits
    ]
    return await breadth.counts(tx, windows)


async def lock(tx: Tx, party: Party, limits: Sequence[Limit]) -> None:
    await breadth.lock(tx, actors_of(party, limits))


def actors_of(party: Party, limits: Sequence[Limit]) -> list[tuple[str, str]]:
    return list({(one.scope, actor_of(party, one.scope)) for one in limits})


async def number_of(tx: Tx, party: Party, limit: Limit, noticed: tuple[str, int], now: datetime) -> int:
    """How much of what was noticed: it says so itself, or there is more of it that is written down and counted."""
    what, times = noticed
    name, _, number = what.partition(":")
    await lock(tx, party, [limit])
    if number:
        return int(number)
    if not name.endswith(KEPT):
        await breadth.add_misses(tx, name, actor_of(party, limit.scope), now, times=times)
    return await misses(tx, party, limit, now)


async def misses(tx: Tx, party: Party, limit: Limit, now: datetime) -> int:
    return await breadth.count_misses(tx, limit.counts, actor_of(party, limit.scope), now - limit.window)


def decide(
    limits: Sequence[Limit], numbers: Mapping[str, int], usual: Mapping[str, float | None]
) -> list[Passed]:
    """Pure: which of the limits these numbers pass; what is held stands first."""
    passed: list[Passed] = []
    for one in limits:
        warn, hold = one.bounds(usual.get(one.id))
        number = numbers.get(one.id, 0)
        if hold is not None and number > hold:
            passed.append(Passed(one, number, hold, held=True))
        elif warn is not None and number > warn:
            passed.append(Passed(one, number, warn, held=False))
    return sorted(passed, key=lambda one: not one.held)


async def judge(
    tx: Tx, party: Party, limits: Sequence[Limit], now: datetime, numbers: Mapping[str, int]
) -> None:
    first = decide(limits, numbers, {})
    usual = {one.limit.id: await usual_for(tx, party, one.limit, now) for one in first if one.limit.measure}
    passed = decide(limits, numbers, usual) if usual else first
    if passed and passed[0].held:
        raise refusal(passed[0], party, now)
    for one in passed:
        await tell(tx, party, one, now)


async def usual_for(tx: Tx, party: Party, limit: Limit, now: datetime) -> float | None:
    """What is usual for this organisation; None where too little is known of it."""
    assert limit.measure is not None
    if limit.measure.of == "registered-list":
        return float(await breadth.registered(tx, party.organization_id, now))
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(days=day) for day in range(1, HOURS_BACK + 1)]
    median, known = await breadth.usual(tx, limit.scope, actor_of(party, limit.scope), hours)
    return median if known >= HOURS_KNOWN else None


def refusal(passed: Passed, party: Party, now: datetime) -> Refusal:
    limit = passed.limit
    return Refusal(
        CPY_LIMIT,
        what=limit.title.named(limit.id),
        allowed=passed.bound,
        since=shown(now),
        passed=passed,
        actor=actor_of(party, limit.scope),
    )


async def tell(tx: Tx, party: Party, passed: Passed, now: datetime) -> None:
    """An alert, once for each actor, limit and window; the actor is locked by now."""
    limit = passed.limit
    row = AlertRow(
        alert_id=new_id(),
        at=now,
        severity="hold" if passed.held else "warn",
        limit_id=limit.id,
        scope=limit.scope,
        actor=actor_of(party, limit.scope),
        facts=facts_of(passed, party),
    )
    await holds.add_alert(tx, row, now - limit.window)


def facts_of(passed: Passed, party: Party) -> dict[str, object]:
    """Counts and the institution; neither a person's name nor any patient."""
    return {
        "counted": passed.counted,
        "bound": passed.bound,
        "window_minutes": passed.limit.window_minutes,
        "organization": str(party.organization_id),
        "client": party.client_id,
    }
