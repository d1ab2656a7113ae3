"""What the checks find in a resource, without what is not asked for here."""

from typing import Any

from tilts_fhir.texts import bundles, content, narrative, references
from tilts_fhir.validation import Options, validate

Json = dict[str, Any]

OURS = {
    *references.TEXTS,
    *bundles.TEXTS,
    *narrative.TEXTS,
    *content.TEXTS,
    "reference-type",
    "reference-target",
    "reference-differs",
}


def found(resource: Json, **options: Any) -> list[tuple[str, str]]:
    """Key and expression of every issue about links and content."""
    issues = validate(resource, options=Options(**options))
    return [(each.key, each.expression) for each in issues if each.key in OURS]


def errors(resource: Json) -> list[str]:
    """The keys of those of them that are errors."""
    return [each.key for each in validate(resource) if each.key in OURS and each.severity == "error"]


def an_observation(**facts: Any) -> Json:
    code = {"coding": [{"system": "http://loinc.org", "code": "1234-5"}]}
    return {"resourceType": "Observation", "id": "o", "status": "final", "code": code, **facts}


def a_bundle(kind: str, *entries: Json, **facts: Any) -> Json:
    bundle = {"resourceType": "Bundle", "type": kind, **facts}
    return {**bundle, "entry": list(entries)} if entries else bundle


def an_entry(full_url: str | None, resource: Json, **facts: Any) -> Json:
    entry = {"resource": resource, **facts}
    return entry if full_url is None else {"fullUrl": full_url, **entry}
