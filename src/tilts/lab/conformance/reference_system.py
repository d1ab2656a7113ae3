"""A vendor's system as it should be: plays every scenario, as a practice or as a pharmacy.

Shown to vendors as an example, and used by the lab's own tests: with a bad habit (`reference/habits.py`) it must
fail exactly the scenario that is about it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tilts.lab.conformance.reference import connection, pharmacy, practice
from tilts.lab.conformance.reference.client import ReferenceClient
from tilts.lab.conformance.reference.connection import Facts, Tester
from tilts.lab.conformance.reference.habits import Habits

GOOD: Final = Habits()
Part = Callable[[Tester, Facts], None]

PARTS: Final[Mapping[str, Part]] = {
    "CON-01": connection.own_connection,
    "CON-02": connection.without_certificate,
    "CON-03": connection.with_other_certificate,
    "CON-04": connection.with_other_certificate,
    "CON-05": connection.expired,
    "CON-06": connection.replayed,
    "CON-07": connection.other_address,
    "CON-08": connection.without_person,
    "PRA-01": practice.one_line,
    "PRA-02": practice.three_lines,
    "PRA-03": practice.without_identifier,
    "PRA-04": practice.unsigned,
    "PRA-05": practice.changed_after_signing,
    "PRA-06": practice.cancel,
    "PRA-07": practice.cancel_what_is_held,
    "PRA-08": practice.lost_reply,
    "PRA-09": practice.identifier_used_again,
    "PRA-10": practice.seen_by_patient,
    "PRA-11": practice.code_in_address,
    "PHA-01": pharmacy.everything,
    "PHA-02": pharmacy.part_then_release,
    "PHA-03": pharmacy.held_by_another,
    "PHA-04": pharmacy.too_much,
    "PHA-05": pharmacy.wrong_number_and_name,
    "PHA-06": pharmacy.hold_ran_out,
    "PHA-07": pharmacy.release_without_reason,
    "PHA-08": pharmacy.lost_reply,
    "PHA-09": pharmacy.key_used_again,
    "PHA-10": pharmacy.old_version,
    "PHA-11": pharmacy.balance,
}


def play(
    scenario_id: str,
    entry: Mapping[str, Any],
    facts: Facts,
    go_on: Callable[[], None],
    habits: Habits = GOOD,
) -> None:
    """Play one scenario as the client of this entry of the ready line.

    Raises the connector's errors when the exchange refuses what it should have taken.
    """
    client = ReferenceClient(entry, facts["fhir"], facts["token_url"])
    PARTS[scenario_id](Tester(client, habits, go_on), facts)
