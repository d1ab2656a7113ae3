"""Somebody is entitled to sign for a party by a power of attorney: one clerk enters it, another one confirms.

The person code is turned into its last digits and a keyed hash at once: the case keeps no whole code, not even while
the second clerk is waited for.
"""

from datetime import date

from tilts.clock import day_in_riga
from tilts.ids import new_id
from tilts.onboarding.effects.agreements import document_of, party_of
from tilts.onboarding.signing.code_key import code_key
from tilts.onboarding.taking import Taking
from tilts.person_code import code_hash, code_hint, compact, is_acceptable, scheme_code
from tilts.rules import Refusal
from tilts.rules.paper import SGN_ENTITLED_ALREADY, SGN_NOT_A_CODE
from tilts.store.onboarding import signatories
from tilts.store.onboarding.signatories import SignatoryRecord


async def ask_entitle(taking: Taking) -> None:
    assert taking.around is not None, "the hash needs the installation's secret"
    written = compact(taking.facts.pop("person_code"))
    if written is None or not is_acceptable(written):
        raise Refusal(SGN_NOT_A_CODE, expressions=("person_code",))
    code = scheme_code(written)
    taking.facts["code_hint"] = code_hint(code)
    taking.facts["code_hash"] = code_hash(code, code_key(taking.around.settings))


async def entitle(taking: Taking) -> None:
    facts = taking.facts
    party = await party_of(taking.tx, taking.case.party_id)
    await document_of(taking, facts["power"])
    record = SignatoryRecord(
        signatory_id=new_id(),
        registration_number=party.registration_number,
        name=facts["signatory"],
        code_hint=facts["code_hint"],
        code_hash=facts.pop("code_hash"),
        role=facts["signatory_role"],
        source=taking.case.number,
        valid_from=day_in_riga(taking.now),
        valid_to=date.fromisoformat(facts["entitled_until"]) if facts.get("entitled_until") else None,
        recorded_at=taking.now,
        case_id=taking.case.case_id,
    )
    if not await signatories.add(taking.tx, record):
        raise Refusal(SGN_ENTITLED_ALREADY, signer=record.name)
