"""Value sets with parameters: expressions stand in place of values, and use what the value set declares.

The parameters are an extension of HL7's tooling; the expressions are FHIRPath.
Source: https://hl7.org/fhir/R4/extension-cqf-expression.html.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from tilts_fhir.fhirpath import FhirPathError, compile_expression
from tilts_fhir.issues import quoted
from tilts_fhir.validation.walk import Json, Path, Walk

PARAMETER: Final = "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter"
EXPRESSION: Final = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
FHIRPATH: Final = "text/fhirpath"
MAX_LEVELS: Final = 64

# Names of FHIRPath itself and of its use in FHIR: https://hl7.org/fhir/R4/fhirpath.html#variables.
_KNOWN: Final = frozenset({"context", "resource", "rootResource", "ucum", "sct", "loinc"})
_TEXT: Final = re.compile(r"'(?:[^'\\]|\\.)*'")
_CONSTANT: Final = re.compile(r"%(?:`([^`]+)`|([A-Za-z_][\w-]*))")


def check_parameters(walk: Walk, resource: Json, path: Path) -> None:
    """The parameters a value set declares, and the expressions in its composition that use them."""
    declared = dict(_declared(resource, path))
    used: set[str] = set()
    for expression, here in _expressions(resource.get("compose"), (path, "compose", None)):
        used |= _check_expression(walk, expression, set(declared), here)
    for name, here in declared.items():
        if name not in used:
            walk.report("value-set-parameter-unused", here, name=quoted(name))


def _declared(resource: Json, path: Path) -> Iterator[tuple[str, Path]]:
    for index, each in enumerate(resource.get("extension") or ()):
        if each.get("url") != PARAMETER:
            continue
        for part in each.get("extension") or ():
            name = next((item for key, item in part.items() if key.startswith("value")), None)
            if part.get("url") == "name" and isinstance(name, str):
                yield name, (path, "extension", index)


def _expressions(value: Any, path: Path, level: int = 0) -> Iterator[tuple[Json, Path]]:
    """The expressions that stand as extensions anywhere in a part of the value set."""
    if level > MAX_LEVELS:
        return
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _expressions(each, (path[0], path[1], index), level + 1)
        return
    if not isinstance(value, dict):
        return
    if value.get("url") == EXPRESSION and isinstance(value.get("valueExpression"), dict):
        yield value["valueExpression"], (path, "value", None)
    for key, each in value.items():
        if isinstance(each, dict | list):
            yield from _expressions(each, (path, key.removeprefix("_"), None), level + 1)


def _check_expression(walk: Walk, expression: Json, declared: set[str], path: Path) -> set[str]:
    """Report what is wrong with an expression; the declared parameters that it uses."""
    language, text = expression.get("language"), expression.get("expression")
    if isinstance(language, str) and language != FHIRPATH:
        walk.report("value-set-expression-language", path, language=quoted(language))
        return set()
    if not isinstance(text, str):
        return set()
    # Names of parameters may have hyphens, which FHIRPath has only in delimited names.
    fault = _fault(_CONSTANT.sub(lambda found: f"%`{found[1] or found[2]}`", text))
    if fault is not None:
        walk.report("value-set-expression", path, expression=quoted(text), fault=fault)
        return set()
    names = {found[1] or found[2] for found in _CONSTANT.finditer(_TEXT.sub("", text))}
    for name in sorted(names - declared - _KNOWN):
        if not name.startswith(("vs-", "ext-")):
            facts = {"expression": quoted(text), "name": quoted(name)}
            walk.report("value-set-parameter-unknown", path, **facts)
    return names & declared


def _fault(text: str) -> str | None:
    try:
        compile_expression(text)
    except FhirPathError as fault:
        # The parameters are no constants that FHIRPath knows: they are looked at here.
        return None if fault.key == "unknown-constant" else fault.message
    return None
