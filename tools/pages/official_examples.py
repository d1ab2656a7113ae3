"""The tables of docs/reference/official-examples.md, from what the door answered."""

from collections import Counter

from tilts.lab.official_results import KINDS, Result
from tilts.rules.catalogue import BY_ID
from tools.pages.blocks import code, table

ANSWERS = ["as they are", "dates moved to today", "and in force, with a quantity"]


def made_for_examples(results: list[Result]) -> dict[str, str]:
    summaries = {f"summary of {kind}": _summary(results, kind) for kind in KINDS}
    return {**summaries, "faults in structure": _faults(results), "each example": _each(results)}


def _summary(results: list[Result], kind: str) -> str:
    """How many were taken and how many each rule refused, column by column."""
    chosen = [result for result in results if result.name.startswith(f"{kind}-")]
    columns = [
        Counter((str(told), told.rule_id) for told in tolds)
        for tolds in zip(*((r.as_it_is, r.moved, r.wanted) for r in chosen), strict=True)
    ]
    answers = sorted({answer for column in columns for answer in column})
    rows = [
        [code(answer[0]), *(str(column[answer]) for column in columns), _what(answer[1])]
        for answer in answers
    ]
    return table([f"{len(chosen)} {kind}", *ANSWERS, "what to do"], rows)


def _what(rule_id: str | None) -> str:
    return BY_ID[rule_id].fix_en if rule_id else "Nothing: taken, and read back as it was sent."


def _faults(results: list[Result]) -> str:
    faulty = [result for result in results if result.published or result.sent]
    clean = f"{len(results) - len(faulty)} of {len(results)} have no fault in structure as published.\n\n"
    rows = [[r.name, "; ".join(r.published) or "none", "; ".join(r.sent) or "none"] for r in faulty]
    return clean + table(["example", "fault as published", "fault after the rewriting"], rows)


def _each(results: list[Result]) -> str:
    rows = [
        [r.name, "fault" if r.published else "accepted", code(r.as_it_is), code(r.moved), code(r.wanted)]
        for r in results
    ]
    return table(["example", "structure as published", *ANSWERS], rows)
