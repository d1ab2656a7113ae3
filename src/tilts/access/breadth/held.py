"""Who is held may not go on: asked at every call and for every token, in one statement."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tilts.access.breadth.limits import UNCOUNTED, Scope, actor_of
from tilts.clock import shown
from tilts.party import Party
from tilts.rules import Named, Refusal
from tilts.rules.trust.copying import CPY_HELD
from tilts.store.doors import holds
from tilts.store.doors.holds import HoldRow
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Tx

SCOPES: Final[tuple[Scope, ...]] = ("practitioner", "site", "organization", "client")
NAMES: Final = {
    "practitioner": Named("practitioner", lv="šī persona", en="this person"),
    "site": Named("site", lv="šī vieta", en="this site"),
    "organization": Named("organization", lv="šī iestāde", en="this organisation"),
    "client": Named("client", lv="šis savienojums", en="this connection"),
}


def actors_of(party: Party) -> list[tuple[str, str]]:
    """Who of a call may be held: the person, the site, the organisation, the connection."""
    return [] if party.kind == UNCOUNTED else [(scope, actor_of(party, scope)) for scope in SCOPES]


async def check_holds(tx: Tx, party: Party) -> None:
    """Refuses whoever is held, by CPY-002."""
    if actors := actors_of(party):
        await check_actors(tx, actors)


async def check_grant(tx: Tx, connection: ConnectionRecord, practitioner_id: UUID | None) -> None:
    """No token for whom it would open nothing."""
    if connection.kind == UNCOUNTED:
        return
    person = str(practitioner_id or connection.client_id)
    organization = str(connection.organization_id)
    names = (person, connection.site, organization, connection.client_id)
    await check_actors(tx, list(zip(SCOPES, names, strict=True)))


async def check_actors(tx: Tx, actors: Sequence[tuple[str, str]]) -> None:
    """The same for actors who are no party yet: whoever asks for a token, or is asked about."""
    check_none(await holds.in_force(tx, actors))


def check_none(found: HoldRow | None) -> None:
    if found is not None:
        raise Refusal(CPY_HELD, scope=NAMES[found.scope], since=shown(found.since), what=title_of(found))


def title_of(row: HoldRow) -> Named:
    """Why, in the words of the limit as it was then."""
    title = row.facts.get("title", {})
    return Named(row.limit_id, lv=title.get("lv", row.limit_id), en=title.get("en", row.limit_id))
