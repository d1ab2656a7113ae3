"""FHIRPath that stands in a definition: it has to be FHIRPath."""

from tilts_fhir.fhirpath import FhirPathError, compile_expression
from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.walk import Path, Walk


def check_expression(
    walk: Walk, expression: str, path: Path, *, start: str | None = None, severity: str = "warning"
) -> None:
    """
    Report an expression that cannot be read.

    Args:
        expression: The FHIRPath.
        path: Where it stands.
        start: Type it is evaluated on, if that is certain: then elements that the types do not have are refused, too.
        severity: Of what is found beyond the syntax.
    """
    for strict in (False, True) if start is not None else (False,):
        try:
            compile_expression(expression, start, strict)
        except FhirPathError as fault:
            walk.report(
                "definition-expression", path, severity=severity if strict else None, fault=cited(fault)
            )
            return
