"""The life of one issue of a prescription line as one table: every state, every step, every "why not".

    future --clock--> ready --claim--> claimed --dispense--> claimed ... dispensed --close--> completed
      |                 ^  |             |  release, lease end: back, with the balance
      cancel            |  cancel        cancel while nothing is handed out: cancel-pending, then cancelled
                        +--------------- partly-dispensed --close-remaining, end of validity--> completed

From this table come the checks (`lines.check`), the allowed actions of a Task, docs/reference/states.md with its
picture, and the invariants that every save is held against. `row` in the comments: Exchanges 3.2, amended by Design 5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from tilts.rules.dispensing import (
    DSP_CANCEL_PENDING,
    DSP_HELD_BY_ANOTHER,
    DSP_NOT_CLAIMED,
    DSP_NOT_OPEN,
    DSP_NOTHING_HANDED_OUT,
    DSP_NOTHING_LEFT,
    DSP_PHARMACY_ONLY,
    DSP_TRANSFER_SIDE,
)
from tilts.rules.prescriptions import PRE_CANCEL_STATE, PRE_PRESCRIBER_ONLY
from tilts.workflow import No, State, Step, Words, Workflow

LineState: TypeAlias = Literal[
    "future",
    "ready",
    "claimed",
    "cancel-pending",
    "partly-dispensed",
    "dispensed",
    "completed",
    "cancelled",
    "expired",
]
LineSide: TypeAlias = Literal[
    "prescriber", "pharmacy", "holder", "dispenser", "patient", "authority", "clock", "stranger"
]

SIDES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "prescriber": Words("izrakstītājs", "the prescriber"),
        "pharmacy": Words("aptieka", "a pharmacy"),
        "holder": Words("turētājs", "the holder"),
        "dispenser": Words("izsniedzēja aptieka", "the pharmacy that handed out"),
        "patient": Words("pacients", "the patient"),
        "authority": Words("iestāde", "the authority"),
        "clock": Words("laiks", "the clock"),
        "stranger": Words("cits", "somebody else"),
    }
)

STATES: Final = (
    State("future", Words("vēl nav derīga", "not yet valid")),
    State("ready", Words("atvērta, nekas nav izsniegts", "open, nothing handed out"), "pharmacy"),
    State("claimed", Words("to tur aptieka", "held by one pharmacy"), "holder"),
    State("cancel-pending", Words("anulēšana gaida turētāju", "cancelled once the holder lets go"), "holder"),
    State("partly-dispensed", Words("atvērta ar atlikumu", "open again with a balance"), "pharmacy"),
    State("dispensed", Words("viss izsniegts, vēl nav slēgta", "all handed out, not yet closed"), "holder"),
    State("completed", Words("slēgta", "closed")),
    State("cancelled", Words("anulējis izrakstītājs", "taken back by the prescriber")),
    State("expired", Words("termiņš beidzies, nekas nav izsniegts", "validity over, nothing handed out")),
)

OPEN: Final = ("ready", "partly-dispensed")
HELD: Final = ("claimed", "cancel-pending")
CLAIM: Final = Words("Pieteikt", "Claim")
DISPENSE: Final = Words("Izsniegt", "Hand out")
RELEASE: Final = Words("Atdot", "Give back")
CANCEL: Final = Words("Anulēt", "Cancel")
TRANSFER: Final = Words("Lūgt atdot citai aptiekai", "Ask for it to be given up")
SHORT: Final = Words("Slēgt ar atlikumu", "Close with a balance")
CLOSE: Final = Words("Slēgt", "Close")
WITHDRAW: Final = Words("Atsaukt izsniegšanu", "Take a dispense back")
REPAIR_RELEASE: Final = Words("Labojot atbrīvot", "Take from its holder, repairing")
REPAIR_CANCEL: Final = Words("Labojot anulēt", "Cancel, repairing")
REPAIR_CLOSE: Final = Words("Labojot slēgt", "Close, repairing")
AMEND: Final = Words("Labot izsniegšanu", "Correct a dispense")
CLOCK: Final = Words("Laiks", "The clock")

NOTHING_OUT: Final = Words("nekas nav izsniegts", "nothing handed out")
A_PART_OUT: Final = Words("daļa izsniegta", "a part handed out")
A_PART: Final = Words("daļu", "a part")
THE_REST: Final = Words("visu atlikušo", "the rest")
FIRST_DAY: Final = Words("pirmā diena", "its first day")
OVER: Final = Words("pēdējā diena beigusies", "its last day is over")
HOLD_OVER: Final = Words("turēšanas laiks beidzies", "the hold is over")
BACK: Final = Words("derīga, un to netur cits", "still valid, and nobody else holds it")
STILL_HELD: Final = Words("to kāds tur", "somebody holds it")
LESS: Final = Words("mazāk, derīga, un to netur cits", "less, still valid, and nobody else holds it")


def _step(
    action: str,
    of: str | tuple[str, ...],
    to: str,
    by: LineSide,
    label: Words,
    *guards: str,
    when: Words | None = None,
) -> Step:
    return Step(action, (of,) if isinstance(of, str) else of, to, by, label, when=when, guards=guards)


STEPS: Final = (
    _step("clock", "future", "ready", "clock", CLOCK, when=FIRST_DAY),  # row 2
    _step("claim", OPEN, "claimed", "pharmacy", CLAIM),  # row 3
    _step("claim", "claimed", "claimed", "holder", CLAIM),  # row 4: the same answer
    _step("dispense", "claimed", "claimed", "holder", DISPENSE, when=A_PART),  # row 5
    _step("dispense", "claimed", "dispensed", "holder", DISPENSE, when=THE_REST),
    _step("release", "claimed", "ready", "holder", RELEASE, when=NOTHING_OUT),  # row 6
    _step("release", "claimed", "partly-dispensed", "holder", RELEASE, when=A_PART_OUT),
    _step("release", "cancel-pending", "cancelled", "holder", RELEASE),  # row 13
    _step("clock", "claimed", "ready", "clock", CLOCK, when=HOLD_OVER),  # row 7
    _step("clock", "claimed", "partly-dispensed", "clock", CLOCK, when=HOLD_OVER),
    _step("clock", "cancel-pending", "cancelled", "clock", CLOCK, when=HOLD_OVER),  # row 13
    _step("transfer-request", "claimed", "claimed", "patient", TRANSFER, "nothing handed out in this hold"),
    _step(
        "transfer-request", "claimed", "claimed", "prescriber", TRANSFER, "nothing handed out in this hold"
    ),
    _step("close-remaining", "partly-dispensed", "completed", "prescriber", SHORT),  # row 9
    _step("close-remaining", "claimed", "completed", "holder", SHORT, "something is handed out"),
    _step("close", "dispensed", "completed", "holder", CLOSE),  # row 10
    _step("clock", "dispensed", "completed", "clock", CLOCK, when=HOLD_OVER),
    _step("cancel", ("future", "ready"), "cancelled", "prescriber", CANCEL),  # row 12
    _step("cancel", "claimed", "cancel-pending", "prescriber", CANCEL, "nothing is handed out"),  # row 13
    _step("cancel", "cancel-pending", "cancel-pending", "prescriber", CANCEL),
    _step(
        "withdraw",
        ("partly-dispensed", "dispensed", "completed"),
        "claimed",
        "dispenser",
        WITHDRAW,
        when=BACK,
    ),  # row 11
    _step("withdraw", ("claimed", "dispensed"), "claimed", "dispenser", WITHDRAW, when=STILL_HELD),
    _step("withdraw", ("completed", "dispensed"), "expired", "dispenser", WITHDRAW, when=OVER),
    _step("withdraw", ("completed", "dispensed"), "completed", "dispenser", WITHDRAW, when=OVER),
    _step("amend", "partly-dispensed", "partly-dispensed", "dispenser", AMEND, when=A_PART),  # row 11
    _step("amend", "partly-dispensed", "completed", "dispenser", AMEND, when=THE_REST),
    _step("amend", "claimed", "claimed", "dispenser", AMEND, when=A_PART),
    _step("amend", "claimed", "dispensed", "dispenser", AMEND, when=THE_REST),
    _step("amend", ("completed", "dispensed"), "claimed", "dispenser", AMEND, when=LESS),
    _step("amend", ("completed", "dispensed"), "completed", "dispenser", AMEND, when=OVER),
    _step("repair-release", "claimed", "ready", "authority", REPAIR_RELEASE, when=NOTHING_OUT),  # row 16
    _step("repair-release", "claimed", "partly-dispensed", "authority", REPAIR_RELEASE, when=A_PART_OUT),
    _step("repair-release", "cancel-pending", "cancelled", "authority", REPAIR_RELEASE),
    _step("repair-release", "dispensed", "completed", "authority", REPAIR_RELEASE),
    _step("repair-cancel", ("future", "ready", "cancel-pending"), "cancelled", "authority", REPAIR_CANCEL),
    _step("repair-cancel", "claimed", "cancelled", "authority", REPAIR_CANCEL, "nothing is handed out"),
    _step("repair-close", ("partly-dispensed", "dispensed"), "completed", "authority", REPAIR_CLOSE),
    _step("repair-close", "claimed", "completed", "authority", REPAIR_CLOSE, "something is handed out"),
    _step("clock", ("ready", "claimed"), "expired", "clock", CLOCK, when=OVER),  # row 15
    _step("clock", "cancel-pending", "cancelled", "clock", CLOCK, when=OVER),
    _step("clock", ("claimed", "partly-dispensed"), "completed", "clock", CLOCK, when=OVER),
)

# Why not: the first row that fits.
NOES: Final = (
    No(DSP_TRANSFER_SIDE, ("transfer-request",), ("pharmacy", "holder", "authority", "stranger")),
    No(PRE_PRESCRIBER_ONLY, ("cancel",), ("pharmacy", "holder", "patient", "authority", "stranger")),
    No(PRE_CANCEL_STATE, ("cancel",)),
    No(
        DSP_PHARMACY_ONLY,
        ("claim", "dispense", "release", "close"),
        ("prescriber", "patient", "authority", "stranger"),
    ),
    No(DSP_PHARMACY_ONLY, ("close-remaining",), ("patient", "authority", "stranger")),
    No(
        DSP_CANCEL_PENDING,
        ("claim", "dispense", "close-remaining", "close"),
        ("holder",),
        ("cancel-pending",),
    ),
    No(DSP_HELD_BY_ANOTHER, sides=("pharmacy", "prescriber", "patient"), states=HELD),
    No(
        DSP_HELD_BY_ANOTHER,
        ("dispense", "release", "close", "close-remaining"),
        ("pharmacy",),
        ("dispensed",),
    ),
    No(DSP_NOTHING_HANDED_OUT, ("close-remaining",), ("prescriber",), ("future", "ready")),
    No(DSP_NOT_CLAIMED, ("dispense", "release", "close", "close-remaining"), ("pharmacy",), OPEN),
    No(DSP_NOTHING_LEFT, ("dispense",), ("holder",), ("dispensed",)),
    No(DSP_NOT_OPEN),
)

PRESCRIPTION: Final = Workflow(
    "prescription", Words("Receptes rinda", "Prescription line"), STATES, STEPS, SIDES, NOES
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row must look like in a state."""

    stored: frozenset[str]
    held: bool
    handed_out: frozenset[str]  # of "none", "part", "all"
    cancelling: bool = False


