"""Who is meant by what is kept of an actor: the practitioner with role, site and organisation, the site, the connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tilts.portal.resident.room import uuid_in
from tilts.store.doors import oversight
from tilts.store.doors.holds import AlertRow, HoldRow
from tilts.store.doors.oversight import Workplace
from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Whom:
    """`name` of whoever is held or told of; empty: nobody in the registers, the id is all there is."""

    name: str
    role: str
    organization: str
    site: str
    client: str


async def names_of(tx: Tx, rows: Sequence[HoldRow | AlertRow]) -> dict[tuple[str, str], Whom]:
    """By scope and actor."""
    organization_ids = {found for row in rows if (found := uuid_in(row.facts.get("organization")))}
    organization_ids |= {
        found for row in rows if row.scope == "organization" and (found := uuid_in(row.actor))
    }
    sites = {row.actor for row in rows if row.scope == "site"}
    people = await oversight.people(
        tx, {found for row in rows if row.scope == "practitioner" and (found := uuid_in(row.actor))}
    )
    places = await oversight.organizations(tx, organization_ids, sites)
    client_ids = {str(row.facts.get("client", "")) for row in rows} | {row.actor for row in rows}
    clients = await oversight.client_names(tx, client_ids)
    by_id = {place.organization_id: place for place in places}
    by_site = {place.site: place for place in places}
    names: dict[tuple[str, str], Whom] = {}
    for row in rows:
        place = by_site.get(row.actor) if row.scope == "site" else by_id.get(place_of(row))
        person = workplace(people, row)
        named = {
            "practitioner": person.name if person else clients.get(row.actor, ""),
            "client": clients.get(row.actor, ""),
        }
        names[row.scope, row.actor] = Whom(
            name=named.get(row.scope, place.name if place else ""),
            role=person.code if person else "",
            organization=place.name if place else "",
            site=place.site if place else "",
            client=clients.get(str(row.facts.get("client", "")), ""),
        )
    return names


def place_of(row: HoldRow | AlertRow) -> UUID:
    written = row.actor if row.scope == "organization" else row.facts.get("organization")
    return uuid_in(written) or UUID(int=0)


def workplace(people: Sequence[Workplace], row: HoldRow | AlertRow) -> Workplace | None:
    """At the organisation where it happened; else anywhere."""
    mine = [one for one in people if row.scope == "practitioner" and str(one.practitioner_id) == row.actor]
    there = [one for one in mine if one.organization_id == place_of(row)]
    return next(iter(there + mine), None)
