"""SQL for the register of classifiers: what there is, in which versions, and the content itself."""

from typing import Final, LiteralString

from psycopg.rows import class_row

from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.store.tx import Tx

ALL: Final[LiteralString] = """
SELECT name, url, value_set, title_lv, title_en, owner, licence, source, clause, synthetic, fragment
FROM classifier ORDER BY name
"""

ONE: Final[LiteralString] = """
SELECT name, url, value_set, title_lv, title_en, owner, licence, source, clause, synthetic, fragment
FROM classifier
WHERE name = %(written)s OR url = %(written)s OR value_set = %(written)s
"""

# A new classifier has no row to lock, and two unique columns that two could run into; readers go on.
LOCK: Final[LiteralString] = "LOCK TABLE classifier IN SHARE ROW EXCLUSIVE MODE"

# The newest beginning first; one without a beginning is older than all.
VERSIONS: Final[LiteralString] = """
SELECT name, version, valid_from, valid_to, published_on, content_hash, concept_count, size_bytes
FROM classifier_version JOIN classifier_content USING (content_hash)
WHERE %(name)s::text IS NULL OR name = %(name)s
ORDER BY name, valid_from DESC NULLS LAST, published_on DESC, version DESC
"""

CONTENT: Final[LiteralString] = "SELECT packed FROM classifier_content WHERE content_hash = %(content_hash)s"

SAVE: Final[LiteralString] = """
INSERT INTO classifier (name, url, value_set, title_lv, title_en, owner, licence, source, clause, synthetic, fragment)
VALUES (%(name)s, %(url)s, %(value_set)s, %(title_lv)s, %(title_en)s, %(owner)s, %(licence)s, %(source)s,
        %(clause)s, %(synthetic)s, %(fragment)s)
ON CONFLICT (name) DO UPDATE SET
    url = excluded.url, value_set = excluded.value_set, title_lv = excluded.title_lv,
    title_en = excluded.title_en, owner = excluded.owner, licence = excluded.licence,
    source = excluded.source, clause = excluded.clause, synthetic = excluded.synthetic,
    fragment = excluded.fragment
"""

SAVE_CONTENT: Final[LiteralString] = """
INSERT INTO classifier_content (content_hash, size_bytes, packed)
VALUES (%(content_hash)s, %(size_bytes)s, %(packed)s)
ON CONFLICT (content_hash) DO NOTHING
"""

SAVE_VERSION: Final[LiteralString] = """
INSERT INTO classifier_version (name, version, valid_from, valid_to, published_on, content_hash, concept_count)
VALUES (%(name)s, %(version)s, %(valid_from)s, %(valid_to)s, %(published_on)s, %(content_hash)s,
        %(concept_count)s)
"""

END_VERSION: Final[LiteralString] = """
UPDATE classifier_version SET valid_to = %(valid_to)s WHERE name = %(name)s AND version = %(version)s
"""


async def all_classifiers(tx: Tx) -> list[ClassifierRecord]:
    async with tx.cursor(row_factory=class_row(ClassifierRecord)) as cursor:
        return await (await cursor.execute(ALL)).fetchall()


async def find(tx: Tx, written: str) -> ClassifierRecord | None:
    """By its name, its url, or the url of the value set of all its codes."""
    async with tx.cursor(row_factory=class_row(ClassifierRecord)) as cursor:
        return await (await cursor.execute(ONE, {"written": written})).fetchone()


async def lock(tx: Tx) -> None:
    """Whoever else publishes comes after us."""
    await tx.execute(LOCK)


async def versions(tx: Tx, name: str | None = None) -> list[VersionRecord]:
    """Of one classifier or of all, the newest beginning of validity first."""
    async with tx.cursor(row_factory=class_row(VersionRecord)) as cursor:
        return await (await cursor.execute(VERSIONS, {"name": name})).fetchall()


async def content(tx: Tx, content_hash: bytes) -> bytes:
    """The compressed NDJSON of a hash that stands in a version."""
    row = await (await tx.execute(CONTENT, {"content_hash": content_hash})).fetchone()
    assert row is not None, "a version refers to it"
    return bytes(row[0])


async def save(tx: Tx, classifier: ClassifierRecord) -> None:
    await tx.execute(SAVE, {name: getattr(classifier, name) for name in classifier.__slots__})


async def save_content(tx: Tx, content_hash: bytes, size_bytes: int, packed: bytes) -> None:
    row = {"content_hash": content_hash, "size_bytes": size_bytes, "packed": packed}
    await tx.execute(SAVE_CONTENT, row)


async def save_version(tx: Tx, version: VersionRecord) -> None:
    await tx.execute(SAVE_VERSION, {name: getattr(version, name) for name in version.__slots__})


async def end_version(tx: Tx, version: VersionRecord) -> None:
    """Sets the last day on which it holds; nothing else of a published version can change."""
    row = {"name": version.name, "version": version.version, "valid_to": version.valid_to}
    await tx.execute(END_VERSION, row)
