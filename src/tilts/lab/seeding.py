"""Fills an empty test environment: registers, clients, certificates, keys; the same for the same seed."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tilts.functionality import functionalities_of
from tilts.indexing import fold, index_of
from tilts.lab.pki import Pki
from tilts.lab.population import ClientRow, Population, generate_patients
from tilts.lab.population.belonging import Belongings
from tilts.lab.ready_made import seed_parties
from tilts.store import connections, registers, relationships
from tilts.store.records import NewResource
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import encode

BATCH: Final = 1_000


async def seed(
    database: Database,
    population: Population,
    pki: Pki | None,
    now: datetime,
    progress: Callable[[str], None],
) -> bool:
    """False when there was something already: a data folder is seeded once.

    Without certificates (`pki`) it fills the registers and connects nobody.
    """
    async with database.transaction() as tx:
        if await registers.is_seeded(tx):
            if pki is not None:  # a folder from before there were parties
                await seed_parties(tx, population, now)
            return False
        for kind in ("Organization", "Practitioner", "PractitionerRole", "Patient"):
            chosen = [resource for resource in population.resources if resource["resourceType"] == kind]
            progress(f"{len(chosen)} {kind}")
            await save(tx, chosen, population, now)
        await save(tx, population.canaries, None, now)
        await registers.mark_canaries(tx, [UUID(one["id"]) for one in population.canaries])
        belongings = await belongings_at(tx, now)
        for person in population.resources:
            if person["resourceType"] == "Patient":
                belongings.tell(person)
        await save_belongings(tx, belongings)
        if pki is not None:
            for client in population.clients:
                await save_client(tx, client, pki)
            await seed_parties(tx, population, now)
        return True


async def seed_patients(
    database: Database, seed_number: int, patients: int, now: datetime, progress: Callable[[int], None]
) -> int:
    """More patients of the same population, a thousand at a time; those that are there are passed over.

    Killed half way it goes on where it was: each batch is one transaction.
    """
    async with database.transaction() as tx:
        there = await registers.count_patients(tx)
        belongings = await belongings_at(tx, now)
    made = 0
    people = generate_patients(seed_number, patients)
    for person in islice(people, there):
        belongings.tell(person)
    belongings.taken()  # theirs stand there already
    for batch in batched(people, BATCH):
        for person in batch:
            belongings.tell(person)
        async with database.transaction() as tx:
            await save(tx, batch, None, now)
            await save_belongings(tx, belongings)
        made += len(batch)
        progress(there + made)
    return made


async def belongings_at(tx: Tx, now: datetime) -> Belongings:
    """Of patients still to be told, to the practices and hospitals of the register."""
    practices = await registers.organizations_of(tx, "practice")
    return Belongings(practices, await registers.organizations_of(tx, "hospital"), now)


async def save_belongings(tx: Tx, belongings: Belongings) -> None:
    related, guardians = belongings.taken()
    await relationships.save(tx, related)
    await relationships.save_guardians(tx, guardians)


async def save(tx: Tx, many: list[dict[str, Any]], population: Population | None, now: datetime) -> None:
    if not many:
        return
    kind = many[0]["resourceType"]
    if kind in registers.SAVE:
        await registers.save_rows(tx, kind, [row_of(resource, population) for resource in many])
    await registers.save_resources(tx, [stored(resource, now) for resource in many])


def stored(resource: dict[str, Any], now: datetime) -> NewResource:
    meta = {
        **resource.get("meta", {}),
        "versionId": "1",
        "lastUpdated": now.isoformat(timespec="milliseconds"),
    }
    stamped = {**resource, "meta": meta}
    index = index_of(stamped)
    resource_id = UUID(resource["id"])
    return NewResource(
        resource_type=resource["resourceType"],
        resource_id=resource_id,
        last_updated_at=now,
        patient_id=resource_id if resource["resourceType"] == "Patient" else None,
        organization_id=None,
        thread_id=None,
        body=encode(stamped),
        tokens=index.tokens,
        identifiers=index.identifiers,
        texts=index.texts,
    )


def row_of(resource: dict[str, Any], population: Population | None) -> dict[str, Any]:
    """The columns that rules need, of one register entry."""
    match resource["resourceType"]:
        case "Patient":
            name = resource["name"][0]
            return {
                "patient_id": resource["id"],
                "family_folded": fold(name["family"]),
                "given_folded": fold(" ".join(name["given"])),
            }
        case "PractitionerRole":
            return {
                "role_id": resource["id"],
                "practitioner_id": resource["practitioner"]["reference"].partition("/")[2],
                "organization_id": resource["organization"]["reference"].partition("/")[2],
                "code": resource["code"][0]["coding"][0]["code"],
                "display": practitioner_name(resource, population),
                "active": resource.get("active", True),
            }
    assert population is not None, "organisations come with their clients"
    client = next(c for c in population.clients if c.organization_id == resource["id"])
    return {
        "organization_id": resource["id"],
        "kind": client.kind,
        "name": resource["name"],
        "site": client.site,
        "registration_number": client.registration_number,
        "active": resource.get("active", True),
    }


def practitioner_name(role: dict[str, Any], population: Population | None) -> str:
    """Given and family name: what a patient reads in the list of accesses."""
    wanted = role["practitioner"]["reference"].partition("/")[2]
    people = population.resources if population else []
    name = next((person["name"][0] for person in people if person["id"] == wanted), None)
    return " ".join([*name["given"], name["family"]]) if name else ""


async def save_client(tx: Tx, client: ClientRow, pki: Pki) -> None:
    functionalities = list(functionalities_of(client.kind))
    row = {
        "client_id": client.client_id,
        "name": client.name,
        "organization_id": client.organization_id,
        "site": client.site,
        "environment": "test",
        "functionalities": functionalities,
        "open_for": functionalities,  # until the gate is asked for the first time
    }
    await connections.save_client(tx, row)
    credentials = pki.clients[client.name]
    leaf = x509.load_pem_x509_certificate(credentials.cert.read_bytes())
    certificate = {
        "fingerprint": credentials.fingerprint,
        "client_id": client.client_id,
        "serial": str(leaf.serial_number),
        "issuer": leaf.issuer.rfc4514_string(),
        "public_key": hashlib.sha256(
            leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).digest(),
        "not_before": credentials.not_before,
        "not_after": credentials.not_after,
    }
    await connections.save_certificates(tx, [certificate])
    await connections.save_key(tx, client.client_id, "ES256", dict(credentials.jwk_public))


def batched(items: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
