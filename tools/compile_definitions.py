"""Turns the published definitions of FHIR R4 into the small table that `tilts_fhir` ships.

    python tools/compile_definitions.py [--package DIR] [--out FILE] [--check]

In: StructureDefinitions, ValueSets and CodeSystems of `hl7.fhir.r4.examples@4.0.1` (CC0), unpacked. Out: one
compressed JSON file, the same bytes on every machine. What it holds and why: docs/adr/0014-definitions.md.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"  # where tools/fetch_examples.py puts it
OUT = ROOT / "src" / "tilts_fhir" / "data" / "structure.json.gz"
PROFILE_ROOT = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE = PROFILE_ROOT + "structuredefinition-fhir-type"
REGEX = PROFILE_ROOT + "regex"
KINDS = ("primitive-type", "complex-type", "resource")
# The published snapshot types Resource.id as string; its own text and every later release say id.
CORRECTED_TYPES = {"Resource.id": "id"}


def main() -> int:
    """Exit status: 0 written or equal, 1 the shipped file differs (`--check`)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", type=Path, default=PACKAGE, metavar="DIR")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE")
    parser.add_argument("--check", action="store_true", help="compare with FILE, write nothing")
    args = parser.parse_args()
    compiled = compile_definitions(args.package)
    if args.check:
        return 0 if args.out.read_bytes() == compiled else 1
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(compiled)
    print(f"{args.out}: {len(compiled):,} bytes")
    return 0


def compile_definitions(package: Path) -> bytes:
    """The whole table, compressed; `package` is the folder that holds the package's JSON files."""
    codes = CodeSets(package)
    types = {}
    primitives = {}
    for definition in _definitions(package):
        name = definition["type"]
        if definition["kind"] == "primitive-type":
            primitives[name] = _primitive(definition)
        else:
            types[name] = _type(definition, codes)
    table = {
        "release": "4.0.1",
        "primitives": dict(sorted(primitives.items())),
        "types": dict(sorted(types.items())),
        "codes": dict(sorted(codes.used.items())),
    }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def _definitions(package: Path) -> Iterator[Json]:
    for path in sorted(package.glob("StructureDefinition-*.json")):
        definition = _read(path)
        if definition["kind"] in KINDS and definition.get("derivation") != "constraint":
            yield definition


def _read(path: Path) -> Json:
    content: Json = json.loads(path.read_bytes())
    return content


def _primitive(definition: Json) -> Json:
    for element in definition["snapshot"]["element"]:
        if element["path"].endswith(".value"):
            return {"base": _base(definition), "regex": _extension(element["type"][0], REGEX)}
    raise ValueError(f"{definition['type']} has no value")


def _type(definition: Json, codes: "CodeSets") -> Json:
    """A type and its backbone parts; each part has its elements in the order of the specification."""
    root, *elements = definition["snapshot"]["element"]
    paths = {element["path"] for element in elements}
    parts: dict[str, list[Json]] = {root["path"]: []}
    for element in elements:
        path: str = element["path"]
        parent, _, name = path.rpartition(".")
        inline = any(other.startswith(path + ".") for other in paths)
        parts.setdefault(parent, []).append(_element(element, name, path if inline else None, codes))
    compiled = {"kind": definition["kind"], "base": _base(definition), "parts": parts}
    return {**compiled, "abstract": True} if definition["abstract"] else compiled


def _base(definition: Json) -> str | None:
    url: str | None = definition.get("baseDefinition")
    return url.removeprefix(PROFILE_ROOT) if url else None


def _element(element: Json, name: str, part: str | None, codes: "CodeSets") -> Json:
    row: Json = {"name": name.removesuffix("[x]")}
    if name.endswith("[x]"):
        row["choice"] = True
    if element["min"]:
        row["min"] = element["min"]
    if element["max"] != "1":
        row["max"] = None if element["max"] == "*" else int(element["max"])
    if "xmlAttr" in element.get("representation", []):
        row["attribute"] = True
    row["types"] = _types(element, part)
    binding = element.get("binding", {})
    if binding.get("strength") == "required" and any(kind["code"] == "code" for kind in row["types"]):
        codes.use(binding["valueSet"], row)
    return row


def _types(element: Json, part: str | None) -> list[Json]:
    if "contentReference" in element:
        return [{"code": element["contentReference"].removeprefix("#")}]
    if part is not None:
        return [{"code": part}]
    return [_one_type(kind, element) for kind in element["type"]]


def _one_type(kind: Json, element: Json) -> Json:
    code = _extension(kind, FHIR_TYPE) or kind["code"]
    if code.startswith("http"):
        code = "string"
    code = CORRECTED_TYPES.get(element["base"]["path"] if "base" in element else element["path"], code)
    compiled: Json = {"code": code}
    targets = [url.removeprefix(PROFILE_ROOT) for url in kind.get("targetProfile", [])]
    if code == "Reference" and targets and "Resource" not in targets:
        compiled["targets"] = targets
    if kind.get("profile"):
        compiled["profile"] = [url.removeprefix(PROFILE_ROOT) for url in kind["profile"]]
    return compiled


def _extension(holder: Json, url: str) -> str | None:
    for extension in holder.get("extension", []):
        if extension["url"] == url:
            found: str = extension.get("valueUrl") or extension["valueString"]
            return found
    return None


class CodeSets:
    """Required value sets that are plain lists: whole code systems or named codes, no filter."""

    def __init__(self, package: Path) -> None:
        self._systems = _by_url(package, "CodeSystem")
        self._sets = _by_url(package, "ValueSet")
        self.used: dict[str, list[str]] = {}

    def use(self, canonical: str, row: Json) -> None:
        """Bind the row to the value set, if its codes can be listed from the package alone."""
        url = canonical.partition("|")[0]
        listed = self.used.get(url) or sorted(self._of_set(url) or ())
        if listed:
            self.used[url] = listed
            row["codes"] = url

    def _of_set(self, url: str) -> set[str] | None:
        """The codes, or None if the package does not say which they are."""
        compose = self._sets.get(url, {}).get("compose")
        if compose is None:
            return None
        included = [self._of_part(part) for part in compose["include"]]
        excluded = [self._of_part(part) for part in compose.get("exclude", [])]
        codes: set[str] = set()
        for part in included:
            if part is None:
                return None
            codes |= part
        for part in excluded:
            if part is None:
                return None
            codes -= part
        return codes

    def _of_part(self, part: Json) -> set[str] | None:
        if "filter" in part:
            return None
        if "valueSet" in part:
            if "system" in part or len(part["valueSet"]) > 1:
                return None
            return self._of_set(part["valueSet"][0].partition("|")[0])
        if "concept" in part:
            return {concept["code"] for concept in part["concept"]}
        system = self._systems.get(part["system"], {})
        if system.get("content") != "complete":
            return None
        return set(_codes(system.get("concept", [])))


def _codes(concepts: list[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _codes(concept.get("concept", []))


def _by_url(package: Path, resource_type: str) -> dict[str, Json]:
    found = {}
    for path in sorted(package.glob(f"{resource_type}-*.json")):
        resource = _read(path)
        found[resource.get("url", path.name)] = resource
    return found


if __name__ == "__main__":
    sys.exit(main())
