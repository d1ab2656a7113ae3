"""FHIRPath for FHIR R4: reads an expression once and evaluates it on JSON resources.

    name = compile_expression("Patient.name.where(use = 'official').family", "Patient")
    name.values(patient)

Pure: no clock, no network, no state; what an evaluation may know is in its `Context`. Every evaluation ends after a
bounded number of steps. https://hl7.org/fhirpath/N1/, https://hl7.org/fhir/R4/fhirpath.html, ADR 0032.
"""

from tilts_fhir.fhirpath.context import Context
from tilts_fhir.fhirpath.errors import FhirPathError
from tilts_fhir.fhirpath.expression import Compiled, compile_expression
from tilts_fhir.fhirpath.nodes import Node
from tilts_fhir.fhirpath.quantities import Quantity
from tilts_fhir.fhirpath.temporal import Temporal

__all__ = ["Compiled", "Context", "FhirPathError", "Node", "Quantity", "Temporal", "compile_expression"]
