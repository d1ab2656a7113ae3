"""The exchange of a proof of revocation: systems with certificates of a listed issuer, whose servers are beside it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from proofs.driver.parties import FHIR, Party
from proofs.hanging_on import Crowd, Socket
from proofs.issuer import HOST, Issuer
from proofs.keeping import Journal
from proofs.killing import drive
from proofs.sandbox import reading
from proofs.stopping import Stop
from proofs.watching import Watcher
from tilts.lab.environment import Environment, Options
from tilts.lab.people import seed_people
from tilts.lab.pki_trust import ConnectionSubject
from tilts.store.onboarding import accounts
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding.certificates import NewCertificate
from tilts.store.tx import Database


@dataclass(frozen=True, slots=True)
class Pace:
    """The shipped intervals, and how long the proof itself waits; the twin in the tests is quicker in both."""

    sockets: int = 12  # of each system that loses its certificate
    pause_seconds: float = 0.2
    phase_seconds: float = 30.0  # within so many the moment of revoking is drawn
    word_seconds: float = 60.0  # how long the last answers hold when the servers go down
    lead_seconds: float = 45.0  # from setting back until the end of the grace time
    differing: tuple[tuple[str, Any], ...] = ()  # settings


class Scene:
    """The exchange, the issuer's servers beside it, and what is done to both."""

    def __init__(self, journal: Journal, pace: Pace, stop: Stop, watcher: Watcher) -> None:
        self.journal, self.pace, self.stop, self.watcher = journal, pace, stop, watcher
        self.folder = journal.folder / "sandbox"
        self.issuer = Issuer(self.folder / "pki", timedelta(seconds=pace.word_seconds))
        (journal.folder / "no-lists").mkdir(exist_ok=True)
        differing = {
            "trust_list_url": f"https://{HOST}:{self.issuer.secure}/tl.xml",
            "egress_hosts": f"{HOST}:{self.issuer.plain}",
            "egress_networks": "127.0.0.0/8",
            "egress_ca_file": self.folder / "pki" / "ca.pem",
            "revocation_lists": journal.folder / "no-lists",
            **dict(pace.differing),
        }
        try:
            self.environment = Environment(
                Options(self.folder, port=0, rate=0, differing=differing), watcher.say
            )
            self.issuer.serve()
            self.officer = asyncio.run(self._officer())
        except BaseException:
            self.issuer.stop()
            raise

    def close(self) -> None:
        self.environment.stop()
        self.issuer.stop()

    def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        drive(self.environment, self.stop, work)

    async def within(self, work: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        database = Database(self.environment.settings.database_url, connections=1)
        await database.open()
        try:
            async with database.transaction() as tx:
                return await work(tx)
        finally:
            await database.close()

    async def _officer(self) -> str:
        async def work(tx: Any) -> str:
            await seed_people(tx, "proof", datetime.now(UTC))
            # Of an earlier start: their addresses are gone with it.
            await tx.execute(
                "UPDATE onboarding.client_certificate SET ended_at = now() WHERE issuer LIKE %s AND ended_at IS NULL",
                ["%savienojumu%"],
            )
            return str(await accounts.find_subject(tx, "proof", "clerk-a"))

        return str(await self.within(work))

    async def member(self, client: str, source: str, short: timedelta | None = None) -> "Member":
        """The client with a new certificate of the listed issuer and no other."""
        told = self.environment.facts["clients"][client]
        made = self.issuer.issue(ConnectionSubject(told["name"], "99990000011", client), source)
        folder = self.journal.folder / f"{made.cert.serial_number:x}"
        folder.mkdir()
        (folder / "cert.pem").write_bytes(made.cert_pem)
        (folder / "key.pem").write_bytes(made.key_pem)
        if short is not None:
            self.issuer.short[made.cert.serial_number] = short
        new = NewCertificate(
            fingerprint=made.cert.fingerprint(hashes.SHA256()),
            client_id=told["client_id"],
            serial=str(made.cert.serial_number),
            issuer=made.cert.issuer.rfc4514_string(),
            public_key=os.urandom(32),
            not_before=made.cert.not_valid_before_utc,
            not_after=made.cert.not_valid_after_utc,
            case_id=None,
            certificate=made.cert.public_bytes(Encoding.DER),
        )

        async def register(tx: Any) -> None:
            await tx.execute(
                "UPDATE onboarding.client_certificate SET ended_at = now() WHERE client_id = %s AND ended_at IS NULL",
                [told["client_id"]],
            )
            assert await store.register(tx, new, datetime.now(UTC))

        await self.within(register)
        files = {"cert": str(folder / "cert.pem"), "key": str(folder / "key.pem")}
        facts = {**self.environment.facts, "clients": {client: {**told, **files}}}
        return Member(client, Party.of(facts, client), made.cert.serial_number, new.fingerprint)

    def standing(self, member: "Member") -> dict[str, Any]:
        with reading(self.environment) as connection:
            row = connection.execute(
                "SELECT s.status, s.stale_from, f.usable_until, f.unusable_rule FROM onboarding.client_certificate f"
                " LEFT JOIN onboarding.certificate_standing s USING (fingerprint) WHERE f.fingerprint = %s",
                [member.fingerprint],
            ).fetchone()
        assert row is not None
        return dict(zip(("status", "stale_from", "usable_until", "rule"), row, strict=True))

    def ends_at(self, member: "Member", moment: datetime) -> bool:
        return bool(self.standing(member)["usable_until"] == moment)

    async def until(self, met: Callable[[], bool], what: str) -> None:
        """What the next rounds of the exchange bring."""
        for _ in range(1200):
            if met():
                return
            await asyncio.sleep(0.2)
        raise RuntimeError(f"never came: {what}")

    async def command(self, *words: str) -> str:
        asked = [sys.executable, "-m", "tilts", *words, "--data-dir", str(self.folder)]
        kept = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
        run = asyncio.to_thread(
            subprocess.run, asked, capture_output=True, text=True, check=False, env=kept | {"LANG": "C.UTF-8"}
        )
        return (await run).stdout

    async def why_not(self, member: "Member") -> dict[str, Any]:
        told = (await self.command("why-not", member.client, "--json")).splitlines()[0]
        found: dict[str, Any] = json.loads(told)
        return found

    async def crowd(self, member: "Member", sockets: int) -> Crowd:
        headers = FHIR | {"Authorization": f"Bearer {await member.party.token(fresh=True)}"}
        line, path = member.party.line, f"{member.party.base}/Organization"
        return Crowd([Socket.like(line) for _ in range(sockets)], path, headers, self.pace.pause_seconds)


@dataclass(frozen=True, slots=True)
class Member:
    """A system with its certificate."""

    client: str
    party: Party
    serial: int
    fingerprint: bytes


def systems(environment: Environment) -> list[str]:
    """Whoever has a practitioner, so that the token is in order."""
    return [name for name, told in environment.facts["clients"].items() if told["role"]]
