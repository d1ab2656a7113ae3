"""Brings the classifiers that are shipped into an environment: each version once, each in one transaction.

Killed half way it goes on with the next version. What was published never changes: the same version with other
content is refused.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final

from tilts.rules import Refusal
from tilts.rules.classifiers import CLS_PUBLISHED_OTHERWISE
from tilts.store.terminology import classifiers as store
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.store.tx import Database, Tx

CANONICAL_BASE: Final = "https://tilts.example/fhir"


class ContentDamaged(Exception):
    """A file of the content is not what its register says: the installation is broken."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A classifier as it is shipped, with its versions and their compressed content."""

    classifier: ClassifierRecord
    versions: tuple[tuple[VersionRecord, bytes], ...]


def shipped(canonical_base: str = CANONICAL_BASE) -> Iterator[Shipped]:
    """What stands in content/, its hashes checked."""
    folder = files("tilts.terminology").joinpath("content")
    for row in json.loads(folder.joinpath("register.json").read_bytes()):
        versions = [
            (version_of(row["name"], version), folder.joinpath(version["file"]).read_bytes())
            for version in row["versions"]
        ]
        for version, packed in versions:
            if hashlib.sha256(gzip.decompress(packed)).digest() != version.content_hash:
                raise ContentDamaged(f"{version.name} {version.version}")
        yield Shipped(classifier_of(row, canonical_base), tuple(versions))


def classifier_of(row: dict[str, Any], canonical_base: str) -> ClassifierRecord:
    url, name = row["url"], row["name"]
    return ClassifierRecord(
        name=name,
        url=f"{canonical_base}/{url}" if url.startswith("CodeSystem/") else url,
        value_set=row.get("value_set") or f"{canonical_base}/ValueSet/{name}",
        title_lv=row["title_lv"],
        title_en=row["title_en"],
        owner=row["owner"],
        licence=row["licence"],
        source=row["source"],
        clause=row.get("clause"),
        synthetic=row.get("synthetic", False),
        fragment=row.get("fragment", False),
    )


def version_of(name: str, row: dict[str, Any]) -> VersionRecord:
    return VersionRecord(
        name=name,
        version=row["version"],
        valid_from=date.fromisoformat(row["valid_from"]) if "valid_from" in row else None,
        valid_to=date.fromisoformat(row["valid_to"]) if "valid_to" in row else None,
        published_on=date.fromisoformat(row["published_on"]),
        content_hash=bytes.fromhex(row["sha256"]),
        concept_count=row["count"],
        size_bytes=row["size_bytes"],
    )


async def load_content(
    database: Database, progress: Callable[[str], None], canonical_base: str = CANONICAL_BASE
) -> int:
    """Publishes what is not there yet; says how many versions that were.

    Raises:
        Refusal: CLS-009, a version is there with other content.
        ContentDamaged: A shipped file is not what its register says.
    """
    published = 0
    async with database.transaction() as tx:
        classifiers = await store.all_classifiers(tx)
        versions = await store.versions(tx)
    for one in shipped(canonical_base):
        for version, packed in one.versions:
            if one.classifier in classifiers and version in versions:
                continue
            async with database.transaction() as tx:
                new = await publish(tx, one.classifier, version, packed)
            if new:
                published += 1
                progress(f"classifier {version.name} {version.version}")
    return published


async def publish(tx: Tx, classifier: ClassifierRecord, version: VersionRecord, packed: bytes) -> bool:
    """One version into the register; False when it was there with this content already."""
    await store.lock(tx)
    await store.save(tx, classifier)
    there = next((v for v in await store.versions(tx, classifier.name) if v.version == version.version), None)
    if there is None:
        await store.save_content(tx, version.content_hash, version.size_bytes, packed)
        await store.save_version(tx, version)
        return True
    if there.content_hash != version.content_hash:
        raise Refusal(CLS_PUBLISHED_OTHERWISE, classifier=version.name, version=version.version)
    if there.valid_to != version.valid_to:
        await store.end_version(tx, version)
    return False
