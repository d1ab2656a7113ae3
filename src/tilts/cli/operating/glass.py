"""`tilts glass`: every emergency access is looked at afterwards, and who used too many waits for a supervisor."""

import json
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

from tilts.access.desk import Act
from tilts.access.permission import reviewing
from tilts.access.permission.reviewing import Finding
from tilts.account import Account
from tilts.cli.operating.acting import In, Person, acted, asked
from tilts.cli.places import AsJson, DataDir
from tilts.clock import WallClock, shown
from tilts.ids import new_id
from tilts.store.doors import glass as store
from tilts.store.tx import Tx

glass = App(name="glass", help="Emergency access: the review list, findings, release by a supervisor.")
MOST: int = 500


@glass.command(name="list")
def list_(*, environment: In = "test", as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """Say which emergency accesses nobody has looked at yet, the oldest first; no patient is named.

    Exit status: 0 none, 1 some wait.
    """

    async def work(tx: Tx) -> list[store.ToReview]:
        return list(await store.to_review(tx, MOST))

    rows = asked(work, environment, data_dir)
    for row in rows:
        facts = {name: str(getattr(row, name)) for name in store.ToReview.__slots__}
        if as_json:
            print(json.dumps(facts, ensure_ascii=False))
        else:
            print(
                f"{row.glass_id}  {shown(row.opened_at)}  {row.practitioner}, {row.organization}\n    {row.reason}"
            )
    if not rows and not as_json:
        print("Every emergency access has been reviewed.")
    return 1 if rows else 0


@glass.command
def review(
    glass_id: UUID,
    *,
    person: Person,
    verdict: Annotated[str, Parameter(help="justified or not-justified.")],
    note: Annotated[str, Parameter(help="What was found, 20 characters at least; no names of patients.")],
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Write down what was found of one emergency access.

    Exit status: 0 written down, 1 refused: there is none, or it was looked at before.
    """

    async def work(tx: Tx, who: Account) -> None:
        await reviewing.review(tx, glass_id, who, Finding(verdict, note), WallClock().now())

    acted(person, Act("glass.reviewed", about=str(glass_id), method="CLI"), work, environment, data_dir)
    print(f"{glass_id} reviewed")
    return 0


@glass.command
def release(
    practitioner_id: UUID,
    *,
    person: Person,
    reason: Annotated[str, Parameter(help="Why it may be used again before the day is over.")],
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Let a practitioner use emergency access again, as a supervisor; counting begins anew.

    Exit status: 0 released.
    """

    async def work(tx: Tx, who: Account) -> None:
        await store.release(tx, new_id(), practitioner_id, str(who.account_id), reason, WallClock().now())

    acted(
        person, Act("glass.released", about=str(practitioner_id), method="CLI"), work, environment, data_dir
    )
    print(f"{practitioner_id} released")
    return 0
