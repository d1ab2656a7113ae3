"""An agreement walked with real files through every effect: who fills it in, agrees to it, signs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.onboarding.desk_people import NOW, person
from tests.onboarding.procedures.filling import filled_in, right_values
from tests.running import Running
from tilts.access.case_effects import EFFECTS
from tilts.account import Account
from tilts.ids import new_id
from tilts.lab.people import BY_SUBJECT
from tilts.lab.pki_trust import SignerCredentials, issue_signer
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.population.organizations import INSTITUTIONS
from tilts.lab.signing import add_signature, sign_container, sign_pdf, stamp_unit
from tilts.onboarding.cases import attach, open_case
from tilts.onboarding.procedures import procedures
from tilts.onboarding.procedures.form import render_form
from tilts.onboarding.taking import Around, Taker, take
from tilts.onboarding.trust_keeping import pinned, refresh_trust_list, sources_from
from tilts.onboarding.workflows import ONE_AT_A_TIME
from tilts.registration_number import check_digit
from tilts.rules import Refusal
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Tx

BY_CLIENT = {one.client: one for one in INSTITUTIONS}
CLIENT_OF = {
    "testing-agreement": "vendor",
    "operator-agreement": "vendor",
    "cooperation-institution": "practice",
    "cooperation-pharmacy": "pharmacy",
    "connection-application": "practice",
}
HEADS = {"vendor": "vendor-1", "practice": "practice-head", "pharmacy": "pharmacy-head"}
PDF = "application/pdf"
SCAN = b"%PDF-1.4 a scan"
PAPER = {
    "letter_number": "1-7/12",
    "channel": "post",
    "received_on": f"{NOW:%Y-%m-%d}",
    "copies": 2,
    "cover_letter": "yes",
}


@dataclass
class Walk:
    """One case in a transaction, with everybody who may act in it."""

    tx: Tx
    exchange: Running
    case: CaseRecord
    applicant: Account
    clerk: Account
    colleague: Account
    party: parties.PartyRecord
    authority: parties.PartyRecord
    now: datetime = NOW

    @property
    def wall(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    @property
    def around(self) -> Around:
        return Around(self.exchange.settings, self.wall)

    @property
    def folder(self) -> Any:
        return self.exchange.settings.pki_folder

    async def take(self, action: str, account: Account | None = None, **facts: Any) -> CaseRecord:
        """One step with its effect; what is refused is undone, as the desk does it."""
        async with self.tx.transaction():
            self.case = await take(
                self.tx,
                self.case.number,
                action,
                Taker(account or self.applicant, self.now, EFFECTS, self.around),
                facts=facts,
            )
        return self.case

    async def attach(
        self, content: bytes, filename: str, *, channel: str = "portal", kind: str = "signed"
    ) -> str:
        new = NewDocument(kind, filename, PDF, content, channel)
        return str(await attach(self.tx, self.case.case_id, new, self.now))

    async def hand_in(
        self, action: str, content: bytes, filename: str, account: Account, **more: Any
    ) -> None:
        """The file becomes a document and the step is taken, both or neither."""
        async with self.tx.transaction():
            await cases.lock(self.tx, self.case.number)  # first, as the page does: of two, one waits
            document = await self.attach(content, filename)
            await self.take(action, account, **{"form" if action == "fill" else "signed": document}, **more)

    async def to_filled(self) -> None:
        values = values_of(self.case.kind, self.party)
        await self.take("fill-here", values={**values, "language": "lv"})

    async def to_agreed(self) -> None:
        await self.to_filled()
        await self.take("send")
        await self.take("agree-text", self.clerk, authority_number="TL-1")

    async def to_half_signed(self) -> None:
        """The side that signs first has signed, as a PDF."""
        await self.to_agreed()
        if procedures()[self.case.kind].signing.first == "applicant":
            await self.hand_in("sign", self.pdf(self.party), "ligums.pdf", self.applicant)
        else:
            await self.hand_in("sign-for-authority", self.pdf(self.authority), "ligums.pdf", self.clerk)

    @property
    def agreed(self) -> UUID:
        return UUID(self.case.facts["agreed"])

    async def text(self) -> bytes:
        return await cases.content(self.tx, self.agreed)

    def seal(self, party: parties.PartyRecord, **flaws: Any) -> SignerCredentials:
        return issue_signer(self.folder, party.name, party.registration_number, **flaws)

    def by_person(self, subject: str, **flaws: Any) -> SignerCredentials:
        one = BY_SUBJECT[subject]
        return issue_signer(self.folder, one.name, person=one.code, **flaws)

    def pdf(self, signer: Any, text: bytes | None = None) -> bytes:
        return sign_pdf(self.known_text if text is None else text, self._made(signer), self.stamps, self.wall)

    def container(self, signer: Any, suffix: str = ".asice", files: dict[str, bytes] | None = None) -> bytes:
        inner = files or {self.case.facts["agreed_name"]: self.known_text}
        return sign_container(inner, self._made(signer), self.stamps, suffix, self.wall)

    def added(self, container: bytes, signer: Any) -> bytes:
        return add_signature(container, self._made(signer), self.stamps, self.wall)

    def _made(self, signer: Any) -> SignerCredentials:
        return signer if isinstance(signer, SignerCredentials) else self.seal(signer)

    @property
    def stamps(self) -> Any:
        return stamp_unit(open_trust(self.folder))

    @property
    def known_text(self) -> bytes:
        """The agreed text, made again: the same input gives the same bytes."""
        facts = self.case.facts
        procedure = procedures()[self.case.kind]
        own = {"authority_number": "TL-1", "register_checked_on": facts["agreed_on"]}
        asked = {field.id for field in procedure.fields}
        values = {**facts["values"], **{name: value for name, value in own.items() if name in asked}}
        return render_form(procedure, facts["language"], values, frozen=True)

    async def paper(self, action: str = "receive-paper", scan: bytes = SCAN, **other: Any) -> CaseRecord:
        """A clerk enters what came on paper."""
        async with self.tx.transaction():
            scans = [
                await self.attach(scan, other.pop("filename", "skens.pdf"), channel="post", kind="scans")
            ]
            return await self.take(action, self.clerk, **{**PAPER, "scans": scans, **other})

    async def stored(self) -> tuple[int, str, int]:
        """How much there is of the case, to see that a refusal left nothing."""
        found = await cases.find(self.tx, self.case.number)
        assert found is not None
        documents = await cases.documents(self.tx, found.case_id)
        return len(documents), found.state, found.version


def values_of(kind: str, party: parties.PartyRecord) -> dict[str, str]:
    procedure = procedures()[kind]
    return {
        **right_values(procedure),
        "party_name": party.name,
        "registration_number": party.registration_number,
    }


def form_of(kind: str, party: parties.PartyRecord, **other: str) -> bytes:
    procedure = procedures()[kind]
    return filled_in(render_form(procedure, "lv"), {**values_of(kind, party), **other})


async def new_vendor(tx: Tx) -> parties.PartyRecord:
    """A developer of its own, with a number that can be right; for what has to be committed."""
    party_id = new_id()
    starts = (f"8{(party_id.int + n) % 10**9:09d}" for n in range(20))
    number = next(start + last for start in starts if (last := check_digit(start)))
    row = {"party_id": party_id, "kind": "vendor", "name": f"SIA {number}", "registration_number": number}
    assert await parties.add_party(tx, row | {"registered_at": NOW})
    found = await parties.find_party(tx, party_id)
    assert found is not None
    return found


async def begin(
    tx: Tx, exchange: Running, kind: str = "testing-agreement", party: parties.PartyRecord | None = None
) -> Walk:
    """A case of the ready-made party, or of another developer; one that stands in the way is over first."""
    sources = sources_from(exchange.settings)
    wall = datetime.now(UTC)
    assert await refresh_trust_list(tx, sources.list_xml, pinned(sources.signers), wall) is None
    client = CLIENT_OF[kind]
    party = party or await parties.find_by_registration(tx, BY_CLIENT[client].registration_number)
    authority = await parties.find_by_registration(tx, BY_CLIENT["authority"].registration_number)
    assert party is not None and authority is not None
    await out_of_the_way(tx, party, kind)
    case = await open_case(tx, kind, party_id=party.party_id, facts={}, account_id=None, now=NOW)
    role = "vendor" if client == "vendor" else "institution"
    return Walk(
        tx,
        exchange,
        case,
        Account(new_id(), BY_SUBJECT[HEADS[client]].name, role, party.party_id, party.name),  # type: ignore[arg-type]
        person("authority", authority.party_id, "Anda"),
        person("authority", authority.party_id, "Bruno"),
        party,
        authority,
    )


async def out_of_the_way(tx: Tx, party: parties.PartyRecord, kind: str) -> None:
    if kind in ONE_AT_A_TIME:
        await tx.execute(
            "UPDATE onboarding.case_file SET state = 'ended' WHERE party_id = %s AND kind = %s",
            [party.party_id, kind],
        )
    if party.name.startswith("SIA"):  # of a test that commits: the registers are everybody's
        return
    # The registers were read when the sandbox was made; the story is of an earlier day.
    await tx.execute(
        "INSERT INTO onboarding.register_change (site, serial, state, effective_at, recorded_at, reason)"
        " SELECT site, 1000, 'active', %(at)s, %(at)s, '' FROM onboarding.site ON CONFLICT DO NOTHING",
        {"at": NOW - timedelta(days=1)},
    )


@contextmanager
def refused(*rule_ids: str) -> Iterator[list[Refusal]]:
    """One of these rules says no, with a sentence and the way on in both languages."""
    found: list[Refusal] = []
    with pytest.raises(Refusal) as no:
        yield found
    found.append(no.value)
    rule = no.value.rule
    assert rule.id in rule_ids, (rule.id, no.value.facts)
    for language in ("lv", "en"):
        assert rule.sentence(language, no.value.told()) and rule.fix(language)
