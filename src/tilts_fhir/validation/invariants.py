"""The invariants of the base specification, for every resource, data type and element that has some.

The universal ones are checked natively, in linear time: ele-1 and ext-1 by the structure, dom-2 to dom-6 and ref-1
here and by the references, txt-1 and txt-2 by the narrative. The others are FHIRPath, compiled when a type is first met.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Final, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.fhirpath import Compiled, Context, FhirPathError, compile_expression
from tilts_fhir.fhirpath.context import Meter
from tilts_fhir.structures import Constraint
from tilts_fhir.validation.native_invariants import ANSWERS, Answer
from tilts_fhir.validation.references import resolve
from tilts_fhir.validation.walk import Json, Path, Scene, Walk

NATIVE: Final = frozenset(
    {"ele-1", "ext-1", "dom-2", "dom-3", "dom-4", "dom-5", "dom-6", "ref-1", "txt-1", "txt-2"}
)

Holds: TypeAlias = Callable[
    [Any, Context], bool
]  # Of all expressions of profiles and extensions in one walk together.
MAX_STEPS: Final = 3_000_000

Constraints: TypeAlias = tuple["Invariant", ...]


@dataclass(frozen=True, slots=True)
class Invariant:
    """
    A constraint with its expression compiled.

    Attributes:
        holds: Whether a value meets it; None where the expression cannot be compiled.
        quick: The same for a JSON object of its type, by the shortest way there is.
    """

    constraint: Constraint
    holds: Holds | None
    quick: Holds | None = None
    reason: str = ""


@cache
def invariants_of(part: str) -> Constraints:
    """The invariants on a type or backbone part, without the native ones."""
    return tuple(compiled(each, part) for each in definitions.constraints(part) if each.key not in NATIVE)


@cache
def invariants_on(part: str, name: str, kind: str) -> Constraints:
    """The invariants that stand on one element of a part ('' for a resource by itself), beyond those of its type `kind`."""
    found = definitions.element_constraints(part, name) if part else ()
    return tuple(compiled(each, kind) for each in found if each.key not in NATIVE)


def compiled(constraint: Constraint, start: str) -> Invariant:
    """A constraint made ready for values of the type `start`."""
    if not constraint.expression:
        return Invariant(constraint, None, reason="it has no expression")
    try:
        made: Compiled = compile_expression(constraint.expression, start)
    except FhirPathError as fault:
        return Invariant(constraint, None, reason=str(fault))
    return Invariant(constraint, made.holds, _quick(made, ANSWERS.get(constraint.expression)))


def _quick(made: Compiled, answer: Answer | None) -> Holds:
    holds, short = made.holds, made.quick
    if answer is not None:

        def answered(value: Any, context: Context) -> bool:
            found = answer(value)
            return holds(value, context) if found is None else found

        return answered
    return holds if short is None else lambda value, context: short(value, context) is not False


def check_invariants(
    walk: Walk, invariants: Constraints, value: Any, path: Path, context: Context | None = None
) -> None:
    """Report those of the invariants that the value does not meet, and those that cannot be decided."""
    context = context_of(walk) if context is None else context
    for each in invariants:
        if each.holds is None:
            walk.report(
                "invariant-not-checked",
                path,
                key=each.constraint.key,
                reason=each.reason,
                source=each.constraint.source,
            )
            continue
        try:
            met = (each.quick if each.quick and type(value) is dict else each.holds)(value, context)
        except FhirPathError as fault:
            walk.report(
                "invariant-not-checked",
                path,
                key=each.constraint.key,
                reason=str(fault),
                source=each.constraint.source,
            )
            continue
        if not met:
            report_invariant(walk, each.constraint, path)


def report_invariant(walk: Walk, constraint: Constraint, path: Path) -> None:
    """Report an invariant that is not met, in the severity that its definition gives it."""
    severity = "warning" if constraint.severity != "error" or constraint.best_practice else "error"
    human = constraint.human or constraint.expression
    walk.report(
        "invariant", path, severity=severity, source=constraint.source, key=constraint.key, human=human
    )


def all_hold(walk: Walk, invariants: Constraints, value: Any) -> bool:
    """Whether every one of the invariants is surely met; nothing is reported."""
    known = walk.context
    context = known[1] if known is not None and known[0] is walk.scene else context_of(walk)
    try:
        for each in invariants:
            if each.quick is None or not each.quick(value, context):
                return False
    except FhirPathError:
        return False
    return True


def context_of(walk: Walk) -> Context:
    """What FHIRPath sees around the resource that the walk is in."""
    known = walk.context
    if known is None or known[0] is not walk.scene:
        known = walk.context = walk.scene, _context(walk, walk.scene)
    found: Context = known[1]
    return found


def metered_context_of(walk: Walk) -> Context:
    """
    The same for expressions of definitions that may come with the request: they may ask for value sets and profiles,
    and all of a walk share `MAX_STEPS`.
    """
    # Imported here, since profiles have invariants of their own.
    from tilts_fhir.validation.profiles.oracles import conforms_to, member_of

    context = context_of(walk)
    known = walk.memo.get("metered")
    if known is None or known[0] is not context:
        meter = walk.memo.setdefault("meter", Meter(MAX_STEPS))
        asked = replace(
            context, meter=meter, member_of=member_of(walk), conforms_to=conforms_to(walk, walk.scene)
        )
        known = walk.memo["metered"] = context, asked
    found: Context = known[1]
    return found


def _context(walk: Walk, scene: Scene) -> Context:
    return Context(
        scene.resource, scene.container.resource, partial(_target, walk, scene), now=walk.options.now
    )


def _target(walk: Walk, scene: Scene, reference: str) -> Json | None:
    found = resolve(walk, reference, scene)
    return found.resource if found is not None else None


def check_contained(walk: Walk, resource: Json, path: Path) -> None:
    """dom-2, dom-4, dom-5 and dom-6 of one resource (https://hl7.org/fhir/R4/domainresource.html)."""
    for index, inner in enumerate(resource.get("contained", ())):
        here = (path, "contained", index)
        meta = inner.get("meta", {})
        if "contained" in inner:
            walk.report("contained-contains", here, source="dom-2")
        if "versionId" in meta or "lastUpdated" in meta:
            walk.report("contained-version", here, source="dom-4")
        if "security" in meta:
            walk.report("contained-security", here, source="dom-5")
    if walk.scene.kind != "contained" and "div" not in resource.get("text", {}) and _has_narrative(resource):
        walk.report("no-narrative", path, source="dom-6")


def _has_narrative(resource: Json) -> bool:
    return definitions.type_definition(resource["resourceType"]).base == "DomainResource"
