"""Turns the published SearchParameters of FHIR R4 into the table that `tilts_fhir.search` ships.

    python tools/compile_search.py [--package DIR] [--out FILE] [--check]

In: the SearchParameters in `hl7.fhir.r4.examples@4.0.1` (CC0), unpacked. Out: for each resource type its parameters by
code, each with the part of the expression that is about that type; the same bytes on every machine. ADR 0032.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"
OUT: Final = ROOT / "src" / "tilts_fhir" / "data" / "search.json.gz"
# A parameter with one of these bases is one of every resource type.
COMMON: Final = ("Resource", "DomainResource")

Json: TypeAlias = dict[str, Any]


def main() -> int:
    """Exit status: 0 written or equal, 1 the shipped file differs (`--check`)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", type=Path, default=PACKAGE, metavar="DIR")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE")
    parser.add_argument("--check", action="store_true", help="compare with FILE, write nothing")
    args = parser.parse_args()
    content = compiled(args.package)
    if args.check:
        same = args.out.is_file() and args.out.read_bytes() == content
        print("" if same else args.out, end="", file=sys.stderr)
        return 0 if same else 1
    args.out.write_bytes(content)
    print(f"{args.out}: {len(content):,} bytes")
    return 0


def compiled(package: Path) -> bytes:
    """The table; `package` is the folder that holds the package's JSON files."""
    files = sorted(package.glob("SearchParameter-*.json"))
    resources = [json.loads(path.read_bytes()) for path in files]
    # Where two have the same code for the same type, the one that is no example stands.
    resources.sort(key=lambda each: (each.get("experimental") is True, each["url"]))
    by_url = {each["url"]: each for each in resources}
    table: dict[str, dict[str, Json]] = {}
    for resource in resources:
        for base in resource.get("base", ()):
            table.setdefault(base, {}).setdefault(resource["code"], row(resource, base, by_url))
    text = json.dumps({"release": "4.0.1", "bases": table}, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def row(resource: Json, base: str, by_url: dict[str, Json]) -> Json:
    """One parameter of one type; what is empty is left out."""
    expression = " | ".join(alternatives(resource.get("expression", ""), base))
    found = {
        "url": resource["url"],
        "type": resource["type"],
        "expression": expression,
        "targets": sorted(resource.get("target", ())),
        "components": [
            {"type": by_url[each["definition"]]["type"], "expression": each["expression"]}
            for each in resource.get("component", ())
        ],
    }
    return {key: value for key, value in found.items() if value}


def alternatives(expression: str, base: str) -> Iterator[str]:
    """The parts between the outermost `|` that begin with the type, or with no type."""
    for part in at_the_top(expression):
        start = part.strip().lstrip("( ")
        name = start.partition(".")[0].partition(" ")[0]
        if not name[:1].isupper() or name == base or base in COMMON:
            yield part.strip()


def at_the_top(expression: str) -> Iterator[str]:
    """The parts between those `|` that stand in no parentheses and no text."""
    depth, quoted, begin = 0, False, 0
    for place, character in enumerate(expression):
        if character == "'":
            quoted = not quoted
        if quoted:
            continue
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            yield expression[begin:place]
            begin = place + 1
    if expression[begin:].strip():
        yield expression[begin:]


if __name__ == "__main__":
    sys.exit(main())
