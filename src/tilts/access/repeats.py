"""A repeated call answers as the first time: the key is taken before the work, in its transaction.

A create is known by the sender's own identifier, an operation or a Bundle by `Idempotency-Key`. Two
at once: the second waits on the key's row, then gets the first one's answer. What was refused keeps
no key, so a mended request may come again under the same one.
"""

import hashlib
import re
from typing import Any, Final

from tilts.access.routes import Call, Reply, Route
from tilts.rules import Refusal
from tilts.rules.catalogue import BY_ID
from tilts.rules.wire import KEY_MALFORMED, KEY_MISSING, KEY_REUSED, KEY_TOO_LONG
from tilts.store import request_keys
from tilts.store.records import AuditSubject, EarlierAnswer
from tilts_fhir.json_strict import decode

LONGEST: Final = 256  # characters of system and of value: what one entry of an index can hold
VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,64}\Z")


def key_of(route: Route, call: Call) -> str | None:
    """None: this call has no key and is done each time it is sent."""
    # The portal is one organisation, and two residents are two senders.
    person = call.party.acting_patient_id or call.party.patient_id
    sender = f"{person}|" if person else ""
    if route.key == "identifier":
        return sender + identifier_key(call.resource)
    written = call.incoming.headers.get("idempotency-key")
    if route.key == "none" or written is None:
        return None
    if not VISIBLE.match(written):
        raise Refusal(KEY_MALFORMED)
    return f"key:{sender}{written}"  # what kind of key it is stands first: keys of operations are forgotten


def identifier_key(resource: dict[str, Any]) -> str:
    for position, identifier in enumerate(resource.get("identifier", ())):
        if any(len(identifier.get(part, "")) > LONGEST for part in ("system", "value")):
            where = f"{resource['resourceType']}.identifier[{position}]"
            raise Refusal(KEY_TOO_LONG, expressions=(where,), most=LONGEST)
    for identifier in resource.get("identifier", ()):
        if identifier.get("system") and identifier.get("value"):
            return f"id:{resource['resourceType']}|{identifier['system']}|{identifier['value']}"
    raise Refusal(KEY_MISSING, expressions=(f"{resource['resourceType']}.identifier",))


def hash_of(call: Call) -> bytes:
    """What must be the same for the key to be the same: method, address and the very bytes."""
    path = "/".join(call.incoming.path)  # not `address`, which hides what it does not know
    digest = hashlib.sha256(f"{call.incoming.method} {path}\n".encode("utf-8", "surrogatepass"))
    digest.update(call.incoming.body)
    return digest.digest()


async def earlier(call: Call, key: str, route_type: str) -> Reply | None:
    """The first answer, if this key was used; None when it is new and now taken."""
    organization_id = call.party.organization_id
    request_hash = hash_of(call)
    if await request_keys.take(call.tx, organization_id, key, request_hash, call.now):
        return None
    found = await request_keys.find(call.tx, organization_id, key)
    assert found is not None, "a key that is taken stands in its table"
    if found.request_hash != request_hash:
        raise Refusal(KEY_REUSED)
    for patient_id in found.patient_ids:  # who is shown again is told again
        call.subjects.append(AuditSubject(patient_id, route_type, None, repeated=True))
    return Reply(raw=found.answer, status=found.status, headers=found.headers, replayed=True)


def refused_in(answer: bytes) -> Refusal | None:
    """The "no" that was kept with what it wrote down, read again from its OperationOutcome; None of any other answer."""
    kept = decode(answer)
    if kept["resourceType"] != "OperationOutcome":
        return None
    issue = kept["issue"][0]
    told = [
        {part["url"]: part.get("valueCode", part.get("valueString")) for part in fact["extension"]}
        for fact in issue.get("extension", ())
    ]
    facts = {fact["name"].replace("-", "_"): fact["value"] for fact in told}
    return Refusal(BY_ID[issue["details"]["coding"][0]["code"]], **facts)


async def take_identifiers(call: Call, documents: list[dict[str, Any]]) -> None:
    """In a Bundle each document's own identifier is taken too: it is unique, however it was sent."""
    for position, document in enumerate(documents):
        try:
            key = identifier_key(document)
            if not await request_keys.take(call.tx, call.party.organization_id, key, hash_of(call), call.now):
                raise Refusal(KEY_REUSED)
        except Refusal as no:
            no.expressions = (f"Bundle.entry[{position}].resource.identifier",)
            raise


async def keep(call: Call, key: str, status: int, headers: dict[str, str], answer: bytes) -> None:
    patients = sorted({subject.patient_id for subject in call.subjects})
    kept = EarlierAnswer(b"", status=status, headers=headers, answer=answer, patient_ids=patients)
    await request_keys.keep(call.tx, call.party.organization_id, key, kept)
