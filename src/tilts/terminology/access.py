"""Who may have the content of a classifier: what is public everybody, the rest who has an operator agreement.

Source page C2, C4: access to the classifiers is given by section 3 of the concluded agreement. The wording of that
section is not public: the clauses are named by us and are data of the register.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from tilts.rules import Refusal
from tilts.rules.classifiers import CLS_AGREEMENT_ENDED, CLS_NO_AGREEMENT, CLS_NOT_IN_AGREEMENT
from tilts.store.terminology.records import ClassifierRecord

State: TypeAlias = Literal["none", "granted", "limited", "expired"]
PROCEDURE_PAGE: str = "/procedures/operator-agreement"


@dataclass(frozen=True, slots=True)
class AgreementAccess:
    """What the operator agreement of a party opens at a moment; `limited` opens the named clauses only."""

    state: State
    clauses: frozenset[str] = frozenset()
    ends_on: date | None = None  # the last day, a civil day in Riga


NO_AGREEMENT = AgreementAccess("none")


def access_to(classifier: ClassifierRecord, agreement: AgreementAccess, day: date) -> State:
    """`granted` opens it; any other state says why not."""
    if classifier.is_public:
        return "granted"
    if agreement.state == "none":
        return "none"
    if agreement.state == "expired" or (agreement.ends_on is not None and agreement.ends_on < day):
        return "expired"
    if agreement.state == "limited" and classifier.clause not in agreement.clauses:
        return "limited"
    return "granted"


def check_access(classifier: ClassifierRecord, agreement: AgreementAccess, day: date, portal: str) -> None:
    """Raises the refusal that names clause, unmet condition and the page where to go on."""
    state = access_to(classifier, agreement, day)
    page = f"{portal.rstrip('/')}{PROCEDURE_PAGE}"
    name, clause = classifier.name, classifier.clause or ""
    match state:
        case "none":
            raise Refusal(CLS_NO_AGREEMENT, classifier=name, clause=clause, page=page)
        case "expired":
            ended = agreement.ends_on.isoformat() if agreement.ends_on else "?"
            raise Refusal(CLS_AGREEMENT_ENDED, classifier=name, clause=clause, page=page, ended=ended)
        case "limited":
            covered = ", ".join(sorted(agreement.clauses)) or "-"
            raise Refusal(CLS_NOT_IN_AGREEMENT, classifier=name, clause=clause, page=page, covered=covered)
