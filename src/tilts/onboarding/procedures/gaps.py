"""What a filled form lacks: one gap for each field, said in both languages and with what is expected."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from tilts.onboarding.procedures.kinds import Text
from tilts.rules import Language

GapKind: TypeAlias = Literal[
    "missing", "registration-number", "check-digit", "date", "e-mail", "phone", "choice", "too-long", "letters",
    "no-rows", "row-missing", "twice", "not-registered", "not-yours", "wrong-kind", "suspended",
    "reason", "evidence", "not-asked", "unknown-field",
]  # fmt: skip

SAID: Final = MappingProxyType[GapKind, Text](
    {
        "missing": Text("lauks nav aizpildīts", "is not filled in"),
        "registration-number": Text("nav reģistrācijas numurs: jābūt 11 cipariem, pirmais lielāks par 3",
                                    "is not a registration number: 11 digits, the first above 3"),
        "check-digit": Text("reģistrācijas numurā ir kļūda: kontrolcipars neatbilst",
                            "holds a slip of the pen: the check digit does not fit"),
        "date": Text("nav datums: rakstiet 2026-11-23 vai 23.11.2026.",
                     "is not a date: write 2026-11-23 or 23.11.2026"),
        "e-mail": Text("nav e-pasta adrese", "is not an e-mail address"),
        "phone": Text("nav tālruņa numurs: rakstiet ar valsts kodu, piemēram, +371 00000000",
                      "is not a phone number: write it with the country code, like +371 00000000"),
        "choice": Text("nav neviena no dotajām atbildēm", "is none of the answers that are offered"),
        "too-long": Text("ir par garu", "is too long"),
        "letters": Text("satur zīmes, kuras nevar izdrukāt", "holds characters that cannot be printed"),
        "no-rows": Text("jāaizpilda vismaz viena rinda", "needs at least one row"),
        "row-missing": Text("lauks aizsāktajā rindā nav aizpildīts", "is not filled in in a row that was begun"),
        "twice": Text("ir norādīts divreiz", "stands twice"),
        "not-registered": Text("nav reģistrā", "does not stand in the register"),
        "not-yours": Text("reģistrā pieder citam", "belongs to somebody else in the register"),
        "wrong-kind": Text("reģistrā ir cita veida, nekā šim līgumam vajadzīgs",
                           "is of another kind in the register than this procedure is for"),
        "suspended": Text("darbība reģistrā ir apturēta vai izbeigta", "is suspended or ended in the register"),
        "reason": Text("nav norādīts iemesls", "has no reason"),
        "evidence": Text("nav pievienots pierādījums", "has no evidence attached"),
        "not-asked": Text("šajā apliecinājumā netiek jautāts", "is not asked in this declaration"),
        "unknown-field": Text("šajā veidlapā nav tāda lauka", "is not a field of this form"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to mend. `field` is the field's or cell's name, so that a page can point to it."""

    field: str
    kind: GapKind
    label: Text
    row: int | None = None
    written: str = ""

    def sentence(self, language: Language) -> str:
        """`Tālrunis: nav tālruņa numurs … (rakstīts: 12)`: where, what, and what was written."""
        where = self.label.of(language)
        if self.row is not None:
            where = f"{where}, {self.row}. rinda" if language == "lv" else f"{where}, row {self.row}"
        said = SAID[self.kind].of(language)
        where += " –" if where.endswith("?") else ":"  # of the checklist the label is a question
        if not self.written:
            return f"{where} {said}."
        shown = self.written if len(self.written) <= 60 else f"{self.written[:59]}…"
        return f"{where} {said} ({'rakstīts' if language == 'lv' else 'written'}: {shown})."
