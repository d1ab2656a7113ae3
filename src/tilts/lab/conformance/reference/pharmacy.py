"""The reference system as a pharmacy (PHA): finds, claims, hands out, gives back, and errs when it is told to."""

from contextlib import suppress

from tilts.lab.conformance.reference.connection import Facts, Tester
from tilts_connector import Exchange, Line, Pharmacy, Refused, Unreachable

WRONG_NUMBERS = ("0000-0000-0000", "1111-1111-1111", "2222-2222-2222", "3333-3333-3333", "4444-4444-4444")


def found(pharmacy: Pharmacy, facts: Facts) -> Line:
    return pharmacy.find(facts["number"], facts["family"], facts["given"])[0]


def claimed(exchange: Exchange, facts: Facts, key: str | None = None) -> Line:
    pharmacy = Pharmacy(exchange)
    return pharmacy.claim(found(pharmacy, facts).task_id, key)


def everything(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        Pharmacy(exchange).dispense(claimed(exchange, facts), 3)


def part_then_release(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        line = claimed(exchange, facts)
        Pharmacy(exchange).dispense(line, 1)
        Pharmacy(exchange).release(line.task_id, "patient-left")


def held_by_another(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        pharmacy = Pharmacy(exchange)
        line = found(pharmacy, facts)
        for _ in range(4 if tester.habits.claims_over_and_over else 1):
            with suppress(Refused):
                pharmacy.claim(line.task_id)
        if tester.habits.hands_out_without_hold:
            with suppress(Refused):
                pharmacy.dispense(line, 1)


def too_much(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        line = claimed(exchange, facts)
        with suppress(Refused):
            Pharmacy(exchange).dispense(line, 4)
        Pharmacy(exchange).dispense(line, 3)


def wrong_number_and_name(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        pharmacy = Pharmacy(exchange)
        for number in WRONG_NUMBERS if tester.habits.guesses_numbers else WRONG_NUMBERS[:1]:
            pharmacy.find(number, facts["family"], facts["given"])
        pharmacy.find(facts["number"], "Nepareizais", facts["given"])
        found(pharmacy, facts)


def hold_ran_out(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        pharmacy = Pharmacy(exchange)
        line = claimed(exchange, facts)
        tester.go_on()
        with suppress(Refused):
            pharmacy.dispense(line, 1)
        pharmacy.dispense(pharmacy.claim(line.task_id), 1)


def release_without_reason(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        line = claimed(exchange, facts)
        for _ in range(2 if tester.habits.releases_without_reason_again else 1):
            with suppress(Refused):
                exchange.operation(f"Task/{line.task_id}/$release")
        Pharmacy(exchange).release(line.task_id, "claimed-in-error")


def lost_reply(tester: Tester, facts: Facts) -> None:
    forgetful = tester.habits.new_identifier_on_repeat
    with tester.client.connect(tries=1 if forgetful else 3) as exchange:
        line = claimed(exchange, facts)
        for _ in range(2 if forgetful else 1):
            with suppress(Unreachable):
                Pharmacy(exchange).dispense(line, 1)
                return


def key_used_again(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        pharmacy = Pharmacy(exchange)
        key = f"claim-{facts['task']}"
        line = claimed(exchange, facts, key)
        with suppress(Refused):
            pharmacy.release(line.task_id, "claimed-in-error", key)
        pharmacy.release(line.task_id, "claimed-in-error")


def old_version(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        pharmacy = Pharmacy(exchange)
        line = claimed(exchange, facts)
        body = b'{"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"other"}]}'
        token = exchange.bearer_token()
        tester.client.send("POST", f"Task/{line.task_id}/$release", token, body, If_Match='W/"1"')
        pharmacy.state(line.task_id)
        pharmacy.release(line.task_id, "claimed-in-error")


def balance(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        pharmacy = Pharmacy(exchange)
        line = claimed(exchange, facts)
        if tester.habits.ignores_balance:
            with suppress(Refused):
                pharmacy.dispense(line, int(facts["packs"]))
        assert line.remaining is not None, "a line says what is left of it"
        pharmacy.dispense(line, line.remaining)
