"""Is a form complete and right: every gap and every bad value at once, so that nobody mends one and hears of the next.

The same check for a PDF that came back and for the page in the portal.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from tilts.onboarding.procedures.gaps import Gap, GapKind
from tilts.onboarding.procedures.kinds import Column, Field, FieldKind, Procedure, Text, Values
from tilts.onboarding.procedures.laying import LONGEST, LONGEST_TEXT
from tilts.onboarding.procedures.lettering import can_print
from tilts.onboarding.procedures.register import RegisterEntry
from tilts.onboarding.procedures.wording import read_day
from tilts.registration_number import LENGTH, is_right
from tilts.rules import Refusal
from tilts.rules.procedures import PRC_INCOMPLETE

# One address, as people have them; RFC 5321's rarer forms are not for a contract.
E_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}\Z")
PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{5,22}[0-9]\Z")
LONGEST_E_MAIL: Final = 254  # RFC 5321 with erratum 1690
SHOWN_GAPS: Final = 40
Check = Callable[[str], GapKind | None]


def check_completeness(
    procedure: Procedure,
    values: Values,
    register: Sequence[RegisterEntry],
    day: date,
    documents: Iterable[str] | None = None,
) -> list[Gap]:
    """Everything that is missing or wrong on that day; empty when the form can be sent to be agreed.

    `documents` limits it to some papers of the set, where others come later (Latvia 4.2).
    """
    asked = set(documents) if documents is not None else {document.id for document in procedure.documents}
    fields = [field for field in procedure.fields if field.document in asked]
    gaps = list(_strangers(procedure, values))
    for field in fields:
        if field.kind == "list":
            gaps += _list_gaps(field, values)
        elif field.who == "applicant":
            gaps += _field_gaps(field, values)
    return [*gaps, *_register_gaps(procedure, fields, values, register, day)]


def require_complete(gaps: Sequence[Gap]) -> None:
    """Raises PRC-007 with every gap named, in both languages, when there is one."""
    if gaps:
        some = gaps[:SHOWN_GAPS]
        raise Refusal(
            PRC_INCOMPLETE, count=len(gaps), fields=", ".join(gap.field for gap in some), gaps=tuple(gaps)
        )


def _strangers(procedure: Procedure, values: Values) -> Iterator[Gap]:
    known = field_names(procedure)
    for name in sorted(values.keys() - known):
        if values[name].strip():
            yield Gap(name[:60], "unknown-field", Text(name[:60], name[:60]))


def field_names(procedure: Procedure) -> frozenset[str]:
    """All names that a form of this procedure has, with every cell of its lists."""
    plain = {field.id for field in procedure.fields if field.kind != "list"}
    cells = {
        field.cell(row, column)
        for field in procedure.fields
        for row in range(1, field.rows + 1)
        for column in field.columns
    }
    return frozenset(plain | cells)


def _field_gaps(field: Field, values: Values) -> Iterator[Gap]:
    written = values.get(field.id, "").strip()
    if not written:
        if field.is_needed(values):
            yield Gap(field.id, "missing", field.label)
        return
    if kind := fault_of(field, written):
        yield Gap(field.id, kind, field.label, written=written)


def _list_gaps(field: Field, values: Values) -> Iterator[Gap]:
    begun = begun_rows(field, values)
    if not begun and field.is_needed(values):
        yield Gap(field.id, "no-rows", field.label)
    for row in begun:
        for column in field.columns:
            name = field.cell(row, column)
            written = values.get(name, "").strip()
            if not written and column.required:
                yield Gap(name, "row-missing", column.label, row)
            elif written and (kind := fault_of(column, written)):
                yield Gap(name, kind, column.label, row, written)
    yield from _repeated(field, values, begun)


def begun_rows(field: Field, values: Values) -> list[int]:
    return [
        row
        for row in range(1, field.rows + 1)
        if any(values.get(field.cell(row, column), "").strip() for column in field.columns)
    ]


def _repeated(field: Field, values: Values, rows: list[int]) -> Iterator[Gap]:
    """A row that says the same as an earlier one: in a list of sites or mandates a slip."""
    seen: set[tuple[str, ...]] = set()
    keyed = [column for column in field.columns if column.kind in {"site", "registration-number"}]
    for row in rows if keyed else ():
        others = [column for column in field.columns if column.kind == "choice"]
        said = tuple(values.get(field.cell(row, column), "").strip() for column in [*keyed, *others])
        if said in seen and said[0]:
            yield Gap(field.cell(row, keyed[0]), "twice", keyed[0].label, row, said[0])
        seen.add(said)


def fault_of(field: Field | Column, written: str) -> GapKind | None:
    """What is wrong with a value that was written; None when nothing is."""
    if len(written) > (LONGEST_TEXT if field.kind == "long-text" else LONGEST):
        return "too-long"
    if not can_print(written) or (field.kind != "long-text" and "\n" in written):
        return "letters"
    if field.kind == "choice":
        return None if written in {choice.id for choice in field.choices} else "choice"
    check = CHECKS.get(field.kind)
    return check(written) if check else None


def _number(written: str) -> GapKind | None:
    if len(written) != LENGTH or not (written.isascii() and written.isdigit()) or written[0] <= "3":
        return "registration-number"
    return None if is_right(written) else "check-digit"


def _day(written: str) -> GapKind | None:
    return "date" if read_day(written) is None else None


def _e_mail(written: str) -> GapKind | None:
    local = written.partition("@")[0]
    formed = E_MAIL.match(written) and len(written) <= LONGEST_E_MAIL
    return None if formed and not local.startswith(".") and ".." not in written else "e-mail"


def _phone(written: str) -> GapKind | None:
    return None if PHONE.match(written) and 7 <= sum(c.isdigit() for c in written) <= 15 else "phone"


CHECKS: Final[Mapping[FieldKind, Check]] = MappingProxyType(
    {"registration-number": _number, "date": _day, "e-mail": _e_mail, "phone": _phone}
)


def _register_gaps(
    procedure: Procedure,
    fields: list[Field],
    values: Values,
    register: Sequence[RegisterEntry],
    day: date,
) -> Iterator[Gap]:
    """The party and each of its sites against the registers; only what is well formed is looked up."""
    party = values.get("registration_number", "").strip()
    if is_right(party):
        yield from _party_gaps(procedure, party, register, day)
    for field in fields:
        for column in field.columns:
            if column.kind == "site":
                yield from _site_gaps(field, column, values, register, day)
    if "registration_number" in values:
        yield from _mandate_gaps(fields, values, register, day)


def _party_gaps(
    procedure: Procedure, party: str, register: Sequence[RegisterEntry], day: date
) -> Iterator[Gap]:
    field = next((field for field in procedure.fields if field.id == "registration_number"), None)
    if field is None:
        return
    mine = [entry for entry in register if entry.registration_number == party]
    if not mine:
        yield Gap(field.id, "not-registered", field.label, written=party)
    elif not any(entry.kind in procedure.applicants for entry in mine):
        yield Gap(field.id, "wrong-kind", field.label, written=party)
    elif not any(entry.works_on(day) for entry in mine):
        yield Gap(field.id, "suspended", field.label, written=party)


def _site_gaps(
    field: Field, column: Column, values: Values, register: Sequence[RegisterEntry], day: date
) -> Iterator[Gap]:
    party = values.get("registration_number", "").strip()
    by_site = {entry.site: entry for entry in register if entry.site}
    for row in begun_rows(field, values):
        name = field.cell(row, column)
        site = values.get(name, "").strip()
        if not site:
            continue
        entry = by_site.get(site)
        kind: GapKind | None = None
        if entry is None:
            kind = "not-registered"
        elif entry.registration_number != party and is_right(party):  # a slip in the number is said there
            kind = "not-yours"
        elif not entry.works_on(day):
            kind = "suspended"
        if kind:
            yield Gap(name, kind, column.label, row, site)


def _mandate_gaps(
    fields: list[Field], values: Values, register: Sequence[RegisterEntry], day: date
) -> Iterator[Gap]:
    """Who gives a mandate is an institution or pharmacy that stands in the register."""
    cells = [
        (field.cell(row, column), column, row)
        for field in fields
        for row in begun_rows(field, values)
        for column in field.columns
        if column.kind == "registration-number"
    ]
    for name, column, row in cells:
        number = values.get(name, "").strip()
        if is_right(number) and (kind := _giver(number, register, day)):
            yield Gap(name, kind, column.label, row, number)


def _giver(number: str, register: Sequence[RegisterEntry], day: date) -> GapKind | None:
    theirs = [entry for entry in register if entry.registration_number == number]
    if not theirs:
        return "not-registered"
    if not any(entry.kind in {"practice", "hospital", "pharmacy"} for entry in theirs):
        return "wrong-kind"
    return None if any(entry.works_on(day) for entry in theirs) else "suspended"
