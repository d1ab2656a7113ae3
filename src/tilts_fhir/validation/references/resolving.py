"""Finds the resource that a reference points to: contained, in the same Bundle or Parameters, or outside.

Source: https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/references.html#contained.
"""

from dataclasses import dataclass
from typing import Literal

from tilts_fhir.validation.references.forms import Form, read_reference, target_url
from tilts_fhir.validation.references.indexes import Entry, Index, bundle_index, parameters_index
from tilts_fhir.validation.scenes import scene_of
from tilts_fhir.validation.walk import Json, Path, Scene, Walk


@dataclass(frozen=True, slots=True)
class Resolved:
    """
    The target of a reference.

    Attributes:
        resource: The target itself.
        path: Where it stands; for one from outside its own root.
        scene: What stands around it.
        how: `contained` (in the same resource, or the container itself), `bundle` (in the same Bundle or Parameters) or
            `remote` (given by the callback of the options).
    """

    resource: Json
    path: Path
    scene: Scene
    how: Literal["contained", "bundle", "remote"]


def resolve(walk: Walk, reference: str, scene: Scene | None = None) -> Resolved | None:
    """
    The resource that the text of a reference points to; None if it is not in reach.

    Nothing is reported and nothing followed further, so circles do no harm. Where several entries have the name, the
    first is given.

    Args:
        reference: `#x`, `Patient/1`, a URL or a urn; with or without version.
        scene: The resource in which the reference stands; by default the one that the walk is in.
    """
    here = walk.scene if scene is None else scene
    form = read_reference(reference)
    if form.kind == "fragment":
        return contained_target(walk, form, here)
    found = neighbour(walk, form, here)
    return found if found is not None else _remote(walk, form, reference, here)


def contained_target(walk: Walk, form: Form, scene: Scene) -> Resolved | None:
    """The contained resource that `#id` names, or for `#` the container itself."""
    container = scene.container
    if not form.id:
        return Resolved(container.resource, container.path, container, "contained")
    index = _contained(walk, container.resource).get(form.id)
    if index is None:
        return None
    path: Path = (container.path, "contained", index)
    inner: Json = container.resource["contained"][index]
    return Resolved(inner, path, _scene(walk, container, inner, container.resource, path), "contained")


def contained_type(walk: Walk, scene: Scene, name: str) -> str | None:
    """The type of the contained resource of that id; None if there is none."""
    container = scene.container.resource
    index = _contained(walk, container).get(name)
    return None if index is None else str(container["contained"][index].get("resourceType"))


def _contained(walk: Walk, container: Json) -> dict[str, int]:
    """The places of contained resources by id; the first of an id counts."""
    key = ("contained", id(container))
    known = walk.memo.get(key)
    if known is None:
        known = walk.memo[key] = {}
        inner = container.get("contained")
        for index, each in enumerate(inner if isinstance(inner, list) else ()):
            if isinstance(each, dict) and isinstance(each.get("id"), str):
                known.setdefault(each["id"], index)
    found: dict[str, int] = known
    return found


def neighbour(walk: Walk, form: Form, scene: Scene) -> Resolved | None:
    """The resource in the same Bundle or Parameters, or in one around it."""
    here: Scene | None = scene.container
    while here is not None:
        found = _in_parameters(walk, form, here) or _in_bundle(walk, form, here)
        if found is not None:
            return found
        here = here.outer.container if here.outer is not None else None
    return None


def matches(walk: Walk, form: Form, scene: Scene) -> list[Entry]:
    """All entries that the reference names in the Bundle that the scene is an entry of."""
    bundle = bundle_of(scene)
    url = target_url(form, scene.container.full_url)
    return [] if bundle is None or url is None else index_of(walk, bundle).named(url, form.version)


def names_in_bundle(walk: Walk, scene: Scene) -> set[str] | None:
    """
    What `Type/id` may mean in the Bundle that the scene is an entry of; any other leads out of it, to where nobody can
    be asked. None where it takes more to tell.
    """
    bundle = bundle_of(scene)
    if bundle is None or bundle.outer is not None or walk.options.resolve is not None:
        return None
    full_url = scene.container.full_url
    if full_url is None or not full_url.startswith("http"):
        return None
    return index_of(walk, bundle).ends


def bundle_of(scene: Scene) -> Scene | None:
    """The Bundle of which the resource, or what contains it, is an entry; None if it is in none."""
    container = scene.container
    return container.outer if container.kind == "entry" else None


def index_of(walk: Walk, holder: Scene) -> Index:
    """The index of a Bundle or Parameters, made when it is first asked for."""
    key = ("index", id(holder.resource))
    known = walk.memo.get(key)
    if known is None:
        make = bundle_index if holder.resource.get("resourceType") == "Bundle" else parameters_index
        known = walk.memo[key] = make(holder.resource, holder.path)
    found: Index = known
    return found


def _in_bundle(walk: Walk, form: Form, scene: Scene) -> Resolved | None:
    bundle = bundle_of(scene)
    found = matches(walk, form, scene) if bundle is not None else []
    return _found(walk, bundle, found[0]) if bundle is not None and found else None


def _in_parameters(walk: Walk, form: Form, scene: Scene) -> Resolved | None:
    holder = scene.outer if scene.kind == "part" else scene
    if holder is None or holder.resource.get("resourceType") != "Parameters":
        return None
    index = index_of(walk, holder)
    found = index.named(form.url, form.version)
    if not found and form.kind == "relative" and form.type and form.id:
        found = index.by_id.get((form.type, form.id), [])
    return _found(walk, holder, found[0]) if found else None


def _found(walk: Walk, holder: Scene, entry: Entry) -> Resolved:
    if entry.bundle is not None:
        around = entry.bundle
        holder = _scene(walk, holder, around.resource, around.holder, around.path)
    scene = _scene(walk, holder, entry.resource, entry.holder, entry.path)
    return Resolved(entry.resource, entry.path, scene, "bundle")


def _scene(walk: Walk, outer: Scene, resource: Json, holder: Json, path: Path) -> Scene:
    """As `scene_of`, from another place than the one the walk is in."""
    current, walk.scene = walk.scene, outer
    try:
        return scene_of(walk, resource, holder, path)
    finally:
        walk.scene = current


def _remote(walk: Walk, form: Form, reference: str, scene: Scene) -> Resolved | None:
    if walk.options.resolve is None or form.kind in ("malformed", "conditional"):
        return None
    full_url = scene.container.full_url
    url = target_url(form, full_url) if full_url is not None and full_url.startswith("http") else None
    asked = reference if url is None or form.version else url
    key = ("remote", asked)
    if key not in walk.memo:
        walk.memo[key] = walk.options.resolve(asked)
    resource: Json | None = walk.memo[key]
    if resource is None:
        return None
    path: Path = (None, str(resource.get("resourceType")), None)
    return Resolved(resource, path, Scene(resource, path), "remote")
