"""The picture of the path: three lanes of steps, each leading to the next, and what they open."""

from dataclasses import dataclass
from typing import Final

from tilts.portal.words import N_


@dataclass(frozen=True, slots=True)
class Stop:
    """A step of a lane: a procedure with its page, or a case of the desk that needs no form."""

    id: str
    title: str  # empty: the procedure's own
    note: str
    instead: str = ""  # the procedure that takes its place for other parties


@dataclass(frozen=True, slots=True)
class Lane:
    id: str
    who: str
    stops: tuple[Stop, ...]
    opens: str


LANES: Final = (
    Lane(
        "developer",
        N_("The developer of a system"),
        (
            Stop("testing-agreement", "", N_("opens the test environment")),
            Stop("test-plan", N_("Test plan"), N_("scenarios that both sides agree on")),
            Stop("checklist", "", N_("the developer's part")),
            Stop(
                "testing",
                N_("Testing and approval"),
                N_("of one system, its version and its functionalities"),
            ),
        ),
        N_("The version stands in the register of approved systems."),
    ),
    Lane(
        "institution",
        N_("The institution or pharmacy"),
        (
            Stop(
                "cooperation-institution", "", N_("either of the two, with all sites"), "cooperation-pharmacy"
            ),
            Stop("checklist", "", N_("the institution's part")),
            Stop("connection-application", "", N_("for each system and site")),
            Stop("certificate", N_("Certificate of the connection"), N_("an own one for each")),
            Stop("connection", N_("Use of an approved system"), N_("which version, which functionalities")),
        ),
        N_("Real data: the gate opens when all of this holds, on both sides."),
    ),
    Lane(
        "operator",
        N_("The developer as operator"),
        (Stop("operator-agreement", "", N_("with a mandate of each institution")),),
        N_("Classifiers from production."),
    ),
)
