"""`tilts guide`: which FHIR profiles there are, and all of them as one package."""

import hashlib
import json
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.table import Table

from tilts.cli.places import AsJson
from tilts.cli.refusals import NotPossible
from tilts.rules.profiles import Json, profiles, wrong
from tilts.rules.profiles.packing import FILE_NAME
from tilts.rules.profiles.packing import package as packed

guide = App(name="guide", help="FHIR profiles of the exchange: which there are, and all as one package.")


@guide.command(name="list")
def listed(*, as_json: AsJson = False) -> int:
    """Say which profiles and extensions there are.

    Exit status: 0 said.
    """
    rows = [row_of(one) for one in profiles()]
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return 0
    table = Table("name", "type", "version", "what it is for", box=None, header_style="bold")
    for row in rows:
        table.add_row(str(row["name"]), str(row["type"]), str(row["version"]), str(row["title"]))
    Console().print(table, markup=False)
    return 0


def row_of(one: Json) -> dict[str, object]:
    return {
        "name": one["id"],
        "url": one["url"],
        "type": one["type"],
        "version": one["version"],
        "title": one["title"],
        "wrong_examples": len(wrong(one["id"])) if one["type"] != "Extension" else 0,
    }


@guide.command
def package(out: Path = Path()) -> int:
    """Write all profiles, code lists and examples as one npm-style package; the same bytes each time.

    Exit status: 0 written, 1 the place cannot be written.

    Args:
        out: File, or folder for a file of its usual name.
    """
    place = out / FILE_NAME if out.is_dir() else out
    content = packed()
    try:
        place.write_bytes(content)
    except OSError as fault:
        raise NotPossible(f"{place} cannot be written: {fault.strerror}") from fault
    print(f"{place}  {len(content)} bytes  SHA-256 {hashlib.sha256(content).hexdigest()}")
    return 0
