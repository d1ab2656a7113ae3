"""`tilts classifiers`: which lists of codes there are, bring them into a folder, put them into an environment."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from tilts.cli.clients import actor_of
from tilts.cli.places import AsJson, DataDir, client_facts, running_facts, terminal_language
from tilts.cli.refusals import NotPossible
from tilts.cli.serving import chosen_settings
from tilts.rules import Refusal
from tilts.store.tx import Database
from tilts.terminology.loading import load_content
from tilts_connector import Classifier, Classifiers, Credentials, Exchange, Options

classifiers = App(name="classifiers", help="Lists of codes: which there are, take them, put them in.")
Client = Annotated[str, Parameter(name="--as", help="Client of the sandbox that asks.")]


@classifiers.command(name="list")
def listed(*, client: Client = "vendor", as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """Say which classifiers the sandbox has, and whether the client may have them.

    Exit status: 0 said, 1 refused or no sandbox runs.
    """
    with connected(client, data_dir) as exchange:
        found = Classifiers(exchange).list()
    if as_json:
        for one in found:
            print(json.dumps(row_of(one), ensure_ascii=False))
        return 0
    table = Table("name", "version", "codes", "licence", "access", box=None, header_style="bold")
    for one in found:
        count = next((v.count for v in one.versions if v.version == one.in_force), 0)
        table.add_row(one.name, one.in_force or "-", str(count), one.licence, one.state)
    Console().print(table, markup=False)
    return 0


def row_of(one: Classifier) -> dict[str, object]:
    return {
        "name": one.name,
        "url": one.url,
        "in_force": one.in_force,
        "access": one.state,
        "clause": one.clause,
        "licence": one.licence,
        "versions": [
            {
                "version": version.version,
                "valid_from": version.valid_from.isoformat() if version.valid_from else None,
                "valid_to": version.valid_to.isoformat() if version.valid_to else None,
                "sha256": version.sha256,
                "count": version.count,
            }
            for version in one.versions
        ],
    }


@classifiers.command
def download(
    name: Annotated[str, Parameter(help="Name of the classifier, as `tilts classifiers list` says it.")],
    folder: Annotated[Path, Parameter(help="Where to; made if it is not there.")],
    *,
    version: Annotated[str | None, Parameter(help="Default: the one that holds today.")] = None,
    client: Client = "vendor",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """Bring a classifier into a folder, its hash checked; a copy that is still good is kept.

    Exit status: 0 there, 1 refused, damaged on the way, or no sandbox runs.
    """
    with connected(client, data_dir) as exchange:
        found = Classifiers(exchange).download(name, folder, version)
    if as_json:
        row = {
            "file": str(found.path),
            "version": found.version,
            "sha256": found.sha256,
            "changed": found.changed,
        }
        print(json.dumps(row))
    else:
        print(f"{found.path} {'downloaded' if found.changed else 'is still good'}")
    return 0


@classifiers.command
def load(*, as_json: AsJson = False) -> int:
    """Put the classifiers that Tilts ships into the environment of DATABASE_URL; those that are there stay.

    Exit status: 0 all are there, 1 a setting is missing or a version is there with other content.
    """
    settings = chosen_settings()
    database = Database(settings.database_url, connections=1, environment=settings.environment)

    async def fill() -> int:
        await database.open()
        say = (lambda _: None) if as_json else print
        try:
            return await load_content(database, say, settings.canonical_base)
        except Refusal as no:
            raise NotPossible(no.rule.sentence(terminal_language(), no.told())) from no
        finally:
            await database.close()

    published = asyncio.run(fill())
    print(json.dumps({"published": published}) if as_json else f"{published} versions published")
    return 0


def connected(client: str, data_dir: Path | None) -> Exchange:
    """The exchange of the running sandbox, as one of its clients."""
    facts = running_facts(data_dir)
    chosen = client_facts(facts, client)
    actor = actor_of(chosen, None, None, None, None)
    options = Options(language=terminal_language())
    return Exchange(facts["fhir"], Credentials.from_ready_line(chosen), actor, options)
