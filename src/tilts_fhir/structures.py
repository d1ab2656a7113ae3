"""StructureDefinitions as values: base types, extensions and profiles alike, shipped or given with a request.

One element of a StructureDefinition is a `Row`; texts for people are dropped. Source:
https://hl7.org/fhir/R4/structuredefinition.html, https://hl7.org/fhir/R4/elementdefinition.html.
"""

from dataclasses import dataclass
from typing import Any, Final

TYPE_ROOT: Final = "http://hl7.org/fhir/StructureDefinition/"
FHIRPATH_TYPE_ROOT: Final = "http://hl7.org/fhirpath/System."


@dataclass(frozen=True, slots=True)
class AllowedType:
    """
    One type that an element may have.

    Attributes:
        code: `string`, `Reference`, `Patient`; for `id` and `url` of the base types the FHIR type, not the one of FHIRPath.
        profiles: Profiles of which the value must meet one; empty for none.
        targets: For references: profiles or types of which the target must meet one; empty for any.
        aggregation: For references: how the target may be reached (`contained`, `referenced`, `bundled`).
        parts: For each profile the id of the element in it that is meant; None for its root. Empty for roots only.
    """

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    aggregation: tuple[str, ...] = ()
    parts: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """
    The value set that codes come from.

    Attributes:
        strength: required, extensible, preferred or example.
        value_set: Its canonical.
        maximum: The value set nothing may leave.
        additional: Further bindings that hold beside this one, without those for some uses only.
    """

    strength: str
    value_set: str | None
    maximum: str | None = None
    additional: "tuple[Binding, ...]" = ()


@dataclass(frozen=True, slots=True)
class Constraint:
    """An invariant: `severity` is error or warning; `source` the structure that brought it."""

    key: str
    severity: str
    human: str
    expression: str | None
    source: str | None
    best_practice: bool = False


@dataclass(frozen=True, slots=True)
class Discriminator:
    """`kind` is value, exists, pattern, type or profile; `path` a simple FHIRPath."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Slicing:
    """`rules` is open, closed or openAtEnd."""

    discriminators: tuple[Discriminator, ...]
    ordered: bool
    rules: str


@dataclass(frozen=True, slots=True)
class Row:
    """
    One ElementDefinition.

    Attributes:
        id: `Patient.identifier:code.value`.
        path: `Patient.identifier.value`; a choice ends with `[x]`.
        slice_name: Name of the slice that begins here; None if none does.
        min, max: Numbers of entries; max None for any number.
        content_reference: Id of the element whose content stands here too (`Questionnaire.item`).
        fixed, pattern: The value that must be equal, or be contained; None if there is none.
        min_value, max_value: Smallest and largest value of an ordered type; None if unbounded.
        attribute: Written as an attribute in XML.
        min_length: Smallest number of characters.
        alternatives: Extensions of which one must stand where the required value is missing.
        narrative_source: Set if every part of a narrative must say where it comes from.
        narrative_languages: Which languages a narrative must have: codes, `_resource`, `_yes`, `_no`.
    """

    id: str
    path: str
    slice_name: str | None
    min: int
    max: int | None
    types: tuple[AllowedType, ...]
    content_reference: str | None = None
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    fixed: Any = None
    pattern: Any = None
    min_value: Any = None
    max_value: Any = None
    max_length: int | None = None
    slicing: Slicing | None = None
    is_modifier: bool = False
    must_support: bool = False
    attribute: bool = False
    min_length: int | None = None
    alternatives: tuple[str, ...] = ()
    narrative_source: str | None = None
    narrative_languages: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Last step of the path, a choice without `[x]`."""
        return self.path.rpartition(".")[2].removesuffix("[x]")

    @property
    def is_choice(self) -> bool:
        return self.path.endswith("[x]")


@dataclass(frozen=True, slots=True)
class Context:
    """Where an extension may stand: `kind` is element, extension or fhirpath."""

    kind: str
    expression: str


@dataclass(frozen=True, slots=True)
class Structure:
    """
    One StructureDefinition with its whole snapshot.

    Attributes:
        url: Canonical without version.
        type: The type it describes or constrains.
        kind: primitive-type, complex-type, resource or logical.
        derivation: specialization or constraint; None for Element and Resource.
        base: Canonical of what it is derived from.
        contexts: For extensions; empty for everything else.
        context_invariants: FHIRPath that must be true where the extension stands.
        rows: The snapshot, in its order; the first is the root.
    """

    url: str
    version: str | None
    name: str
    type: str
    kind: str
    abstract: bool
    derivation: str | None
    base: str | None
    rows: tuple[Row, ...]
    contexts: tuple[Context, ...] = ()
    context_invariants: tuple[str, ...] = ()

    @property
    def is_profile(self) -> bool:
        return self.derivation == "constraint"
