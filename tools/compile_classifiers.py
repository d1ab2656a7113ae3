"""Makes the content of the classifiers that `tilts` ships: one compressed file a version, and their register.

    python tools/compile_classifiers.py [--package DIR] [--out DIR] [--check]

In: tools/classifiers/ (register and invented lists), pycountry and Babel as pinned in requirements/dev.txt, and the
official package of FHIR R4 (tools/fetch_examples.py). Out: src/tilts/terminology/content/, the same bytes on every
machine. What may be shipped and what never: docs/adr/0030-classifier-register.md.
"""

import argparse
import hashlib
import importlib.metadata
import json
import sys
import tomllib
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run by path
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools.classifiers import fhir, iso, national  # noqa: E402
from tools.classifiers.concepts import Code, canonical, packed  # noqa: E402

PACKAGE = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"
OUT = ROOT / "src" / "tilts" / "terminology" / "content"
REGISTER = ROOT / "tools" / "classifiers" / "register.toml"
# Licences that ask for their text to go with the content: package, the file in it, the file with us.
LICENCES = (
    ("pycountry", "LICENSE.txt", "licences/LGPL-2.1.txt"),
    ("babel", "LICENSE.unicode", "licences/Unicode-3.0.txt"),
)
Row: TypeAlias = dict[str, Any]


def compiled(package: Path = PACKAGE) -> dict[str, bytes]:
    """Every file below the folder of the content, by its name there."""
    files = {file: licence_text(package_name, original) for package_name, original, file in LICENCES}
    register = []
    for row in tomllib.loads(REGISTER.read_text(encoding="utf-8"))["classifier"]:
        kind, _, which = row.pop("made_from").partition(":")
        versions = []
        for version in row.pop("version"):
            text = canonical(codes_of(kind, which, row["name"], version["version"], package))
            file = f"{kind}/{row['name']}-{version['version']}.ndjson.gz"
            files[file] = packed(text)
            versions.append(described(version, text) | {"file": file})
        register.append(row | {"versions": versions})
    files["register.json"] = (json.dumps(register, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def codes_of(kind: str, which: str, name: str, version: str, package: Path) -> list[Code]:
    match kind:
        case "iso":
            listed: list[Code] = getattr(iso, which)()
            return listed
        case "fhir":
            return fhir.codes_of(fhir.code_system(package, which))
        case "national":
            return national.codes_of(name, version)
    raise ValueError(f"{name} is made from {kind}, which nobody knows")


def described(version: Row, text: bytes) -> Row:
    days = {name: day.isoformat() for name, day in version.items() if name != "version"}
    return {
        "version": version["version"],
        **days,
        "sha256": hashlib.sha256(text).hexdigest(),
        "count": text.count(b"\n"),
        "size_bytes": len(text),
    }


def licence_text(package_name: str, original: str) -> bytes:
    """The text of the licence as the package itself carries it."""
    listed = importlib.metadata.files(package_name) or []
    file = next(one for one in listed if one.name == original)
    return Path(str(file.locate())).read_bytes()


def stale(package: Path = PACKAGE, out: Path = OUT) -> list[str]:
    """Files that differ from what they should hold, are missing, or come from nowhere."""
    wanted = compiled(package)
    there = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    ours = {name for name in there if name.endswith((".gz", ".json", ".txt"))}
    differing = {
        name for name, text in wanted.items() if name not in there or there[name].read_bytes() != text
    }
    return sorted(differing | (ours - set(wanted)))


def main() -> int:
    """Exit status: 0 written or equal, 1 what is shipped differs (`--check`)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", type=Path, default=PACKAGE, metavar="DIR")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    parser.add_argument("--check", action="store_true", help="compare with DIR, write nothing")
    args = parser.parse_args()
    if args.check:
        differing = stale(args.package, args.out)
        print("\n".join(f"not current: {name}" for name in differing))
        return 1 if differing else 0
    files = compiled(args.package)
    for name, content in files.items():
        (args.out / name).parent.mkdir(parents=True, exist_ok=True)
        (args.out / name).write_bytes(content)
    print(f"{args.out}: {len(files)} files, {sum(map(len, files.values())):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
