"""Bad habits that real systems have: the reference system can be given any of them, to see that the lab notices."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Habits:
    """All false is a system as it should be."""

    claims_over_and_over: bool = False  # PHA-03
    hands_out_without_hold: bool = False  # PHA-03
    new_identifier_on_repeat: bool = False  # PRA-08, PHA-08
    lines_one_by_one: bool = False  # PRA-02
    cancels_over_and_over: bool = False  # PRA-07
    guesses_numbers: bool = False  # PHA-05
    old_assertion_again: bool = False  # CON-05
    ignores_balance: bool = False  # PHA-11
    sends_unsigned_again: bool = False  # PRA-04
    writes_twice: bool = False  # PRA-01
    code_in_address_again: bool = False  # PRA-11
    releases_without_reason_again: bool = False  # PHA-07
    gives_up_without_person: bool = False  # CON-08


NAMES = tuple(field.name for field in fields(Habits))
