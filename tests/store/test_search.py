"""The pieces a search is put together from, each against the real index; pages that never shift."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from tests.running import Running
from tests.store.undoing import undone
from tilts.ids import new_id
from tilts.indexing import fold, token_hash
from tilts.store import resources
from tilts.store.records import NewResource, ResourceRecord, Viewer
from tilts.store.resources import Criteria
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ME, SOMEBODY = uuid4(), uuid4()
EYES = Viewer(ME, None, NOW)
FIRST_MS = 1_772_000_000_000  # each resource a millisecond later, so that their order is known
KIND = "Practitioner"


@dataclass
class Shelf:
    """Resources put there by the test alone: everything it looks for carries a mark of its own."""

    tx: Tx
    mark: str
    put_so_far: int = 0

    async def put(self, *names: str, identifiers: tuple[tuple[str, str], ...] = (), **facts: object) -> UUID:
        self.put_so_far += 1
        new = NewResource(
            resource_type=KIND,
            resource_id=new_id(FIRST_MS + self.put_so_far),
            last_updated_at=NOW,
            patient_id=None,
            organization_id=None,
            thread_id=None,
            body=b"{}",
            tokens=[self.token("all")],
            identifiers=[(system, f"{self.mark}{value}") for system, value in identifiers],
            texts=[("family", f"{self.mark}{fold(name)}") for name in names],
        )
        new = replace(new, **facts)  # type: ignore[arg-type]
        await resources.add(self.tx, new)
        return new.resource_id

    def token(self, form: str) -> int:
        return token_hash(KIND, "active", self.mark + form)

    async def found(
        self, eyes: Viewer = EYES, before: UUID | None = None, limit: int = 50, **asked: object
    ) -> list[UUID]:
        wanted = {"tokens": [[self.token("all")]], **asked}
        rows = await self.rows(Criteria(KIND, **{"register": True, **wanted}), eyes, before, limit)  # type: ignore[arg-type]
        return [row.resource_id for row in rows]

    async def rows(
        self, criteria: Criteria, eyes: Viewer, before: UUID | None, limit: int
    ) -> list[ResourceRecord]:
        return await resources.search(self.tx, criteria, eyes, before=before, limit=limit)

    async def named(self, *prefixes: str) -> list[UUID]:
        return await self.found(texts=[("family", [self.mark + fold(prefix) for prefix in prefixes])])

    async def identified(self, *pairs: tuple[str | None, str]) -> list[UUID]:
        return await self.found(identifiers=[[(system, self.mark + value) for system, value in pairs]])


@pytest.fixture
async def shelf(exchange: Running, database: Database) -> AsyncIterator[Shelf]:
    async with undone(database) as tx:
        yield Shelf(tx, uuid4().hex)


# Names.


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Bērziņš", ["Bērziņš"]),
        ("berz", ["Bērziņš", "Bērziņa", "Bērzkalne"]),
        ("BĒRZIŅ", ["Bērziņš", "Bērziņa"]),
        ("b", ["Bērziņš", "Bērziņa", "Bērzkalne", "Bite"]),
        ("erzins", []),
        ("berz%", []),
        ("berz_", []),
        ("z", ["Zzz", "Ž", "zēns"]),
        ("", ["Bērziņš", "Bērziņa", "Bērzkalne", "Bite", "Ozols", "Zzz", "Ž", "zēns", "𝒵 😀"]),
        ("z 😀", ["𝒵 😀"]),
    ],
)
async def test_a_name_is_found_by_its_beginning(shelf: Shelf, asked: str, expected: list[str]) -> None:
    names = ["Bērziņš", "Bērziņa", "Bērzkalne", "Bite", "Ozols", "Zzz", "Ž", "zēns", "𝒵 😀"]
    ids = {await shelf.put(name): name for name in names}
    found = {ids[one] for one in await shelf.named(asked)}

    assert found == {name for name in names if fold(name).startswith(fold(asked))}
    assert found >= set(expected)
    assert bool(found) == bool(expected)


async def test_several_names_are_alternatives_and_several_conditions_must_all_hold(shelf: Shelf) -> None:
    both = await shelf.put("Bite", "Ozola")
    bite, ozols = await shelf.put("Bite"), await shelf.put("Ozols")

    assert set(await shelf.named("bit", "ozols")) == {both, bite, ozols}
    families = [("family", [shelf.mark + "bit"]), ("family", [shelf.mark + "ozo"])]
    assert await shelf.found(texts=families) == [both]
    assert await shelf.found(texts=[("given", [shelf.mark + "bit"])]) == []


async def test_a_resource_with_two_names_that_fit_is_found_once(shelf: Shelf) -> None:
    one = await shelf.put("Bite", "Bitīte")

    assert await shelf.named("b", "bi") == [one]


# Identifiers.


async def test_an_identifier_is_found_with_its_system_or_with_any(shelf: Shelf) -> None:
    a = await shelf.put(identifiers=(("urn:a", "1"),))
    b = await shelf.put(identifiers=(("urn:b", "1"),))
    bare = await shelf.put(identifiers=(("", "1"),))

    assert set(await shelf.identified((None, "1"))) == {a, b, bare}
    assert await shelf.identified(("urn:a", "1")) == [a]
    assert await shelf.identified(("", "1")) == [bare]
    assert await shelf.identified(("urn:c", "1")) == await shelf.identified((None, "11")) == []
    assert set(await shelf.identified(("urn:a", "1"), ("urn:b", "1"), ("urn:a", "2"))) == {a, b}


async def test_identifiers_are_compared_to_the_letter(shelf: Shelf) -> None:
    await shelf.put(identifiers=(("urn:a", "AbC"),))

    assert await shelf.identified((None, "abc")) == await shelf.identified(("URN:A", "AbC")) == []
    assert await shelf.identified((None, "'; DROP TABLE resource; --"), ("%(x)s", "{}")) == []


async def test_one_resource_with_two_identifiers_is_found_once_by_both(shelf: Shelf) -> None:
    one = await shelf.put(identifiers=(("urn:a", "1"), ("urn:a", "2")))

    assert await shelf.identified(("urn:a", "1"), ("urn:a", "2"), (None, "1")) == [one]
    pairs = [[("urn:a", f"{shelf.mark}1")], [("urn:a", f"{shelf.mark}2")]]
    assert await shelf.found(identifiers=pairs) == [one]


# Tokens.


async def test_tokens_are_alternatives_within_and_conditions_between(shelf: Shelf) -> None:
    x, y, z = (shelf.token(form) for form in "xyz")
    xy, yz = await shelf.put(tokens=[x, y]), await shelf.put(tokens=[y, z])

    assert await shelf.found(tokens=[[x]]) == [xy]
    assert await shelf.found(tokens=[[x, z]]) == [yz, xy]
    assert await shelf.found(tokens=[[x], [y]]) == [xy]
    assert await shelf.found(tokens=[[x], [z]]) == []
    assert await shelf.found(tokens=[[]]) == []


async def test_an_empty_list_of_ids_finds_nothing_and_none_asks_for_nothing(shelf: Shelf) -> None:
    one, other = await shelf.put(), await shelf.put()

    assert await shelf.found(ids=[]) == await shelf.found(patient_ids=[]) == []
    assert await shelf.found(ids=None) == [other, one]
    assert await shelf.found(ids=[one, new_id()]) == [one]


# Sight.


async def test_outside_the_registers_one_sees_what_one_wrote_and_the_patient_what_is_about_them(
    shelf: Shelf,
) -> None:
    patient = uuid4()
    mine = await shelf.put(organization_id=ME)
    theirs = await shelf.put(organization_id=SOMEBODY, patient_id=patient)
    of_nobody = await shelf.put()

    assert await shelf.found(register=False) == [mine]
    assert await shelf.found(Viewer(SOMEBODY, None, NOW), register=False) == [theirs]
    assert await shelf.found(Viewer(uuid4(), patient, NOW), register=False) == [theirs]
    assert await shelf.found(Viewer(uuid4(), None, NOW), register=False) == []
    assert set(await shelf.found()) == {mine, theirs, of_nobody}
    assert await shelf.found(own=True) == [mine]


# Pages.


async def test_pages_follow_each_other_newest_first_without_gap_or_repetition(shelf: Shelf) -> None:
    ids = [await shelf.put() for _ in range(23)]
    pages: list[list[UUID]] = []
    for _ in range(6):
        pages.append(await shelf.found(before=pages[-1][-1] if pages else None, limit=5))
        if len(pages[-1]) < 5:
            break

    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert [one for page in pages for one in page] == ids[::-1]


async def test_pages_do_not_shift_while_rows_are_added(shelf: Shelf) -> None:
    ids = [await shelf.put() for _ in range(20)]
    walked: list[UUID] = []
    for _ in range(5):
        walked += await shelf.found(before=walked[-1] if walked else None, limit=4)
        await shelf.put()

    assert walked == ids[::-1]


async def test_what_is_counted_is_what_is_found(shelf: Shelf) -> None:
    for n in range(7):
        await shelf.put("Bite", "Bitīte", organization_id=ME if n % 2 else SOMEBODY)
    asked = Criteria(KIND, register=False, texts=[("family", [f"{shelf.mark}bi"])])

    assert await resources.count(shelf.tx, asked, EYES) == 3 == len(await shelf.rows(asked, EYES, None, 50))
    assert await resources.count(shelf.tx, replace(asked, register=True), EYES) == 7
    assert await resources.count(shelf.tx, replace(asked, ids=[]), EYES) == 0


async def test_another_type_with_the_same_words_is_not_found(shelf: Shelf) -> None:
    await shelf.put("Bite", resource_type="Organization", identifiers=[("urn:a", f"{shelf.mark}1")])

    assert await shelf.named("bite") == await shelf.identified((None, "1")) == []


# Versions.


async def test_a_new_version_keeps_the_one_before(shelf: Shelf) -> None:
    one = await shelf.put(body=b'{"n": 1}')
    for n in (2, 3):
        assert await resources.lock(shelf.tx, KIND, one)
        await resources.replace(shelf.tx, KIND, one, b'{"n": %d}' % n, [shelf.token("all"), n], NOW)

    now = await resources.read(shelf.tx, KIND, one, None)
    before = [await resources.read_version(shelf.tx, KIND, one, n) for n in (1, 2)]
    assert now is not None
    assert (now.version, now.body) == (3, b'{"n": 3}')
    assert [found and (found.version, found.body) for found in before] == [(1, b'{"n": 1}'), (2, b'{"n": 2}')]
    assert await resources.read_version(shelf.tx, KIND, one, 4) is None
    assert await shelf.found(tokens=[[2]]) == []
    assert await shelf.found(tokens=[[3], [shelf.token("all")]]) == [one]


async def test_the_body_comes_back_byte_for_byte(shelf: Shelf) -> None:
    body = b'{ "a" : 1.10 , "b" : "\xc4\x81\\u0000\xf0\x9f\x98\x80" }\n'
    row = await resources.read(shelf.tx, KIND, await shelf.put(body=body), None)

    assert row is not None
    assert row.body == body
