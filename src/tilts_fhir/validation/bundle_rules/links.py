"""The links of a Bundle: each relation once, and the stylesheets of a document.

Source: https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.link, https://hl7.org/fhir/R4/documents.html#css.
"""

from typing import Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.references.forms import is_absolute
from tilts_fhir.validation.references.resolving import index_of
from tilts_fhir.validation.walk import Json, Path, Walk

PAGES: Final = frozenset({"first", "previous", "prev", "next", "last", "self"})
OFFICIAL_STYLESHEET: Final = "https://hl7.org/fhir/fhir.css"


def check_links(walk: Walk, bundle: Json, path: Path) -> None:
    """The relations, and where stylesheets come from."""
    seen: set[str] = set()
    for index, link in enumerate(bundle.get("link", ())):
        here: Path = (path, "link", index)
        relation, url = link.get("relation"), link.get("url")
        if relation in PAGES and relation in seen:
            walk.report("bundle-link-twice", here, relation=relation)
        seen.add(relation)
        if relation == "stylesheet" and bundle.get("type") == "document" and isinstance(url, str):
            _check_stylesheet(walk, bundle, url, (here, "url", None))


def _check_stylesheet(walk: Walk, bundle: Json, url: str, path: Path) -> None:
    if not is_absolute(url):
        if stylesheet_entry(walk, url) is None:
            walk.report("bundle-stylesheet", path, url=quoted(url))
    elif url != OFFICIAL_STYLESHEET and not index_of(walk, walk.scene).named(url, None):
        walk.report("bundle-stylesheet-external", path, url=quoted(url))
        if url.startswith("http:"):
            walk.report("bundle-stylesheet-insecure", path, url=quoted(url))


def stylesheet_entry(walk: Walk, url: str) -> int | None:
    """The entry with the stylesheet in the Bundle of the scene; None if there is none."""
    index = index_of(walk, walk.scene)
    named = index.named(url, None)
    kind, _, own = url.partition("/")
    found = named or index.by_id.get((kind, own), [])
    return found[0].index if found else None
