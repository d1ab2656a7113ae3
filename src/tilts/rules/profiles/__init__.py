"""Our profiles of FHIR R4: what a resource must look like that the exchange takes or gives.

They are data: `definitions/` holds the conformance resources (StructureDefinitions as differential, CodeSystems,
ValueSets, NamingSystems), `examples/` one right and several wrong resources for each profile, `mapping.json` how they
lie beside the guides of HL7 Europe and IPS. Why each demand is made stands in its `requirements`: ids of rules, or a
section of docs/reference/sources.md with its mark.
"""

from tilts.rules.profiles.shelf import (
    ARC,
    CANONICAL,
    PROFILE_OF,
    VERSION,
    Expected,
    Json,
    Wrong,
    canonical,
    library,
    mapping,
    profiles,
    published,
    readable,
    resources,
    right,
    versions,
    wrong,
)

__all__ = [
    "ARC",
    "CANONICAL",
    "PROFILE_OF",
    "VERSION",
    "Expected",
    "Json",
    "Wrong",
    "canonical",
    "library",
    "mapping",
    "profiles",
    "published",
    "readable",
    "resources",
    "right",
    "versions",
    "wrong",
]
