"""What a step does beyond its state table: a text frozen, a signature checked, a certificate registered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tilts.onboarding import connections, testing
from tilts.onboarding.effects import agreements, checklist, entitling, questions, signing
from tilts.onboarding.mail import step_letters
from tilts.onboarding.taking import AFTER, Around, Effect
from tilts.onboarding.workflows.agreements import APPLICATION, KINDS

OF_AGREEMENTS: Final[dict[str, Effect]] = {
    "fill": agreements.fill,
    "take-form": agreements.take_form,
    "fill-here": agreements.fill_here,
    "agree-text": agreements.agree_text,
    "sign": signing.sign,
    "sign-for-authority": signing.sign,
    "receive-signed": signing.sign,
    "ask-receive-paper": signing.ask_receive_paper,
    "receive-paper": signing.receive_paper,
    "sign-on-paper": signing.sign_on_paper,
    "ask-entitle": entitling.ask_entitle,
    "entitle": entitling.entitle,
}
EFFECTS: Final[Mapping[tuple[str, str], Effect]] = MappingProxyType(
    {
        **{
            (kind, action): effect
            for kind in (*KINDS, APPLICATION)
            for action, effect in OF_AGREEMENTS.items()
        },
        ("testing", "set-window"): testing.set_window,
        ("testing", "change-window"): testing.set_window,
        ("testing", "ask-approve"): testing.ask_approve,
        ("testing", "ask-approve-with-reservation"): testing.ask_approve_with_reservation,
        ("testing", "approve"): testing.approve,
        ("testing", "approve-with-reservation"): testing.approve_with_reservation,
        ("testing", "reject"): testing.reject,
        ("testing", "withdraw-approval"): testing.withdraw_approval,
        ("checklist", "declare"): checklist.declare,
        ("checklist", "accept"): checklist.accept,
        ("connection", "end"): connections.end,
        ("connection", "end-for-party"): connections.end,
        ("question", "answer"): questions.answered,
        ("question", "ask-again"): questions.asked_again,
        ("question", "close"): questions.closed,
        ("question", "close-mine"): questions.closed,
        AFTER: step_letters.tell,
    }
)

__all__ = ["EFFECTS", "Around"]