def _shape(stored: str, handed_out: str, *, held: bool = False, cancelling: bool = False) -> Shape:
    return Shape(frozenset(stored.split()), held, frozenset(handed_out.split()), cancelling)


# What may stand in a row in each state; England publishes such a table too (Exchanges 3.2 d).
SHAPES: Final[Mapping[LineState, Shape]] = MappingProxyType(
    {
        "future": _shape("open", "none"),
        "ready": _shape("open", "none"),
        "claimed": _shape("claimed", "none part", held=True),
        "cancel-pending": _shape("claimed", "none", held=True, cancelling=True),
        "partly-dispensed": _shape("open", "part"),
        "dispensed": _shape("claimed", "all", held=True),
        "completed": _shape("open completed", "part all"),
        "cancelled": _shape("cancelled", "none"),
        "expired": _shape("open expired", "none"),
    }
)


HANDED_OUT: Final = frozenset({"dispensed", "completed"})
CANCELLED: Final = frozenset({"cancel-pending", "cancelled"})


def status_of_order(states: Iterable[LineState]) -> str:
    """`MedicationRequest.status` as it follows from its issues: active while one of them can be handed out.

    Of a cancellation that waits for the holder nothing can be handed out, and it is never taken back.
    """
    found = set(states)
    if not found <= HANDED_OUT | CANCELLED | {"expired"}:
        return "active"
    if found & HANDED_OUT:
        return "completed"
    return "cancelled" if found & CANCELLED else "stopped"


def leads(before: str, action: str, after: str) -> bool:
    """Is there a row in the table that goes this way?"""
    return any(
        step.action == action and before in step.of and step.to == after for step in PRESCRIPTION.steps
    )
