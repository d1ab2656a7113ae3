"""Makes the snapshot of a StructureDefinition from its differential and the definition it is derived from.

Source: https://hl7.org/fhir/R4/structuredefinition.html#snapshot, https://hl7.org/fhir/R4/profiling.html.
"""

from tilts_fhir.snapshots.generation import generate
from tilts_fhir.snapshots.problems import Problem
from tilts_fhir.snapshots.tree import MAX_COPIES, Budget

__all__ = ["MAX_COPIES", "Budget", "Problem", "generate"]
