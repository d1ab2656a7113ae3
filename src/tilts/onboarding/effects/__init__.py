"""What a step does beyond its state table: a text frozen, a signature checked, a certificate registered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tilts.onboarding import connections, testing
from tilts.onboarding.cases import Around, Effect
from tilts.onboarding.effects import agreements
from tilts.onboarding.workflows.agreements import TITLES

OF_AGREEMENTS: Final[dict[str, Effect]] = {
    "fill": agreements.fill,
    "fill-here": agreements.fill_here,
    "agree-text": agreements.agree_text,
    "sign": agreements.sign,
    "sign-for-authority": agreements.sign,
    "ask-receive-paper": agreements.ask_receive_paper,
    "receive-paper": agreements.receive_paper,
    "sign-on-paper": agreements.sign_on_paper,
}
EFFECTS: Final[Mapping[tuple[str, str], Effect]] = MappingProxyType(
    {
        **{
            (kind, action): effect
            for kind in (*TITLES, "connection-application")
            for action, effect in OF_AGREEMENTS.items()
        },
        ("testing", "approve"): testing.approve,
        ("testing", "approve-with-reservation"): testing.approve_with_reservation,
        ("testing", "reject"): testing.reject,
        ("testing", "withdraw-approval"): testing.withdraw_approval,
        ("connection", "end"): connections.end,
        ("connection", "end-for-party"): connections.end,
    }
)

__all__ = ["EFFECTS", "Around"]
