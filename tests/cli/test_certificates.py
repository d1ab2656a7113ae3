"""`tilts certificates`: how each stands, and the authority's act, written down with its reason."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.running import Running
from tilts.cli.main import app
from tilts.cli.refusals import NotPossible
from tilts.lab.people import seed_people
from tilts.store.onboarding import accounts
from tilts.store.tx import Database, Tx

WHY = "Izdevēja serveris nedarbojas, atbild rīt."


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    status = app(list(words), exit_on_error=False, result_action="return_value")
    return int(status), [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_certificate_is_listed_with_what_closes_it(
    exchange: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(exchange.environment.options.data_dir)
    status, rows = said(capsys, "certificates", "list", "--json", "--data-dir", folder)
    practice = next(row for row in rows if row["fingerprint"] == practice_of(exchange))

    assert practice["usable"]
    assert practice["state"] == "good"
    assert practice["closed_by"] == "ACC-014"
    assert status == (0 if all(row["usable"] for row in rows) else 1)
    assert (
        app(["certificates", "list", "--data-dir", folder], exit_on_error=False, result_action="return_value")
        == status
    )
    assert "usable until" in capsys.readouterr().out


def kept_open(exchange: Running, fingerprint: str, whom: str, **changed: str) -> int:
    wish = {"until": (datetime.now(UTC) + timedelta(days=1)).isoformat(), "why": WHY, **changed}
    folder = str(exchange.environment.options.data_dir)
    words = ["certificates", "keep-open", fingerprint, "--as", whom, "--data-dir", folder]
    for name, value in wish.items():
        words += [f"--{name}", value]
    return int(app(words, exit_on_error=False, result_action="return_value"))


@pytest.mark.parametrize("fingerprint", ["zz", "00" * 32])
def test_nobody_but_a_person_of_the_authority_keeps_one_open(exchange: Running, fingerprint: str) -> None:
    with pytest.raises(NotPossible):
        kept_open(exchange, fingerprint, "nobody")


def test_the_act_of_the_authority_is_written_down_and_so_is_its_refusal(exchange: Running) -> None:
    whom, fingerprint = asyncio.run(a_clerk(exchange)), practice_of(exchange)
    assert kept_open(exchange, fingerprint, whom) == 0
    with pytest.raises(NotPossible, match="CERT-013"):
        kept_open(exchange, fingerprint, whom, why="tāpat")
    found = asyncio.run(written_down(exchange, whom))

    assert found == [("success", None, fingerprint[:16]), ("refused", "CERT-013", fingerprint[:16])]


def test_cert_008_the_authority_revokes_once_and_it_is_written_down(rehearsed: Running) -> None:
    whom, told = asyncio.run(a_clerk(rehearsed)), rehearsed.facts["clients"]["practice-8"]
    leaf = x509.load_pem_x509_certificate(Path(told["cert"]).read_bytes()).fingerprint(hashes.SHA256()).hex()
    words = ["certificates", "revoke", leaf, "--as", whom]
    words += ["--data-dir", str(rehearsed.environment.options.data_dir)]

    async def events() -> list[tuple[str, str | None]]:
        async with opened(rehearsed) as tx:
            cursor = await tx.execute(
                "SELECT outcome, rule_id FROM audit_entry WHERE event = 'certificate.revoked' ORDER BY at, audit_id"
            )
            return await cursor.fetchall()

    async def as_before() -> None:
        async with opened(rehearsed) as tx:
            undo = "UPDATE onboarding.client_certificate SET revoked_at = NULL, revocation_known_at = NULL WHERE fingerprint = %s"
            await tx.execute(undo, [bytes.fromhex(leaf)])

    try:
        assert app(words, exit_on_error=False, result_action="return_value") == 0
        with pytest.raises(NotPossible, match="CERT-008"):
            app(words, exit_on_error=False, result_action="return_value")
    finally:
        asyncio.run(as_before())
    assert asyncio.run(events()) == [("success", None), ("refused", "CERT-008")]


def practice_of(exchange: Running) -> str:
    leaf = Path(exchange.facts["clients"]["practice"]["cert"]).read_bytes()
    return x509.load_pem_x509_certificate(leaf).fingerprint(hashes.SHA256()).hex()


@asynccontextmanager
async def opened(exchange: Running) -> AsyncIterator[Tx]:
    database = Database(exchange.settings.database_url, connections=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            yield tx
    finally:
        await database.close()


async def a_clerk(exchange: Running) -> str:
    async with opened(exchange) as tx:
        await seed_people(tx, "certificates", datetime.now(UTC))
        return str(await accounts.find_subject(tx, "certificates", "clerk-a"))


async def written_down(exchange: Running, whom: str) -> list[tuple[str, str | None, str]]:
    async with opened(exchange) as tx:
        cursor = await tx.execute(
            "SELECT outcome, rule_id, detail->>'about' FROM audit_entry"
            " WHERE event = 'certificate.kept-open' AND detail->>'account' = %s ORDER BY at, audit_id",
            [whom],
        )
        return await cursor.fetchall()
