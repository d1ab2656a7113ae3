"""HL7's own definitions pass the checks of definitions, but for a list of those that are wrong.

The package is fetched by `make examples`; without it these tests skip.
"""

from pathlib import Path

import pytest

from tilts_fhir.json_strict import decode_resource
from tilts_fhir.validation.conformance.operation_definitions import check_operation_definition
from tilts_fhir.validation.conformance.search_parameters import check_search_parameter
from tilts_fhir.validation.conformance.structure_definitions import check_structure_definition
from tilts_fhir.validation.structure import root_path
from tilts_fhir.validation.walk import Options, Scene, Walk

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"

needs_package = pytest.mark.skipif(
    not PACKAGE.is_dir(), reason=f"{PACKAGE} is not there: run `make examples`"
)

RULES = {
    "StructureDefinition": check_structure_definition,
    "OperationDefinition": check_operation_definition,
    "SearchParameter": check_search_parameter,
}

# Name of the definition and the fault that it really has.
KNOWN_BAD = {
    "familymemberhistory-genetic": {"sd-slicing-missing"},  # slices condition without saying how
}


@needs_package
def test_published_definitions_pass_but_the_known_bad_ones() -> None:
    flagged: dict[str, set[str]] = {}
    for kind, rule in RULES.items():
        for file in PACKAGE.glob(f"{kind}-*.json"):
            resource = decode_resource(file.read_bytes())
            path = root_path(resource)
            walk = Walk(Options(), Scene(resource, path))
            rule(walk, resource, path)
            if errors := {issue.key for issue in walk.issues if issue.severity == "error"}:
                flagged[resource["id"]] = errors

    assert flagged == KNOWN_BAD
