"""`tilts glass`: every emergency access is looked at afterwards, and who used too many waits for a supervisor."""

import json
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

from tilts.cli.operating.holds import asked
from tilts.cli.places import AsJson, DataDir
from tilts.cli.refusals import NotPossible
from tilts.clock import WallClock, shown
from tilts.ids import new_id
from tilts.store.doors import glass as store
from tilts.store.tx import Tx

glass = App(name="glass", help="Emergency access: the review list, findings, release by a supervisor.")
MOST: int = 500
In = Annotated[str, Parameter(name="--environment", help="test or production.")]
By = Annotated[str, Parameter(name="--by", help="Who looked at it.")]


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
    return 1 if rows else 0


@glass.command
def review(
    glass_id: UUID,
    *,
    by: By,
    finding: Annotated[str, Parameter(help="What was found; no names of patients.")],
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Write down what was found of one emergency access.

    Exit status: 0 written down, 1 there is none, or it was looked at before.
    """

    async def work(tx: Tx) -> bool:
        return await store.review(tx, glass_id, by, finding, WallClock().now())

    if not asked(work, environment, data_dir):
        raise NotPossible(f"{glass_id} is none that waits: see 'tilts glass list'")
    print(f"{glass_id} reviewed")
    return 0


@glass.command
def release(
    practitioner_id: UUID,
    *,
    by: By,
    reason: Annotated[str, Parameter(help="Why it may be used again before the day is over.")],
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Let a practitioner use emergency access again, as a supervisor; counting begins anew.

    Exit status: 0 released.
    """

    async def work(tx: Tx) -> None:
        await store.release(tx, new_id(), practitioner_id, by, reason, WallClock().now())

    asked(work, environment, data_dir)
    print(f"{practitioner_id} released")
    return 0
