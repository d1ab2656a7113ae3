"""Who works where: from a session at the portal to the party that the doors know, by what the registers say now.

    account -> sign-in of a practitioner -> role at an institution -> Party, as the extended token gives it

Nothing of it is kept but which workplace was chosen; everything else is asked anew at each page (ADR 0052).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.access.tokens.proof import PROVEN
from tilts.onboarding.eid_providers import eid_register
from tilts.onboarding.signing.code_key import code_key
from tilts.party import Party
from tilts.person_code import sign_in_hash
from tilts.rules import Refusal
from tilts.rules.accounts import USR_NOT_AT_WORK
from tilts.rules.certificates import EID_TOO_LOW
from tilts.settings import Settings
from tilts.store import resources
from tilts.store import workplaces as store
from tilts.store.doors import proofs
from tilts.store.tx import Tx
from tilts.store.workplaces import Workplace
from tilts_fhir.json_strict import decode

SYSTEM: Final = "portal"  # stands before the site in the client that a workplace is here
PURPOSE: Final = "TREAT"
HIGH: Final = "qualified-high"


@dataclass(frozen=True, slots=True)
class Worker:
    """Who sits at the screen, as the session has it; whether they may is not looked at yet."""

    account_id: UUID
    role_id: UUID  # of the registers: the workplace that was chosen
    assurance: str  # what the provider said of the sign-in (`acr`)
    session: bytes  # the hash by which it is kept


async def workplaces_of(
    tx: Tx, sign_in: tuple[str, str] | None, settings: Settings, now: datetime
) -> list[Workplace]:
    """Where this sign-in (issuer, subject) works today; nowhere, if it is no practitioner's."""
    practitioner_id = await practitioner_of(tx, sign_in, settings, now)
    return await store.workplaces(tx, practitioner_id) if practitioner_id else []


async def practitioner_of(
    tx: Tx, sign_in: tuple[str, str] | None, settings: Settings, now: datetime
) -> UUID | None:
    if sign_in is None:
        return None
    issuer, subject = sign_in
    return await proofs.practitioner_of(tx, issuer, sign_in_hash(issuer, subject, code_key(settings)), now)


async def practitioner_name(tx: Tx, practitioner_id: UUID) -> str:
    """As the register has it; empty when it has none."""
    row = await resources.read(tx, "Practitioner", practitioner_id, None)
    name: dict[str, Any] = next(iter(decode(row.body).get("name", ())), {}) if row else {}
    return " ".join([*name.get("given", ()), name.get("family", "")]).strip()


async def party_now(
    tx: Tx, worker: Worker, settings: Settings, now: datetime, wall: datetime
) -> tuple[Party, Workplace]:
    """
    The party that acts, as a token would name it.

    Its client is the portal at this site: a hold that begins here ends here, and the guesses of one pharmacy are
    counted for no other.

    Raises Refusal: EID-002 (signed in by something weaker than professional work needs), USR-021.
    """
    check_assurance(worker.assurance, settings, wall)
    practitioner_id = await practitioner_of(tx, await store.sign_in_of(tx, worker.account_id), settings, now)
    found = await store.workplace(tx, worker.role_id)
    if found is None or found.practitioner_id != practitioner_id:
        raise Refusal(USR_NOT_AT_WORK)
    party = Party(
        client_id=f"{SYSTEM}:{found.site}",
        organization_id=found.organization_id,
        organization_name=found.name,
        kind=found.kind,  # type: ignore[arg-type]  # the table's CHECK holds it
        site=found.site,
        purpose=PURPOSE,
        scopes=frozenset(),
        token_id=hashlib.sha256(worker.session).hexdigest()[:32],
        practitioner_id=found.practitioner_id,
        role_id=found.role_id,
        role_code=found.code,
        assurance=PROVEN,
    )
    return party, found


def check_assurance(acr: str, settings: Settings, wall: datetime) -> None:
    """Pure but for the register: professional work needs a sign-in of high assurance (Latvia 3)."""
    services = eid_register(settings.eid_register).services_at(wall)
    if not any((one.acr, one.assurance) == (acr, HIGH) for one in services):
        raise Refusal(EID_TOO_LOW, assurance=acr or "-")
