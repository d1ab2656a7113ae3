"""The rule for every Reference: its form, the type of its target, and that a target in reach is there.

Source: https://hl7.org/fhir/R4/references.html, https://hl7.org/fhir/R4/bundle.html#references.
"""

from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.structures import TYPE_ROOT
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.references.forms import Form, is_absolute, read_reference
from tilts_fhir.validation.references.resolving import (
    Resolved,
    bundle_of,
    contained_target,
    index_of,
    matches,
    neighbour,
    resolve,
)
from tilts_fhir.validation.walk import Path, Scene, Walk, nearest

# Their entries may go without fullUrl, and their references may be relative to the server that takes them.
REQUESTS: Final = frozenset({"transaction", "batch", "transaction-response", "batch-response"})
MAX_OTHERS_LISTED: Final = 3


def check_reference(walk: Walk, slot: Slot, value: dict[str, Any], path: Path) -> None:
    """One Reference; the slot says which types it may point to."""
    text, stated = value.get("reference"), value.get("type")
    name = None
    if isinstance(text, str):
        form = read_reference(text)
        here = (path, "reference", None)
        found = _target(walk, form, text, here)
        name = _check_named(walk, slot, form, found, here)
    if isinstance(stated, str):
        _check_stated(walk, slot, stated, name, (path, "type", None))


def _target(walk: Walk, form: Form, text: str, path: Path) -> Resolved | None:
    """The target as far as it is in reach; reports where it ought to be and is not."""
    bundle = bundle_of(walk.scene)
    if form.kind == "fragment":
        found = contained_target(walk, form, walk.scene)
        if found is None:
            walk.report("ref-contained", path, name=quoted(text), source="ref-1")
        return found
    if form.kind in ("malformed", "conditional"):
        _check_form(walk, form, bundle, path)
        return None
    found = neighbour(walk, form, walk.scene)
    if bundle is not None:
        _check_in_bundle(walk, form, found, bundle, path)
    if found is None and walk.options.resolve is not None and form.kind != "urn":
        found = resolve(walk, text)
        if found is None:
            walk.report("ref-not-found", path, name=quoted(text))
    return found


def _check_form(walk: Walk, form: Form, bundle: Scene | None, path: Path) -> None:
    kind = bundle.resource.get("type") if bundle is not None else None
    if form.kind == "conditional":
        if kind not in ("transaction", "batch"):
            walk.report("ref-conditional", path, name=quoted(form.url))
    else:
        walk.report("ref-form", path, name=quoted(form.url), severity=None if bundle else "warning")


def _check_in_bundle(walk: Walk, form: Form, found: Resolved | None, bundle: Scene, path: Path) -> None:
    kind = bundle.resource.get("type")
    if form.kind == "relative" and walk.scene.container.full_url is None:
        if kind not in REQUESTS:
            walk.report("ref-no-full-url", path, name=quoted(form.url))
    elif found is not None:
        if kind != "history" and len(several := matches(walk, form, walk.scene)) > 1:
            walk.report("ref-ambiguous", path, name=quoted(form.url), count=len(several))
    elif form.kind == "urn" and kind not in REQUESTS:
        walk.report("ref-urn", path, name=quoted(form.url))
    elif kind not in REQUESTS:
        _report_near(walk, form, bundle, path)


def _report_near(walk: Walk, form: Form, bundle: Scene, path: Path) -> None:
    """Entries that have the type and the id, but by their fullUrl are not the target."""
    if form.type is None or form.id is None or form.kind != "relative":
        return
    others = index_of(walk, bundle).by_id.get((form.type, form.id), ())
    if others:
        listed = ", ".join(str(each.full_url) for each in others[:MAX_OTHERS_LISTED])
        walk.report("ref-near", path, name=quoted(form.url), others=quoted(listed))


def _check_named(walk: Walk, slot: Slot, form: Form, found: Resolved | None, path: Path) -> str | None:
    """The type that the reference leads to, once it is known to be one that may stand here; None if unknown."""
    actual = found.resource.get("resourceType") if found is not None else None
    if form.type is not None and isinstance(actual, str) and actual != form.type:
        walk.report("ref-other-type", path, name=quoted(form.url), type=quoted(actual))
        return actual
    name = actual if isinstance(actual, str) else form.type
    if name is not None:
        _check_type(walk, slot, name, path)
    return name


def _check_stated(walk: Walk, slot: Slot, stated: str, name: str | None, path: Path) -> None:
    stated = stated.removeprefix(TYPE_ROOT)
    if is_absolute(stated):  # a logical model somewhere else
        return
    if name is None:
        _check_type(walk, slot, stated, path)
    elif name != stated:
        walk.report("reference-differs", path, name=quoted(name), type=quoted(stated))


def _check_type(walk: Walk, slot: Slot, name: str, path: Path) -> None:
    known = definitions.resource_types()
    if name not in known:
        walk.report("reference-type", path, name=quoted(name), **nearest(name, sorted(known)))
    elif slot.targets and name not in slot.targets and "Resource" not in slot.targets:
        walk.report("reference-target", path, name=name, allowed=", ".join(slot.targets))
