"""Consent -> what the exchange is asked to hold to. What it cannot read whole it does not take: `plain` is false."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.clock import RIGA
from tilts.exchange.consents import ConsentOrder
from tilts.transport.shapes.elements import id_in
from tilts_fhir.primitives import parse_datetime

READ: Final = frozenset({"type", "period", "actor", "purpose", "data", "id"})
REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
BREAK_GLASS: Final = "BTG"


def consent_from_fhir(resource: dict[str, Any], public_base: str, canonical_base: str) -> ConsentOrder:
    provision = resource.get("provision", {})
    period = provision.get("period", {})
    persons, groups, unread = actors_in(provision, public_base, canonical_base)
    purposes = [(one.get("system"), one.get("code")) for one in provision.get("purpose", ())]
    data = provision.get("data", ())
    instances = all(one.get("meaning") == "instance" for one in data)
    person_id, identifier = persons[0] if persons else (None, None)
    return ConsentOrder(
        document=resource,
        status=resource.get("status", ""),
        kind=kind_of(resource, canonical_base),
        patient_id=id_in(resource.get("patient"), "Patient", public_base),
        provision=provision.get("type", ""),
        plain=(
            set(provision) <= READ
            and instances
            and not unread
            and len(persons) <= 1
            and len(groups) <= 1
            and set(purposes) <= {(REASON, BREAK_GLASS)}
            and "verification" not in resource
        ),
        named=tuple(document_in(one.get("reference", {}), public_base) for one in data),
        group=groups[0] if groups else None,
        never=bool(purposes),
        grantee_id=person_id,
        grantee=identifier,
        starts_at=moment(period.get("start"), 0),
        ends_at=moment(period.get("end"), 1),
    )


def kind_of(resource: dict[str, Any], canonical_base: str) -> str:
    """The one category of ours; several, or none, are no kind."""
    codings = [coding for category in resource.get("category", ()) for coding in category.get("coding", ())]
    ours = [
        one.get("code", "")
        for one in codings
        if one.get("system") == f"{canonical_base}/CodeSystem/consent-kind"
    ]
    return str(ours[0]) if len(ours) == 1 else ""


def actors_in(
    provision: dict[str, Any], public_base: str, canonical_base: str
) -> tuple[list[tuple[UUID | None, tuple[str, str] | None]], list[str], bool]:
    """Persons (by id or identifier), groups of institutions, and whether somebody could not be read."""
    persons: list[tuple[UUID | None, tuple[str, str] | None]] = []
    groups: list[str] = []
    unread = False
    for actor in provision.get("actor", ()):
        reference = actor.get("reference", {})
        identifier = reference.get("identifier", {})
        system, value = identifier.get("system", ""), identifier.get("value", "")
        person_id = id_in(reference, "Patient", public_base)
        if system == f"{canonical_base}/CodeSystem/organization-kind":
            groups.append(value)
        elif person_id is not None:
            persons.append((person_id, None))
        elif system and value and "reference" not in reference:
            persons.append((None, (system, value)))
        else:
            unread = True
    return persons, groups, unread


def document_in(reference: dict[str, Any], public_base: str) -> tuple[str, UUID | None]:
    kind = reference.get("reference", "").removeprefix(f"{public_base}/").partition("/")[0]
    return kind, id_in(reference, kind, public_base)


def moment(written: str | None, side: int) -> datetime | None:
    """The first or last moment that a FHIR dateTime covers, days as they are in Riga."""
    return parse_datetime(written, RIGA)[side] if written is not None else None


def evidence_in(resource: dict[str, Any]) -> str:
    value = resource.get("sourceReference", {}).get("identifier", {}).get("value", "")
    return str(value).strip()
