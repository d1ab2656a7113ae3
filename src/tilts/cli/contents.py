"""What is in a sandbox's folder: forget all of it, or give it more patients."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tilts.cli.environments import stop
from tilts.cli.places import DataDir, chosen, running_facts
from tilts.cli.progress import Steps
from tilts.clock import WallClock
from tilts.lab.environment import forget
from tilts.lab.seeding import seed_patients
from tilts.store.tx import Database


def reset(*, data_dir: DataDir = None) -> int:
    """Stop the sandbox and remove everything in its folder; the next start begins anew.

    Exit status: 0 removed, 1 it did not end in time.
    """
    stop(data_dir=data_dir)
    forget(chosen(data_dir), progress=lambda _: None)
    print(f"removed {chosen(data_dir)}")
    return 0


def seed(
    *,
    patients: Annotated[int, Parameter(help="How many there shall be in all.")],
    seed: Annotated[int, Parameter(help="The number the sandbox was started with.")] = 1,
    data_dir: DataDir = None,
) -> int:
    """Give the running sandbox more invented patients; those that are there stay as they are.

    Exit status: 0 done, 1 no sandbox runs.
    """
    facts = running_facts(data_dir)
    database = Database(Path(facts["database_url_file"]).read_text().strip(), connections=1)

    async def fill() -> int:
        await database.open()
        try:
            with Steps() as steps:
                bar = steps.bar("patients", patients)
                return await seed_patients(database, seed, patients, WallClock().wall(), bar)
        finally:
            await database.close()

    made = asyncio.run(fill())
    print(f"{made} patients added; {patients} in all" if made else f"there were {patients} or more already")
    return 0
