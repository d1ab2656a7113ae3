"""The resources of one Bundle or Parameters by their names: made once, asked by every reference."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tilts_fhir.validation.walk import Json, Path

FULL_URL: Final = "http://hl7.org/fhir/StructureDefinition/parameters-fullUrl"
MAX_PARTS: Final = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A resource beside others.

    Attributes:
        index: Its place among them.
        full_url: The name the Bundle gives it; None if it has none.
        resource: The resource itself.
        holder: The entry or parameter in which it stands.
        path: Where it stands.
        bundle: For an entry of a Bundle that itself stands among these resources: that Bundle.
    """

    index: int
    full_url: str | None
    resource: Json
    holder: Json
    path: Path
    bundle: "Entry | None" = None

    @property
    def version(self) -> str | None:
        """Its `meta.versionId`."""
        meta = self.resource.get("meta")
        found = meta.get("versionId") if isinstance(meta, dict) else None
        return found if isinstance(found, str) else None

    @property
    def type(self) -> str:
        return str(self.resource.get("resourceType"))


@dataclass(slots=True)
class Index:
    """Entries by fullUrl, by fullUrl and version, and by type and id; `ends` holds type and id, and the ends of fullUrls: `Patient/1`."""

    entries: list[Entry] = field(default_factory=list)
    by_url: dict[str, list[Entry]] = field(default_factory=dict)
    by_version: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    by_id: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.name(entry)
        own = entry.resource.get("id")
        if isinstance(own, str):
            self.by_id.setdefault((entry.type, own), []).append(entry)
            self.ends.add(f"{entry.type}/{own}")

    def name(self, entry: Entry) -> None:
        """Let it be found by its fullUrl, with and without version."""
        if entry.full_url is None:
            return
        self.by_url.setdefault(entry.full_url, []).append(entry)
        self.ends.add("/".join(entry.full_url.rsplit("/", 2)[-2:]))
        version = entry.version
        if version is not None:
            self.by_version.setdefault((entry.full_url, version), []).append(entry)

    def named(self, url: str, version: str | None) -> list[Entry]:
        """The entries with that fullUrl, and with that version if one is given."""
        return self.by_url.get(url, []) if version is None else self.by_version.get((url, version), [])


def bundle_index(bundle: Json, path: Path) -> Index:
    """The entries of a Bundle that hold a resource."""
    index = Index()
    for place, entry in enumerate(_objects(bundle.get("entry"))):
        resource = entry.get("resource")
        if isinstance(resource, dict):
            here = ((path, "entry", place), "resource", None)
            index.add(Entry(place, _text(entry.get("fullUrl")), resource, entry, here))
    return index


def parameters_index(parameters: Json, path: Path) -> Index:
    """The resources in a Parameters, also those in parts; a parameter may name one by an extension."""
    index = Index()
    for parameter, here in _parameters(parameters, path):
        resource = parameter.get("resource")
        if isinstance(resource, dict):
            name = _stated_url(parameter)
            entry = Entry(len(index.entries), name, resource, parameter, (here, "resource", None))
            index.add(entry)
            if entry.type == "Bundle":
                _add_bundle(index, entry)
    return index


def _add_bundle(index: Index, bundle: Entry) -> None:
    """What has a fullUrl in a Bundle inside a Parameters can be named from beside it."""
    for each in bundle_index(bundle.resource, bundle.path).entries:
        index.name(replace(each, bundle=bundle))


def _parameters(parameters: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    level: list[tuple[Json, Path, str]] = [(parameters, path, "parameter")]
    for _ in range(MAX_PARTS):
        found = [
            (each, (here, name, place))
            for holder, here, name in level
            for place, each in enumerate(_objects(holder.get(name)))
        ]
        yield from found
        level = [(each, here, "part") for each, here in found]


def _stated_url(parameter: Json) -> str | None:
    for extension in _objects(parameter.get("extension")):
        if extension.get("url") == FULL_URL:
            return _text(extension.get("valueUri") or extension.get("valueUrl"))
    return None


def _objects(items: Any) -> list[Json]:
    return [each if isinstance(each, dict) else {} for each in items] if isinstance(items, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
