"""How long somebody has: as the texts of a procedure say, or, where there is no such text, one term for reviews."""

from dataclasses import replace
from typing import Final

from tilts.onboarding.procedures.kinds import Procedure
from tilts.workflow import State
from tilts.working_days import Term

REVIEW: Final = Term(5, "working-days", "Latvia 4.2; assumed for reviews")


def timed(state: State, procedure: Procedure) -> State:
    """The state with the clock that the procedure lets run in it."""
    found = procedure.term_in(state.name)
    if found is None:
        return state
    return replace(state, term=Term(found.amount, found.unit, found.source, found.verified))
