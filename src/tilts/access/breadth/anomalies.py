"""Unusual patterns in the audit trail, looked for every few seconds among those who were active; told, never held.

The cursor goes back a little each time: a call that was written down first may be committed last.
"""

from datetime import datetime, timedelta
from typing import Final

from tilts.access.breadth.limits import Anomaly, Limits
from tilts.ids import new_id
from tilts.store.doors import anomalies, breadth, holds
from tilts.store.doors.anomalies import Active, Look
from tilts.store.doors.holds import AlertRow
from tilts.store.tx import Tx

OVERLAP: Final = timedelta(seconds=30)  # longer than a call may take
FIRST_LOOK: Final = timedelta(hours=1)  # back, when nobody looked before


async def look_for_anomalies(tx: Tx, now: datetime, limits: Limits) -> list[AlertRow]:
    """Those that are new; none while another worker looks."""
    if not await anomalies.alone(tx):
        return []
    before = await anomalies.cursor(tx)
    since = min(before or now - FIRST_LOOK, now) - OVERLAP
    active = {one.role_id: one for one in await anomalies.active(tx, since, now)}
    told: list[AlertRow] = []
    for rule in limits.anomalies_at(now):
        role_ids = [role_id for role_id, one in active.items() if one.kind in rule.kinds]
        asked = Look(rule.id, role_ids, now - window_of(rule), now, rule.at_least, rule.share)
        for role_id, number in (await anomalies.look(tx, asked)).items() if role_ids else ():
            if row := await alerted(tx, active[role_id], rule, number, now):
                told.append(row)
    await anomalies.move_cursor(tx, now)
    return told


def window_of(rule: Anomaly) -> timedelta:
    return timedelta(minutes=rule.window_minutes)


async def alerted(tx: Tx, who: Active, rule: Anomaly, number: int, now: datetime) -> AlertRow | None:
    """None when it was told before."""
    facts = {
        "counted": number,
        "window_minutes": rule.window_minutes,
        "organization": str(who.organization_id),
        "role": str(who.role_id),
    }
    actor = str(who.practitioner_id)
    row = AlertRow(new_id(), now, "anomaly", rule.id, "practitioner", actor, facts)
    await breadth.lock(tx, [("practitioner", actor)])
    return row if await holds.add_alert(tx, row, now - window_of(rule)) else None


async def keep_usual(tx: Tx, now: datetime) -> None:
    """What is usual for an organisation is learned while it happens."""
    await breadth.keep_hours(tx, now.replace(minute=0, second=0, microsecond=0))


async def forget(tx: Tx, now: datetime, limits: Limits) -> None:
    await breadth.forget_seen(tx, now - limits.longest)
