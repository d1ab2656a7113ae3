"""Content into the register: once, whole, and never another under the same version."""

import asyncio
import gzip
import hashlib
from dataclasses import replace
from uuid import uuid4

import pytest

from tilts.rules import Refusal
from tilts.store.terminology import classifiers as store
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.store.tx import Database
from tilts.terminology.concepts import Shelf, read_concepts
from tilts.terminology.loading import load_content, publish, shipped

pytestmark = pytest.mark.anyio


def invented() -> tuple[ClassifierRecord, VersionRecord, bytes]:
    """A classifier of which nobody else knows."""
    name = f"invented-{uuid4().hex[:12]}"
    text = f'{{"code":"A","lv":"{name}"}}\n'.encode()
    known = next(iter(shipped()))
    classifier = replace(
        known.classifier,
        name=name,
        url=f"urn:x:{name}",
        value_set=f"urn:x:{name}:vs",
        title_en=name,
        title_lv=name,
    )
    version = replace(
        known.versions[0][0],
        name=name,
        content_hash=hashlib.sha256(text).digest(),
        concept_count=1,
        size_bytes=len(text),
    )
    return classifier, version, gzip.compress(text, mtime=0)


async def test_the_sandbox_has_all_that_is_shipped(database: Database) -> None:
    async with database.transaction() as tx:
        there = {(version.name, version.version) for version in await store.versions(tx)}

    assert there >= {(v.name, v.version) for one in shipped() for v, _ in one.versions}


async def test_a_second_load_does_nothing(database: Database) -> None:
    said: list[str] = []

    assert await load_content(database, said.append) == 0
    assert said == []


async def test_a_load_that_was_killed_goes_on_with_what_is_missing(database: Database) -> None:
    classifier, version, packed = invented()
    later = replace(version, version="later")
    async with database.transaction() as tx:
        assert await publish(tx, classifier, version, packed)
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await publish(tx, classifier, later, packed)
            1 / 0  # noqa: B018

    async with database.transaction() as tx:
        again = [await publish(tx, classifier, one, packed) for one in (version, later)]

    assert again == [False, True]


async def test_other_content_under_the_same_version_is_refused_cls_009(database: Database) -> None:
    classifier, version, packed = invented()
    async with database.transaction() as tx:
        await publish(tx, classifier, version, packed)

    with pytest.raises(Refusal, match="CLS-009"):
        async with database.transaction() as tx:
            await publish(tx, classifier, replace(version, content_hash=bytes(32)), packed)


async def test_of_a_published_version_only_its_end_can_be_set(database: Database) -> None:
    classifier, version, packed = invented()
    ended = replace(version, valid_to=version.published_on)
    async with database.transaction() as tx:
        await publish(tx, classifier, version, packed)
        await publish(tx, classifier, ended, packed)
        [there] = await store.versions(tx, version.name)

    assert there == ended


async def test_of_many_who_publish_the_same_version_at_once_one_does(database: Database) -> None:
    async def one(classifier: ClassifierRecord, version: VersionRecord, packed: bytes) -> bool:
        async with database.transaction() as tx:
            return await publish(tx, classifier, version, packed)

    for _ in range(20):
        new = invented()
        assert sorted(await asyncio.gather(*(one(*new) for _ in range(6)))) == [False] * 5 + [True]


async def test_a_list_is_read_once_and_the_oldest_is_forgotten(database: Database) -> None:
    shelf = Shelf(most_kept=1)
    versions = []
    for _ in range(2):
        classifier, version, packed = invented()
        versions.append(version)
        async with database.transaction() as tx:
            await publish(tx, classifier, version, packed)
    async with database.transaction() as tx:
        first = await shelf.concepts(tx, versions[0])
        assert await shelf.concepts(tx, versions[0]) is first
        await shelf.concepts(tx, versions[1])

        assert await shelf.concepts(tx, versions[0]) is not first
        assert first == read_concepts(await store.content(tx, versions[0].content_hash))
