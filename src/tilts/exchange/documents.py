"""Documents as they are kept: the sender's content with our id, version and prescription number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.indexing import index_of
from tilts.rules import Refusal
from tilts.rules.prescriptions import PRE_NUMBER_IS_OURS
from tilts.store import resources, signatures
from tilts.store.records import NewResource
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode, encode

# `id` and `meta.versionId`/`lastUpdated` are ours (FHIR R4 http.html#create); other meta stays.
OURS: Final = ("resourceType", "id", "meta")


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a document belongs: whose it is, who wrote it, which prescription it is of."""

    resource_id: UUID
    patient_id: UUID | None
    organization_id: UUID | None
    thread_id: UUID | None


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified signature on its way into the store."""

    provenance: dict[str, Any]
    content: bytes
    jws: str
    client_id: str


async def keep(tx: Tx, document: dict[str, Any], belonging: Belonging, at: datetime) -> dict[str, Any]:
    stamped = stamp(document, belonging.resource_id, 1, at)
    index = index_of(stamped)
    new = NewResource(
        resource_type=stamped["resourceType"],
        resource_id=belonging.resource_id,
        last_updated_at=at,
        patient_id=belonging.patient_id,
        organization_id=belonging.organization_id,
        thread_id=belonging.thread_id,
        body=encode(stamped),
        tokens=index.tokens,
        identifiers=index.identifiers,
        texts=index.texts,
    )
    await resources.add(tx, new)
    return stamped


async def set_status(tx: Tx, resource_type: str, resource_id: UUID, status: str, at: datetime) -> None:
    """The one thing of a document that follows its Task: a new version with another status, if it is another."""
    row = await resources.lock(tx, resource_type, resource_id)
    assert row is not None, "a line without its document"
    document = decode(row.body)
    if document["status"] == status:
        return
    document["status"] = status
    changed = stamp(document, resource_id, row.version + 1, at)
    await resources.replace(tx, resource_type, resource_id, encode(changed), index_of(changed).tokens, at)


async def revise(
    tx: Tx,
    resource_type: str,
    resource_id: UUID,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    at: datetime,
) -> dict[str, Any]:
    """A new version of a document, made of the one before; who may do it was looked at before."""
    row = await resources.lock(tx, resource_type, resource_id)
    assert row is not None, "what is corrected has a document"
    changed = stamp(change(decode(row.body)), resource_id, row.version + 1, at)
    await resources.replace(tx, resource_type, resource_id, encode(changed), index_of(changed).tokens, at)
    return changed


async def keep_signature(
    tx: Tx, signed: Signed | None, targets: Sequence[str | dict[str, Any]], belonging: Belonging, at: datetime
) -> None:
    """The Provenance with its targets filled in (references; whole ones of what is not there yet), and the bytes beside it."""
    if signed is None:
        return
    named = [{"reference": target} if isinstance(target, str) else target for target in targets]
    provenance = {**signed.provenance, "target": named}
    await keep(tx, provenance, belonging, at)
    await signatures.add(tx, belonging.resource_id, signed.client_id, signed.content, signed.jws)


def stamp(document: dict[str, Any], resource_id: UUID, version: int, at: datetime) -> dict[str, Any]:
    meta = {
        **document.get("meta", {}),
        "versionId": str(version),
        "lastUpdated": at.isoformat(timespec="milliseconds"),
    }
    rest = {name: value for name, value in document.items() if name not in OURS}
    return {"resourceType": document["resourceType"], "id": str(resource_id), "meta": meta, **rest}


def check_numbers(document: dict[str, Any], number_system: str) -> None:
    """A sender cannot give a document somebody's prescription number, nor a group that looks like one."""
    for name in ("identifier", "groupIdentifier"):
        found = document.get(name, [])
        given = found if isinstance(found, list) else [found]
        if any(identifier.get("system") == number_system for identifier in given):
            raise Refusal(PRE_NUMBER_IS_OURS, expressions=(f"{document['resourceType']}.{name}",))


def with_number(document: dict[str, Any], number: str, system: str) -> dict[str, Any]:
    """The prescription number beside the sender's identifiers, and as group if there was none."""
    identifier = {"system": system, "value": number}
    numbered = {**document, "identifier": [*document.get("identifier", []), identifier]}
    numbered.setdefault("groupIdentifier", identifier)
    return numbered
