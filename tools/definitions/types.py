"""The table of base types: what the walk through every resource needs of each element, and nothing more."""

import gzip
from pathlib import Path
from typing import Any, Final, TypeAlias

from tools.definitions.code_sets import CodeSets
from tools.definitions.package import resources
from tools.definitions.packs import text_of
from tools.definitions.reduction import CORRECTED_TYPES

Json: TypeAlias = dict[str, Any]

PROFILE_ROOT: Final = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE: Final = PROFILE_ROOT + "structuredefinition-fhir-type"
REGEX: Final = PROFILE_ROOT + "regex"
MAX_VALUE_SET: Final = PROFILE_ROOT + "elementdefinition-maxValueSet"
BEST_PRACTICE: Final = PROFILE_ROOT + "elementdefinition-bestpractice"
KINDS: Final = ("primitive-type", "complex-type", "resource")
# Published with every element: ele-1 is what the structure check does anyway, ext-1 belongs to one type.
EVERYWHERE: Final = {"ele-1": None, "ext-1": "Extension"}


def type_table(package: Path) -> bytes:
    """The whole table, compressed; `package` is the folder that holds the package's JSON files."""
    codes = CodeSets(package)
    types = {}
    primitives = {}
    for definition in resources(package, "StructureDefinition"):
        if definition["kind"] not in KINDS or definition.get("derivation") == "constraint":
            continue
        if definition["kind"] == "primitive-type":
            primitives[definition["type"]] = _primitive(definition)
        else:
            types[definition["type"]] = _type(definition, codes)
    table = {
        "release": "4.0.1",
        "primitives": dict(sorted(primitives.items())),
        "types": dict(sorted(types.items())),
        "codes": dict(sorted(codes.used.items())),
    }
    return gzip.compress(text_of(table), compresslevel=9, mtime=0)


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
    if definition["abstract"]:
        compiled["abstract"] = True
    stated = {each["path"]: _constraints(each, definition["url"]) for each in (root, *elements)}
    compiled["constraints"] = {path: listed for path, listed in stated.items() if listed}
    return compiled


def _constraints(element: Json, url: str) -> list[Json]:
    """The invariants that stand on an element; `source` is the type that brought them."""
    kept = []
    for constraint in element.get("constraint", ()):
        if constraint["key"] in EVERYWHERE and element["path"] != EVERYWHERE[constraint["key"]]:
            continue
        row: Json = {name: constraint.get(name) for name in ("key", "severity", "human", "expression")}
        row["source"] = constraint.get("source", url)
        if any(each["url"] == BEST_PRACTICE for each in constraint.get("extension", ())):
            row["best_practice"] = True
        kept.append(row)
    return kept


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
    if element.get("isModifier"):
        row["modifier"] = True
    binding = element.get("binding", {})
    if binding:
        row["binding"] = _binding(binding)
    if binding.get("strength") == "required" and any(kind["code"] == "code" for kind in row["types"]):
        codes.use(binding["valueSet"], row)
    return row


def _binding(binding: Json) -> Json:
    bound = {"strength": binding["strength"], "value_set": binding.get("valueSet")}
    for extension in binding.get("extension", ()):
        if extension["url"] == MAX_VALUE_SET:
            bound["maximum"] = extension.get("valueCanonical") or extension["valueUri"]
    return bound


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
