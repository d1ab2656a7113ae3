"""May they see this document of this patient? Asked in one order; the first no is the answer.

    token, certificate -> organisation, client -> practitioner -> relationship -> bans -> purpose -> quotas -> holds

Pure. Steps of a call before its document is known are refusals of their own (pipeline.py); they come in as
`refused`. The middle, what opens or hides a document, is decided here in words and in store/sight.py in SQL:
the tests hold the two against each other over generated facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tilts.party import PRESCRIBING_KINDS
from tilts.rules import Refusal
from tilts.rules.trust.permission import (
    MAY_FORBIDDEN,
    MAY_FORBIDDEN_ALWAYS,
    MAY_GLASS_WHOLE,
    MAY_NO_RELATIONSHIP,
    MAY_NOT_DELEGATED,
    MAY_NOT_NAMED,
    MAY_NOT_PRESENTED,
    MAY_OTHER_PATIENT,
)

Step: TypeAlias = Literal[
    "certificate", "organisation", "practitioner", "relationship", "bans", "purpose", "quotas", "holds"
]
Verdict: TypeAlias = Literal["permit", "permit-filtered", "deny", "need-break-glass"]
BEFORE: Final[tuple[Step, ...]] = ("certificate", "organisation", "practitioner")
AFTER: Final[tuple[Step, ...]] = ("purpose", "quotas", "holds")


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, for what."""

    kind: str  # of the organisation
    purpose: str
    resource_type: str
    at_portal: bool = False  # a resident, or who acts for one
    whole: bool = False  # all documents of the patient, not one


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the asker and this document (or the patient, when `whole`) at the moment."""

    is_patient: bool = False  # the patient opened at the portal is the document's
    acts_for_another: bool = False  # who sits at the screen is somebody else
    guardian: bool = False
    delegate: bool = False  # for this document
    wrote_it: bool = False
    wrote_thread: bool = False  # the prescription that it belongs to
    wrote_any: bool = False  # a prescription of this patient
    presented: bool = False  # to this pharmacy, by the patient, and the prescriber wrote it
    at_the_counter: bool = (
        False  # the prescription is before this pharmacy, or it may still amend its dispense
    )
    usable: bool = True  # something of it can be handed out, or this pharmacy handed out
    relationship: str | None = None
    banned: bool = False
    banned_always: bool = False  # in an emergency too
    banned_some: bool = False  # when `whole`: some documents stay hidden
    glass: bool = False
    identified: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Verdict
    basis: str | None = None
    step: Step | None = None  # where the no came from
    refusal: Refusal | None = None


def decide(question: Question, facts: Facts, refused: Mapping[Step, Refusal] | None = None) -> Decision:
    """The decision with its basis, or with the first step that says no and its rule."""
    refused = refused or {}
    for step in BEFORE:
        if step in refused:
            return Decision("deny", None, step, refused[step])
    found = (
        _of_register(question, facts)
        if question.resource_type == "Patient"
        else _of_document(question, facts)
    )
    if found.basis is None:
        return found
    for step in AFTER:
        if step in refused:
            return Decision("deny", None, step, refused[step])
    if question.whole and facts.banned_some and found.basis in RELATED:
        return Decision("permit-filtered", found.basis)
    return found


RELATED: Final = frozenset({"home-doctor", "visit", "referral", "requested-result", "emergency"})


def _of_document(question: Question, facts: Facts) -> Decision:
    emergency = question.purpose == "BTG"
    if question.at_portal:
        return _at_portal(facts)
    if emergency and not facts.glass:
        return Decision("need-break-glass", None, "relationship", Refusal(MAY_GLASS_WHOLE))
    if facts.wrote_it and (question.kind != "pharmacy" or facts.at_the_counter):
        return Decision("permit", "author")
    if question.kind == "pharmacy":
        if facts.presented and facts.usable:
            return Decision("permit", "presented")
        return Decision("deny", None, "relationship", Refusal(MAY_NOT_PRESENTED))
    related = "emergency" if emergency else ("author" if facts.wrote_thread else facts.relationship)
    if question.kind not in PRESCRIBING_KINDS:
        return Decision("deny", None, "relationship", Refusal(MAY_NO_RELATIONSHIP))
    if related is None:
        return Decision("need-break-glass", None, "relationship", Refusal(MAY_NO_RELATIONSHIP))
    if facts.banned_always:
        return Decision("deny", None, "bans", Refusal(MAY_FORBIDDEN_ALWAYS))
    if facts.banned and not emergency:
        return Decision("need-break-glass", None, "bans", Refusal(MAY_FORBIDDEN))
    return Decision("permit", related)


def _at_portal(facts: Facts) -> Decision:
    if not facts.is_patient:
        return Decision("deny", None, "relationship", Refusal(MAY_OTHER_PATIENT))
    if not facts.acts_for_another:
        return Decision("permit", "self")
    if facts.guardian or facts.delegate:
        return Decision("permit", "guardian" if facts.guardian else "delegate")
    return Decision("deny", None, "relationship", Refusal(MAY_NOT_DELEGATED))


def _of_register(question: Question, facts: Facts) -> Decision:
    """An entry of the register of patients: no ban reaches it, for it says who somebody is, not what they have."""
    if question.at_portal:
        return _at_portal(facts)
    if question.purpose == "BTG":
        if facts.glass:
            return Decision("permit", "emergency")
        return Decision("need-break-glass", None, "relationship", Refusal(MAY_GLASS_WHOLE))
    found = facts.relationship or ("identified" if facts.identified else None)
    found = found or ("author" if facts.wrote_any else None)
    if found is None:
        return Decision("deny", None, "relationship", Refusal(MAY_NOT_NAMED))
    return Decision("permit", found)
