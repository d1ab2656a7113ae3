"""Which resource stands in which: the scene of each contained resource and of each entry of a Bundle."""

from typing import Final

from tilts_fhir.validation.walk import Json, Path, Scene, Walk

ENTRY: Final = "entry"


def scene_of(walk: Walk, resource: Json, holder: Json, path: Path) -> Scene:
    """
    The scene of a resource inside the one that the walk is in; always the same for the same resource.

    Args:
        walk: Its scene is the outer one.
        resource: The inner resource.
        holder: The object in which it stands: the outer resource, or an entry of a Bundle.
        path: Where it stands.
    """
    known = walk.memo.get(("scene", id(resource)))
    if known is None:
        known = walk.memo["scene", id(resource)] = _scene(walk.scene, resource, holder, path)
    found: Scene = known
    return found


def _scene(outer: Scene, resource: Json, holder: Json, path: Path) -> Scene:
    if path[1] == "contained":
        return Scene(resource, path, "contained", outer)
    if path[1] == "resource" and outer.resource.get("resourceType") == "Bundle":
        full_url = holder.get("fullUrl")
        return Scene(resource, path, "entry", outer, full_url if isinstance(full_url, str) else None)
    return Scene(resource, path, "part", outer)
