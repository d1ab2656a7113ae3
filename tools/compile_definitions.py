"""Turns the published definitions of FHIR R4 into the small files that `tilts_fhir` ships.

    python tools/compile_definitions.py [--package DIR] [--out DIR] [--check]

In: the definitions in `hl7.fhir.r4.examples@4.0.1` (CC0), unpacked. Out: a table of the base types, and a file for
each kind of conformance resource; the same bytes on every machine. What they hold and why: docs/adr/0014-definitions.md.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run by path
    sys.path.insert(0, str(ROOT))

from tools.definitions.package import resources  # noqa: E402
from tools.definitions.packs import pack  # noqa: E402
from tools.definitions.reduction import REDUCTIONS, reduced  # noqa: E402
from tools.definitions.types import type_table  # noqa: E402

Json: TypeAlias = dict[str, Any]

PACKAGE = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"  # where tools/fetch_examples.py puts it
OUT = ROOT / "src" / "tilts_fhir" / "data"
# Examples that list codes of LOINC; nothing in FHIR is bound to them.
LEFT_OUT = frozenset(
    f"http://hl7.org/fhir/ValueSet/example-{name}" for name in ("expansion", "extensional", "intensional")
)


def main() -> int:
    """Exit status: 0 written or equal, 1 a shipped file differs (`--check`)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", type=Path, default=PACKAGE, metavar="DIR")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    parser.add_argument("--check", action="store_true", help="compare with the files in DIR, write nothing")
    args = parser.parse_args()
    files = compiled(args.package)
    if args.check:
        differing = [name for name, content in files.items() if (args.out / name).read_bytes() != content]
        print("\n".join(differing), end="", file=sys.stderr)
        return 1 if differing else 0
    args.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (args.out / name).write_bytes(content)
        print(f"{args.out / name}: {len(content):,} bytes")
    return 0


def compiled(package: Path) -> dict[str, bytes]:
    """Every file by its name; `package` is the folder that holds the package's JSON files."""
    packs = {f"{kind}.pack": pack(dict(_of_kind(package, kind))) for kind in sorted(REDUCTIONS)}
    return {"structure.json.gz": type_table(package), **packs}


def _of_kind(package: Path, kind: str) -> Iterator[tuple[str, Json]]:
    for resource in resources(package, kind):
        url = resource.get("url") or resource["id"]
        if url not in LEFT_OUT:
            yield url, reduced(resource)


if __name__ == "__main__":
    sys.exit(main())
