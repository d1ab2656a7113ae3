"""`tilts keys`: the exchange's own keys for tokens, and who practitioners are at the identity provider."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from tilts.access.tokens.keys import KeyRing, NotDone, Purpose, SigningKey, announce, files_of, retire
from tilts.cli.places import AsJson, DataDir, chosen, running_facts
from tilts.cli.refusals import NotPossible
from tilts.cli.serving import ANSWERS_SECONDS, chosen_settings
from tilts.clock import WallClock
from tilts.onboarding.signing.code_key import code_key
from tilts.person_code import sign_in_hash
from tilts.settings import Settings, from_environment
from tilts.store.doors import proofs
from tilts.store.tx import Database

keys = App(
    name="keys",
    help="The keys with which tokens, receipts and printed sheets are signed: which there are, the next one, one that goes.",
)
Of = Annotated[
    Purpose,
    Parameter(help="What the keys sign: access tokens, receipts of closed prescriptions, or printed sheets."),
]
Folder = Annotated[
    Path | None, Parameter(help="Keys folder (TILTS_KEYS_FOLDER; default: of the sandbox that runs).")
]


@keys.command(name="list")
def listed(
    *, purpose: Of = "token", keys_folder: Folder = None, as_json: AsJson = False, data_dir: DataDir = None
) -> int:
    """Say which keys there are: announced, signing, kept until their last token ended, or over.

    Exit status: 0 said, 1 there is no such folder.
    """
    ring = KeyRing(folder_of(keys_folder, data_dir), purpose=purpose)
    found = [(key, state, told(key)) for key, state in ring.states(WallClock().wall())]
    if as_json:
        for _, state, times in found:
            print(json.dumps({"state": state, **times}))
        return 0
    table = Table(box=None, header_style="bold")
    table.add_column("kid", no_wrap=True)
    for heading in ("state", "signs from", "until"):
        table.add_column(heading, overflow="fold")
    for key, state, times in found:
        table.add_row(key.kid, state, times["use_from"] or "-", times["until"] or "-")
    Console().print(table, markup=False)
    return 0


@keys.command(name="announce")
def announced(
    *,
    now: Annotated[
        bool, Parameter(help="Signs at once: only when the key before it must go.", negative="")
    ] = False,
    purpose: Of = "token",
    keys_folder: Folder = None,
    data_dir: DataDir = None,
) -> int:
    """Make the next key; it is published at once, and signs when readers had the time to see it.

    Exit status: 0 made, 1 there is no such folder.
    """
    settings = from_environment()
    ahead = timedelta(0) if now else timedelta(hours=settings.key_announce_hours)
    life = settings.token_seconds + settings.clock_skew_seconds if purpose == "token" else None
    made = announce(folder_of(keys_folder, data_dir), WallClock().wall() + ahead, life, purpose)
    print(f"{made.kid} {told(made)['use_from']}")
    return 0


@keys.command(name="retire")
def retired(kid: str, *, purpose: Of = "token", keys_folder: Folder = None, data_dir: DataDir = None) -> int:
    """Believe a key no more, from this second: every token that it signed is refused, every receipt of it worthless.

    Exit status: 0 done, 1 there is no such key, or nothing else could sign.
    """
    try:
        gone = retire(folder_of(keys_folder, data_dir), kid, WallClock().wall(), purpose)
    except NotDone as no:
        raise NotPossible(str(no)) from no
    print(f"{gone.kid} {told(gone)['until']}")
    return 0


@keys.command(name="tie")
def tied(
    practitioner: UUID,
    *,
    issuer: Annotated[str, Parameter(help="The identity provider, as its ID tokens name it.")],
    subject: Annotated[str, Parameter(help="The practitioner's `sub` there; - is standard input.")],
    end: Annotated[bool, Parameter(help="That sign-in is theirs no more.", negative="")] = False,
) -> int:
    """Say by which sign-in a practitioner is known; asks the installation of DATABASE_URL.

    Exit status: 0 written, 1 somebody else has that sign-in, or there is none to end.
    """
    settings = chosen_settings()
    written = input() if subject == "-" else subject
    if not asyncio.run(tie(settings, practitioner, issuer, written, end)):
        raise NotPossible("there is no such sign-in to end" if end else "that sign-in is somebody's already")
    return 0


async def tie(settings: Settings, practitioner: UUID, issuer: str, subject: str, end: bool) -> bool:
    database = Database(settings.database_url, connections=1, environment=settings.environment)
    hashed, now = sign_in_hash(issuer, subject, code_key(settings)), WallClock().wall()
    try:
        await database.open(seconds=ANSWERS_SECONDS)
        async with database.transaction() as tx:
            if end:
                return await proofs.end_identity(tx, issuer, hashed, now)
            return await proofs.save_identity(tx, issuer, hashed, practitioner, now)
    finally:
        await database.close()


def folder_of(named: Path | None, data_dir: Path | None) -> Path:
    """The one that was named or set, else the sandbox's."""
    configured = from_environment().keys_folder
    if named is None and data_dir is None and files_of(configured):
        return configured
    folder = named or chosen(data_dir) / "keys"
    if named is None:
        running_facts(data_dir)
    if not files_of(folder):
        raise NotPossible(f"there are no token keys in {folder}")
    return folder


def told(key: SigningKey) -> dict[str, str | None]:
    return {"kid": key.kid, "use_from": written(key.use_from or None), "until": written(key.until)}


def written(seconds: int | None) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds is not None else None
