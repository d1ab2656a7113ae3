"""How a registered certificate stands: renewed from lists and answers, kept open by the authority, warned of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.onboarding.renewing import renewed, settings_with
from tests.onboarding.test_certificate_doors import Connected, connected, fingerprint, refused
from tests.onboarding.trusting import House
from tests.running import Running
from tests.store.undoing import undone
from tilts.access.certificates import identify
from tilts.account import Account
from tilts.ids import new_id
from tilts.lab.pki_trust.certificates import revocation_list
from tilts.lab.pki_trust.folder import issuing_of
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.pki_trust.listing import signed_list
from tilts.onboarding.cases import open_case
from tilts.onboarding.certificates import check_certificate, known_for
from tilts.onboarding.egress import Purpose
from tilts.onboarding.revocation import Unusable
from tilts.onboarding.revocation.kept import wanted_of
from tilts.onboarding.standing import (
    days_to_warn_of,
    keep_open,
    look_at_sources,
    named_places,
    ship_ocsp,
    warn_of_ends,
)
from tilts.onboarding.standing.looking import believed_until, want_all
from tilts.onboarding.trust_keeping import refresh_trust_list
from tilts.rules import Refusal
from tilts.rules.trust.egress import EGR_SLOW
from tilts.store.onboarding import mail, revocation_sources, standing, trust
from tilts.store.onboarding.mail_records import LetterRecord
from tilts.store.onboarding.standing import ListedRecord
from tilts.store.onboarding.trust import TrustListRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHY = "Izdevēja serveris nedarbojas, atbild rīt."


@pytest.fixture
def house(exchange: Running) -> House:
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


def authority(role: str = "authority") -> Account:
    return Account(new_id(), "Pārziņa darbinieks", role, None, "Pārzinis")  # type: ignore[arg-type]


async def registered(tx: Tx, house: House, **changed: object) -> tuple[Connected, x509.Certificate]:
    """A practice with a certificate of the listed issuer; the site of the sandbox's practice is lent to it."""
    practice = await connected(tx, house)
    site = "UPDATE onboarding.client SET site = (SELECT site FROM onboarding.client WHERE name = 'practice') WHERE client_id = %s"
    await tx.execute(site, [practice.client_id])
    made = await practice.register(tx, practice.leaf(**changed).pem(house))
    await refresh_trust_list(tx, house.trust.list_xml, house.signers, datetime.now(UTC))
    return practice, made


async def stands(tx: Tx, certificate: x509.Certificate) -> ListedRecord:
    return next(one for one in await standing.listed(tx) if one.fingerprint == fingerprint(certificate))


async def opens(tx: Tx, certificate: x509.Certificate, at: datetime) -> str:
    """ "" or the rule that closes it."""
    try:
        await identify(tx, certificate.public_bytes(Encoding.DER), at)
    except Refusal as no:
        assert no.told().get("until", "-")
        return no.rule.id
    return ""


def lists_until(
    house: House, folder: Path, ends: datetime, revoked: Mapping[int, datetime] | None = None
) -> Path:
    """Of the connection issuer alone, in a folder of its own."""
    folder.mkdir(exist_ok=True)
    issuing = issuing_of(house.trust, "connection-ca")
    made = revocation_list(issuing, revoked or {}, min(datetime.now(UTC), ends) - DAY, ends)
    (folder / "connection-ca.crl.pem").write_bytes(made)
    return folder


def answer_about(
    house: House,
    leaf: x509.Certificate,
    said: str = "GOOD",
    ends: datetime | None = None,
    signer: str = "connection-ca",
) -> bytes:
    now = datetime.now(UTC)
    status = ocsp.OCSPCertStatus[said]
    issuer = house.trust.certificate("connection-ca")
    revoked_at = now - HOUR if said == "REVOKED" else None
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf, issuer, hashes.SHA1(), status, now - 2 * DAY, ends or now + DAY, revoked_at, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, house.trust.certificate(signer))
    return builder.sign(house.trust.key(signer), hashes.SHA256()).public_bytes(Encoding.DER)


async def test_a_certificate_goes_on_until_its_list_and_the_grace_time_have_ended(
    house: House, database: Database, exchange: Running
) -> None:
    async with undone(database) as tx:
        _, made = await registered(tx, house)
        await renewed(tx, exchange)
        found = await stands(tx, made)
        listed = x509.load_pem_x509_crl(house.trust.crl("connection-ca").read_bytes()).next_update_utc

        assert (found.status, found.source, found.unusable_rule) == ("good", "crl", "ACC-014")
        assert (found.known_good_until, found.usable_until) == (listed, listed and listed + DAY)


