"""`tilts certificates`: how registered certificates stand, and the authority's act that lets one go on for some days.

Works on the database itself, as the operator: DATABASE_URL, else the sandbox that runs.
"""

import json
from datetime import datetime
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console

from tilts.access.desk import Act
from tilts.account import Account
from tilts.cli.operating.acting import In, Person, acted, asked
from tilts.cli.places import AsJson, DataDir
from tilts.cli.refusals import NotPossible
from tilts.cli.why_not import moment_of
from tilts.clock import WallClock, shown
from tilts.onboarding.certificates import revoke as revoke_door
from tilts.onboarding.standing import keep_open as keep_open_door
from tilts.store.onboarding import standing as store
from tilts.store.onboarding.standing import ListedRecord
from tilts.store.tx import Tx

certificates = App(
    name="certificates", help="How registered certificates stand, and until when they may be used."
)
EVENT = "certificate.kept-open"
Fingerprint = Annotated[
    str, Parameter(help="SHA-256 of the certificate, in hex: see 'tilts certificates list'.")
]


@certificates.command(name="list")
def list_(*, environment: In = "test", as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """Say of each certificate until when it may be used by what is known of it, and what closes it then.

    Exit status: 0 all of them may be used, 1 one may not.
    """

    async def work(tx: Tx) -> list[ListedRecord]:
        return await store.listed(tx)

    rows, now = asked(work, environment, data_dir), WallClock().wall()
    if as_json:
        for row in rows:
            print(json.dumps(as_row(row, now), ensure_ascii=False))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for row in rows:
            console.print(line_of(as_row(row, now)), markup=False)
    return 0 if all(as_row(row, now)["usable"] for row in rows) else 1


def line_of(told: dict[str, Any]) -> str:
    known = f"{told['state']} ({told['source']})" if told["source"] else told["state"]
    parts = [told["fingerprint"], told["name"], known, f"ends {told['not_after']}"]
    if told["usable_until"] and told["state"] != "revoked":
        parts.append(f"usable until {told['usable_until']}, then {told['closed_by']}")
    if told["kept_open_until"]:
        parts.append(f"kept open until {told['kept_open_until']}: {told['kept_open_why']}")
    return " · ".join(parts)


def as_row(row: ListedRecord, now: datetime) -> dict[str, Any]:
    closed = row.usable_until is not None and row.usable_until < now
    return {
        "fingerprint": row.fingerprint.hex(),
        "client": row.client_id,
        "name": row.client_name,
        "state": "revoked" if row.revoked_at else row.status or "not looked at",
        "usable": not closed and row.revoked_at is None and now <= row.not_after,
        "not_after": shown(row.not_after),
        "usable_until": shown(row.usable_until) if row.usable_until else None,
        "closed_by": row.unusable_rule,
        "source": row.source or row.fault,
        "known_good_until": shown(row.known_good_until) if row.known_good_until else None,
        "kept_open_until": shown(row.kept_open_until) if row.kept_open_until else None,
        "kept_open_why": row.kept_open_why,
    }


@certificates.command(name="keep-open")
def keep_open(
    fingerprint: Fingerprint,
    *,
    person: Person,
    until: Annotated[str, Parameter(help="A moment, seven days ahead at most: 2026-11-01T12:00.")],
    why: Annotated[str, Parameter(help="The reason, for whoever looks later.")],
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Let a certificate go on though its revocation cannot be learnt or the trust list is overdue; it is written down.

    Exit status: 0 done, 1 refused.
    """
    named, moment = named_by(fingerprint), moment_of(until)

    async def work(tx: Tx, who: Account) -> None:
        await keep_open_door(tx, who, named, moment, why, WallClock().wall())

    acted(person, Act(EVENT, about=named.hex()[:16], method="CLI"), work, environment, data_dir)
    print(f"{named.hex()} {shown(moment)}")
    return 0


@certificates.command
def revoke(
    fingerprint: Fingerprint, *, person: Person, environment: In = "test", data_dir: DataDir = None
) -> int:
    """Close a certificate for good, at once and on open connections too; it is written down.

    Exit status: 0 done, 1 refused.
    """
    named = named_by(fingerprint)

    async def work(tx: Tx, who: Account) -> None:
        await revoke_door(tx, named, WallClock().wall())

    acted(
        person, Act("certificate.revoked", about=named.hex()[:16], method="CLI"), work, environment, data_dir
    )
    print(named.hex())
    return 0


def named_by(fingerprint: str) -> bytes:
    try:
        return bytes.fromhex(fingerprint.replace(":", ""))
    except ValueError:
        raise NotPossible(f"{fingerprint!r} is no fingerprint") from None
