"""Agreements and applications: filled in, complete, found in the registers, and their text frozen when agreed.

What is signed is exactly the frozen text: its hash stands in the case from the moment both sides agreed on it.
"""

import re
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from tilts.clock import day_in_riga
from tilts.onboarding.cases import attach
from tilts.onboarding.procedures import procedure_version, procedures
from tilts.onboarding.procedures.completeness import check_completeness, require_complete
from tilts.onboarding.procedures.filled import read_form
from tilts.onboarding.procedures.form import render_form
from tilts.onboarding.procedures.gaps import Gap
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.procedures.register import RegisterEntry
from tilts.onboarding.taking import Taking
from tilts.rules import Language, Refusal
from tilts.rules.cases import CASE_DOCUMENT_MISSING, CASE_NO_PARTY
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import DocumentRecord, NewDocument
from tilts.store.onboarding.parties import PartyRecord, SiteRecord
from tilts.store.tx import Tx

NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")


async def fill(taking: Taking) -> None:
    """The form came back as a PDF: read, complete, of the procedure that is in use."""
    procedure = procedure_of(taking)
    _, content = await document_of(taking, taking.facts["form"])
    form = await read_form(content, procedure)
    await keep_values(taking, procedure, form.language, dict(form.values))


async def take_form(taking: Taking) -> None:
    """B5, C3: the form came by e-mail, and a clerk takes it in; from here on it is as if handed in on the page."""
    if taking.case.party_id is None:
        raise Refusal(CASE_NO_PARTY)
    await fill(taking)


async def fill_here(taking: Taking) -> None:
    """The same fields, filled in on the page; the form is made from them."""
    procedure = procedure_of(taking)
    values = {str(name): str(value) for name, value in taking.facts.pop("values").items()}
    language: Language = "en" if values.pop("language", "lv") == "en" else "lv"
    await keep_values(taking, procedure, language, values)
    made = NewDocument(
        "form",
        f"{taking.case.number}-{procedure.id}.pdf",
        "application/pdf",
        render_form(procedure, language, values),
        account_id=taking.account.account_id,
    )
    taking.facts["form"] = str(await attach(taking.tx, taking.case.case_id, made, taking.now))


async def keep_values(
    taking: Taking, procedure: Procedure, language: Language, values: dict[str, str]
) -> None:
    taking.facts |= {"values": values, "reference": procedure.reference, "language": language}
    await ask_register(taking, procedure, values)


async def ask_register(taking: Taking, procedure: Procedure, values: dict[str, str]) -> None:
    """Complete, the party's own, and found in the registers as they stand today; what they answered is kept."""
    day = day_in_riga(taking.now)
    register = await register_entries(taking, procedure, values)
    papers = [paper.id for paper in procedure.documents if paper.kind != "cover-letter"]
    gaps = check_completeness(procedure, values, register, day, papers)
    own = (await party_of(taking.tx, taking.case.party_id)).registration_number
    written = values.get("registration_number", "").strip()
    if written != own and all(gap.field != "registration_number" for gap in gaps):
        label = procedure.field("registration_number").label
        gaps.insert(0, Gap("registration_number", "not-yours", label, written=written))
    require_complete(gaps)
    taking.facts |= {
        "register": [answer_of(entry, day) for entry in register],
        "register_asked_on": day.isoformat(),
    }


async def register_entries(
    taking: Taking, procedure: Procedure, values: Mapping[str, str]
) -> list[RegisterEntry]:
    """What the registers say today of the party, of each site it names and of everybody else's number in the form."""
    party = await party_of(taking.tx, taking.case.party_id)
    numbers = {party.registration_number, *NUMBER.findall(" ".join(values.values()))}
    found = {
        site.site: site
        for number in sorted(numbers)
        for site in await parties.sites_at(taking.tx, number, taking.now)
    }
    for written in sites_in(procedure, values) - found.keys():  # may be somebody else's
        if (site := await parties.site_at(taking.tx, written, taking.now)) is not None:
            found[site.site] = site
    entries = [entry_of(site) for site in found.values()]
    for number in sorted(numbers - {entry.registration_number for entry in entries}):
        other = await parties.find_by_registration(taking.tx, number)
        if other is not None:  # developers stand in no register of sites
            entries.append(RegisterEntry(number, other.kind, "", other.name))
    return entries


def sites_in(procedure: Procedure, values: Mapping[str, str]) -> set[str]:
    cells = {
        field.cell(row, column)
        for field in procedure.fields
        for row in range(1, field.rows + 1)
        for column in field.columns
        if column.kind == "site"
    }
    return {values[cell].strip() for cell in cells & values.keys()} - {""}


def entry_of(site: SiteRecord) -> RegisterEntry:
    return RegisterEntry(
        registration_number=site.registration_number,
        kind=site.kind,
        site=site.site,
        name=site.name,
        active=site.state != "closed",
        suspended_from=day_in_riga(site.since) if site.state == "suspended" else None,
    )


def answer_of(entry: RegisterEntry, day: date) -> dict[str, Any]:
    """As it is kept with the case: what the register answered on the day it was asked."""
    return {
        "registration_number": entry.registration_number,
        "kind": entry.kind,
        "site": entry.site,
        "name": entry.name,
        "works": entry.works_on(day),
    }


async def agree_text(taking: Taking) -> None:
    """The text is frozen: rendered without editable fields, its hash in the case; a change is a new text.

    The registers are asked once more: weeks may lie between filling in and agreeing.
    """
    facts = taking.case.facts
    name, _, version = str(facts["reference"]).partition("/")
    procedure = procedure_version(name, int(version))
    assert procedure is not None, "texts that were used are never removed"
    await ask_register(taking, procedure, facts["values"])
    own = {
        "authority_number": taking.facts.get("authority_number", ""),
        "register_checked_on": day_in_riga(taking.now).isoformat(),
    }
    asked = {field.id for field in procedure.fields}
    values = {**facts["values"], **{name: value for name, value in own.items() if value and name in asked}}
    content = render_form(procedure, facts["language"], values, frozen=True)
    filename = f"{taking.case.number}-{procedure.id}.pdf"
    agreed = NewDocument("agreed", filename, "application/pdf", content, "exchange")
    document_id = await attach(taking.tx, taking.case.case_id, agreed, taking.now)
    taking.facts |= {
        "agreed": str(document_id),
        "agreed_sha256": sha256(content).hexdigest(),
        "agreed_bytes": len(content),
        "agreed_name": filename,
        "agreed_on": day_in_riga(taking.now).isoformat(),
    }


def procedure_of(taking: Taking) -> Procedure:
    return procedures(day_in_riga(taking.now))[taking.case.kind]


async def document_of(taking: Taking, document_id: str) -> tuple[DocumentRecord, bytes]:
    """A document of this very case; another one's is not there."""
    found = await cases.document(taking.tx, UUID(document_id))
    if found is None or found.case_id != taking.case.case_id:
        raise Refusal(CASE_DOCUMENT_MISSING)
    return found, await cases.content(taking.tx, found.document_id)


async def party_of(tx: Tx, party_id: UUID | None) -> PartyRecord:
    found = await parties.find_party(tx, party_id) if party_id else None
    assert found is not None, "a case of these kinds has a party"
    return found
