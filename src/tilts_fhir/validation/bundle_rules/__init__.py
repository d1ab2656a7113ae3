"""Rules of Bundles beyond their invariants: names of entries, links, search results, documents and messages.

Source: https://hl7.org/fhir/R4/bundle.html.
"""

from tilts_fhir.validation.bundle_rules.documents import check_document, check_message
from tilts_fhir.validation.bundle_rules.entries import check_entries
from tilts_fhir.validation.bundle_rules.links import check_links
from tilts_fhir.validation.bundle_rules.searches import check_search
from tilts_fhir.validation.walk import Json, Path, Walk

__all__ = ["check_bundle"]


def check_bundle(walk: Walk, bundle: Json, path: Path) -> None:
    """All rules of one Bundle; the walk's scene is the Bundle."""
    check_links(walk, bundle, path)
    kind = bundle.get("type")
    if kind in ("document", "message") and not bundle.get("entry"):
        walk.report("bundle-no-first", path, type=kind)
        return
    if kind == "document":
        check_document(walk, bundle, path)
    elif kind == "message":
        check_message(walk, bundle, path)
    elif kind == "searchset":
        check_search(walk, bundle, path)
    check_entries(walk, bundle, path)