async def test_acc_014_without_lists_it_goes_on_within_the_grace_time_then_closes_and_opens_with_the_next_list(
    house: House, database: Database, exchange: Running, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    async with undone(database) as tx:
        _, made = await registered(tx, house)
        ending = lists_until(house, tmp_path / "ending", now + HOUR)
        await renewed(tx, exchange, revocation_lists=ending)
        assert await opens(tx, made, now + 24 * HOUR) == ""
        assert await opens(tx, made, now + 26 * HOUR) == "ACC-014"

        await renewed(tx, exchange, revocation_lists=tmp_path)  # the source is gone: what was known counts on
        assert await opens(tx, made, now + 24 * HOUR) == ""
        assert await opens(tx, made, now + 26 * HOUR) == "ACC-014"
        fresh = lists_until(house, tmp_path / "fresh", now + 2 * DAY)
        await renewed(tx, exchange, revocation_lists=fresh)
        assert await opens(tx, made, now + 26 * HOUR) == ""


async def test_acc_015_an_overdue_trust_list_counts_within_its_grace_time_then_its_issuers_are_closed(
    house: House, database: Database, exchange: Running, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    async with undone(database) as tx:
        _, made = await registered(tx, house)
        for overdue, rule_id in ((71 * HOUR, ""), (73 * HOUR, "ACC-015")):
            ended = now - overdue
            xml = signed_list(house.trust, ended - DAY, ended, 9)
            await trust.put_in_use(tx, TrustListRecord(hashed(xml), 9, ended - DAY, ended, now, xml))
            await renewed(tx, exchange)
            assert await opens(tx, made, now) == rule_id
        own = house.pki / "clients" / "practice" / "cert.pem"  # of our own authority: it stands on no list
        assert await opens(tx, x509.load_pem_x509_certificate(own.read_bytes()), now) == ""


async def test_acc_016_an_issuer_that_was_withdrawn_closes_what_it_issued(
    house: House, database: Database, exchange: Running
) -> None:
    async with undone(database) as tx:
        _, made = await registered(tx, house)
        issuer = house.trust.certificate("withdrawn-connection-ca").subject.rfc4514_string()
        await tx.execute(
            "UPDATE onboarding.client_certificate SET issuer = %s, certificate = NULL WHERE fingerprint = %s",
            [issuer, fingerprint(made)],
        )
        await renewed(tx, exchange)

        assert await opens(tx, made, datetime.now(UTC)) == "ACC-016"


def hashed(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    return digest.finalize()


# The authority's act.


async def test_cert_012_cert_013_only_the_authority_keeps_open_for_a_week_at_most_and_says_why(
    house: House, database: Database
) -> None:
    now = datetime.now(UTC)
    async with undone(database) as tx:
        _, made = await registered(tx, house)
        one = fingerprint(made)
        await refused("CERT-012", keep_open(tx, authority("it"), one, now + DAY, WHY, now))
        for until, why in ((now + 8 * DAY, WHY), (now - HOUR, WHY), (now + DAY, "tāpat")):
            await refused("CERT-013", keep_open(tx, authority(), one, until, why, now))
        await refused("CERT-008", keep_open(tx, authority(), b"\0" * 32, now + DAY, WHY, now))


async def test_what_is_kept_open_goes_on_though_nothing_is_known_of_it_but_not_when_it_is_revoked(
    house: House, database: Database, exchange: Running, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    async with undone(database) as tx:
        _, made = await registered(tx, house)
        overdue = lists_until(house, tmp_path / "overdue", now - 3 * DAY)
        await renewed(tx, exchange, revocation_lists=overdue)
        assert await opens(tx, made, now + 25 * HOUR) == "ACC-014"

        await keep_open(tx, authority(), fingerprint(made), now + 2 * DAY, WHY, now)
        await renewed(tx, exchange, revocation_lists=overdue)
        assert (await stands(tx, made)).kept_open_why == WHY
        assert await opens(tx, made, now + 25 * HOUR) == ""
        assert await opens(tx, made, now + 49 * HOUR) == "ACC-014"

        named = lists_until(house, tmp_path / "named", now - 3 * DAY, {made.serial_number: now - 4 * DAY})
        await renewed(tx, exchange, revocation_lists=named)
        assert await opens(tx, made, now) == "ACC-003"


# Answers that the holder ships.


async def test_an_answer_that_its_holder_ships_keeps_the_certificate_open(
    house: House, database: Database, exchange: Running, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    settings = settings_with(exchange, revocation_lists=tmp_path)  # no list anywhere
    async with undone(database) as tx:
        practice, made = await registered(tx, house)
        party, content = practice.applicant.party_id, answer_about(house, made, ends=now + 3 * DAY)
        assert (await ship_ocsp(tx, party, fingerprint(made), content, settings, now)).kind == "good"

        found = await stands(tx, made)
        assert (found.status, found.source) == ("good", "ocsp")
        assert await opens(tx, made, now + 95 * HOUR) == ""
        assert await opens(tx, made, now + 97 * HOUR) == "ACC-014"


async def test_a_shipped_answer_that_it_is_revoked_closes_it_at_once(
    house: House, database: Database, exchange: Running
) -> None:
    now = datetime.now(UTC)
    async with undone(database) as tx:
        practice, made = await registered(tx, house)
        content = answer_about(house, made, "REVOKED")
        told = await ship_ocsp(
            tx, practice.applicant.party_id, fingerprint(made), content, settings_with(exchange), now
        )

        assert told.kind == "revoked"
        assert await opens(tx, made, now) == "ACC-003"


async def test_cert_011_an_answer_that_cannot_be_believed_changes_nothing(
    house: House, database: Database, exchange: Running
) -> None:
    now, settings = datetime.now(UTC), settings_with(exchange)
    async with undone(database) as tx:
        practice, made = await registered(tx, house)
        other = practice.leaf().certificate(house)
        faulty = {
            "unreadable": b"\x30\x00",
            "overdue": answer_about(house, made, ends=now - DAY),
            "another certificate": answer_about(house, other),
            "responder": answer_about(house, made, signer="signature-ca"),
        }
        for fault, content in faulty.items():
            with pytest.raises(Refusal) as no:
                await ship_ocsp(tx, practice.applicant.party_id, fingerprint(made), content, settings, now)
            assert (no.value.rule.id, no.value.told()) == ("CERT-011", {"fault": fault})
        stranger = new_id()
        good = answer_about(house, made)
        await refused("CERT-008", ship_ocsp(tx, stranger, fingerprint(made), good, settings, now))


# The egress worker's part.


async def test_what_certificates_of_listed_issuers_name_is_wanted_and_nothing_else(
    house: House, database: Database, exchange: Running
) -> None:
    now = datetime.now(UTC)
    async with undone(database) as tx:
        practice, _ = await registered(tx, house)
        await practice.register(tx, practice.leaf().request())  # of our own authority
        await want_all(tx, settings_with(exchange), now)
        places = await named_places(tx, now)
        due = await revocation_sources.due_sources(tx, now - DAY, now - HOUR, 50)

        assert places == [one.place for one in due]
        assert {one.kind for one in due} == {"crl"}
        assert all(place.endswith("/connection-ca.crl") for place in places)


async def test_what_comes_is_believed_under_the_issuers_signature_alone_and_then_counts(
    house: House, database: Database, exchange: Running, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    settings = settings_with(exchange, revocation_lists=tmp_path)
    async with undone(database) as tx:
        _, made = await registered(tx, house)
        await want_all(tx, settings, now)
        source = (await revocation_sources.due_sources(tx, now - DAY, now - HOUR, 50))[0]
        stranger = revocation_list(issuing_of(house.trust, "signature-ca"), {}, now - DAY, now + DAY)
        for content in (b"", b"<html>", stranger):
            with pytest.raises(Unusable):
                believed_until(source, content, None, now)
        issuing = issuing_of(house.trust, "connection-ca")
        good = revocation_list(issuing, {}, now - DAY, now + 2 * DAY)
        ends = believed_until(source, good, None, now)
        await revocation_sources.saw(tx, source, now, content=good, next_update=ends)
        await renewed(tx, exchange, revocation_lists=tmp_path)

        found = await stands(tx, made)
        assert (found.status, found.known_good_until) == ("good", ends)
        await revocation_sources.saw(tx, source, now, fault="EGR-005")  # a later look failed: what came stays
        assert [one.content for one in await revocation_sources.sources(tx) if one.place == source.place] == [
            good
        ]


async def test_the_worker_asks_what_is_due_keeps_what_is_good_and_notes_what_is_not(
    house: House, database: Database, exchange: Running
) -> None:
    now = datetime.now(UTC)
    issuing, settings = issuing_of(house.trust, "connection-ca"), settings_with(exchange)
    good = revocation_list(issuing, {}, now - DAY, now + 2 * DAY)
    answers: list[bytes | Refusal] = [good, b"<html>", Refusal(EGR_SLOW, host="x", seconds="5")]
    asked: list[tuple[str, str, bytes | None]] = []

    async def fetch(purpose: Purpose, url: str, body: bytes | None) -> bytes:
        asked.append((purpose, url, body))
        came = answers.pop(0)
        if isinstance(came, Refusal):
            raise came
        return came

    async with database.transaction() as tx:
        _, made = await registered(tx, house)
    try:
        for fault in ("", "unreadable", "EGR-005"):
            assert await look_at_sources(database, fetch, settings, now) == 1
            async with database.transaction() as tx:
                kept = [one for one in await revocation_sources.sources(tx) if one.place == asked[0][1]]
            assert [(one.content, one.fault) for one in kept] == [(good, fault)]
            soon = now + timedelta(seconds=settings.revocation_look_seconds - 1)
            assert await look_at_sources(database, fetch, settings, soon) == 0  # not due
            now += HOUR
    finally:
        async with database.transaction() as tx:
            await tx.execute("UPDATE onboarding.revocation_source SET content = NULL, tried_at = NULL")
            await tx.execute(
                "UPDATE onboarding.client_certificate SET ended_at = now() WHERE fingerprint = %s",
                [fingerprint(made)],
            )
    assert set(asked) == {("crl", asked[0][1], None)}


async def test_crt_027_a_source_that_could_not_be_reached_is_told_at_the_pre_check(
    house: House, database: Database
) -> None:
    now = datetime.now(UTC)
    async with undone(database) as tx:
        practice, made = await registered(tx, house)
        await revocation_sources.want(tx, wanted_of(made, house.trust.certificate("connection-ca"), now))
        source = (await revocation_sources.due_sources(tx, now - DAY, now - HOUR, 50))[0]
        await revocation_sources.saw(tx, source, now, fault="EGR-004")
        report = await practice.report(tx, practice.leaf().pem(house))
        told = {one.check.id: one.outcome for one in report.findings}
        assert told["CRT-027"] == "pass"  # its list is at hand and current: the address is not needed

        without = await known_for(tx, practice.leaf().pem(house), house.issuer.certificates, ())
        assert {place.rsplit("/", 1)[1]: one.fault for place, one in without.looked.items()} == {
            "connection-ca.crl": "EGR-004"
        }
        report = check_certificate(
            practice.leaf().pem(house), practice.applicant, house.trust_list, now, without
        )
        assert [one.check.id for one in report.faults] == ["CRT-014", "CRT-027"]


# Warnings.


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (61, None),
        (60, 60),
        (31, 60),
        (30, 30),
        (15, 30),
        (14, 14),
        (7, 7),
        (2, 7),
        (1, 1),
        (0.1, 1),
        (-1, None),
    ],
)
def test_the_nearest_threshold_is_told(left: float, told: int | None) -> None:
    now = datetime.now(UTC)

    assert days_to_warn_of(now + timedelta(days=left), now) == told


async def test_a_letter_is_written_once_for_each_threshold_until_another_certificate_is_there(
    house: House, database: Database, exchange: Running
) -> None:
    now, settings = datetime.now(UTC), settings_with(exchange)
    address = "it@parauga-prakse.example"
    async with undone(database) as tx:
        practice, made = await registered(tx, house, ends=now + timedelta(days=45))
        party = practice.applicant.party_id
        facts = {"values": {"contact_e_mail": address}, "language": "lv"}
        await open_case(tx, "question", party_id=party, facts=facts, account_id=None, now=now)
        for days, letters in ((0, 1), (1, 1), (20, 2), (31.5, 3), (38.5, 4), (44.5, 5), (44.6, 5)):
            await warn_of_ends(tx, settings, now, now + timedelta(days=days))
            assert len(await to(tx, address)) == letters
        assert "25" in (await to(tx, address))[3].text
        assert "ends" not in (await to(tx, address))[0].subject  # in the language that the party chose

        next_one = await practice.register(tx, practice.leaf().pem(house))
        assert next_one.not_valid_after_utc > made.not_valid_after_utc
        assert [one for one in await standing.ending(tx, now, now + 60 * DAY) if one.party_id == party] == []


async def to(tx: Tx, address: str) -> list[LetterRecord]:
    return await mail.letters_to(tx, address, 50)
