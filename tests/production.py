"""The rehearsal of production: an institution for which everything holds that the gate asks, and how each of it falls.

The rows are written here as the path of cases would leave them; that the path does leave them so is shown where the
path is tested.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.running import Running
from tests.transport.wire import Caller
from tilts.clock import WallClock
from tilts.functionality import functionalities_of
from tilts.lab.pki import ensure_pki
from tilts.settings import Settings
from tilts.store import connections
from tilts.store.onboarding import cases, parties
from tilts.store.tx import Database, Tx

APPROVE = (
    "INSERT INTO onboarding.approval SELECT v.version_id, %(functionality)s, %(serial)s, %(verdict)s, '', NULL,"
    " %(case_id)s, %(at)s FROM onboarding.system_version v WHERE v.version_id = %(version_id)s"
)


def production_settings(exchange: Running) -> Settings:
    stage = exchange.environment.production
    assert stage is not None, "running_exchange(folder, production=True)"
    return stage.settings


@asynccontextmanager
async def production_tx(exchange: Running) -> AsyncIterator[Tx]:
    """As the serving role of production."""
    database = Database(production_settings(exchange).database_url, connections=1, environment="production")
    await database.open()
    try:
        async with database.transaction() as tx:
            yield tx
    finally:
        await database.close()


@dataclass
class Connected:
    """An institution with everything in force; `caller` is its system in production."""

    exchange: Running
    caller: Caller
    party_id: UUID
    version_id: UUID
    agreement_id: UUID

    @property
    def functionality(self) -> str:
        return functionalities_of(self.caller.facts["kind"])[0]

    def end_agreement(self) -> None:
        async def fall(tx: Tx) -> None:
            await add_step(tx, self.agreement_id, "ended")

        self._now(fall)

    def suspend_site(self) -> None:
        async def fall(tx: Tx) -> None:
            now = datetime.now(UTC)
            change = {"state": "suspended", "effective_at": now, "recorded_at": now, "reason": "pārbaude"}
            await parties.add_register_change(tx, {**change, "site": self.caller.facts["site"]})

        self._now(fall)

    def withdraw_approval(self) -> None:
        async def fall(tx: Tx) -> None:
            await approve(tx, self.version_id, self.functionality, self.agreement_id, "withdrawn", serial=2)

        self._now(fall)

    def revoke_certificate(self) -> None:
        async def fall(tx: Tx) -> None:
            await tx.execute(
                "UPDATE onboarding.client_certificate SET revoked_at = now() WHERE client_id = %s",
                [self.caller.facts["client_id"]],
            )

        self._now(fall)

    def _now(self, fall: Any) -> None:
        async def run() -> None:
            async with production_tx(self.exchange) as tx:
                await fall(tx)

        asyncio.run(run())


def connected(exchange: Running, institution: str) -> Connected:
    """The gate opens it the next time it is asked."""
    told = exchange.facts["production"]["institutions"][institution]
    name = f"production-{institution}"
    rows = [(name, told["name"], told["registration_number"])]
    pki = ensure_pki(exchange.environment.pki.folder, WallClock().wall(), further=rows)
    credentials = pki.clients[name]
    facts = {
        **told,
        "client_id": name,
        "cert": str(credentials.cert),
        "key": str(credentials.key),
        "ca": str(pki.ca),
        "jwk": str(credentials.jwk),
        "kid": credentials.kid,
    }
    party_id, version_id, agreement_id = asyncio.run(settle(exchange, facts, dict(credentials.jwk_public)))
    exchange.facts["clients"][name] = facts
    caller = Caller(exchange, name, base=exchange.facts["production"]["fhir"])
    return Connected(exchange, caller, party_id, version_id, agreement_id)


async def settle(exchange: Running, facts: dict[str, Any], jwk: dict[str, str]) -> tuple[UUID, UUID, UUID]:
    now = datetime.now(UTC)
    functionalities = list(functionalities_of(facts["kind"]))
    async with production_tx(exchange) as tx:
        version_id, party_id, vendor_id = uuid4(), uuid4(), uuid4()
        for each, kind, number in (
            (party_id, facts["kind"], facts["client_id"]),
            (vendor_id, "vendor", uuid4()),
        ):
            party = {"party_id": each, "kind": kind, "name": facts["name"], "registered_at": now}
            known = facts["registration_number"] if each == party_id else str(number)
            await parties.add_party(tx, {**party, "registration_number": known})
        found = await parties.find_by_registration(tx, facts["registration_number"])
        assert found is not None
        party_id = found.party_id  # ready-made, perhaps
        version = {"system_id": uuid4(), "version_id": version_id, "party_id": vendor_id, "name": "Sistēma"}
        more = {"version": "1", "functionalities": functionalities, "registered_at": now}
        await parties.add_version(tx, {**version, **more})
        await save_client(tx, facts, functionalities, jwk)
        await tx.execute(
            "UPDATE onboarding.client SET party_id = %s, version_id = %s WHERE client_id = %s",
            [party_id, version_id, facts["client_id"]],
        )
        cooperation = "cooperation-pharmacy" if facts["kind"] == "pharmacy" else "cooperation-institution"
        agreement_id = await in_state(tx, cooperation, party_id, "in-force")
        await in_state(tx, "connection-application", party_id, "in-force")
        await in_state(tx, "checklist", party_id, "accepted")
        await in_state(tx, "checklist", vendor_id, "accepted")
        await in_state(tx, "connection", party_id, "declared", client_id=facts["client_id"])
        await approve(tx, version_id, functionalities[0], agreement_id, "approved", serial=1)
    return party_id, version_id, agreement_id


async def save_client(tx: Tx, facts: dict[str, Any], functionalities: list[str], jwk: dict[str, str]) -> None:
    leaf = x509.load_pem_x509_certificates(Path(facts["cert"]).read_bytes())[0]
    client = {
        "client_id": facts["client_id"],
        "name": facts["client_id"],
        "organization_id": facts["org"],
        "site": facts["site"],
        "environment": "production",
        "functionalities": functionalities,
        "open_for": [],
    }
    await connections.save_client(tx, client)
    certificate = {
        "fingerprint": leaf.fingerprint(hashes.SHA256()),
        "client_id": facts["client_id"],
        "serial": str(leaf.serial_number),
        "issuer": leaf.issuer.rfc4514_string(),
        "not_before": leaf.not_valid_before_utc,
        "not_after": leaf.not_valid_after_utc,
    }
    await connections.save_certificates(tx, [certificate])
    await connections.save_key(tx, facts["client_id"], "ES256", jwk)


async def in_state(tx: Tx, kind: str, party_id: UUID, state: str, **facts: Any) -> UUID:
    case_id, now = uuid4(), datetime.now(UTC)
    number = f"TL-{now.year}-{await cases.next_number(tx, now.year):05d}"
    case = {"case_id": case_id, "number": number, "kind": kind, "party_id": party_id, "state": state}
    await cases.add(tx, {**case, "facts": facts, "now": now, "due_at": None})
    await add_step(tx, case_id, state, facts)
    return case_id


async def add_step(tx: Tx, case_id: UUID, state: str, facts: dict[str, Any] | None = None) -> None:
    step: dict[str, Any] = dict.fromkeys(("from_state", "account_id", "second_account_id"))
    step |= {"case_id": case_id, "at": datetime.now(UTC), "action": "test", "to_state": state}
    await cases.add_step(tx, {**step, "side": "exchange", "note": "", "facts": facts or {}})


async def approve(
    tx: Tx, version_id: UUID, functionality: str, case_id: UUID, verdict: str, *, serial: int
) -> None:
    row = {"version_id": version_id, "functionality": functionality, "case_id": case_id, "serial": serial}
    await tx.execute(APPROVE, {**row, "verdict": verdict, "at": datetime.now(UTC)})
