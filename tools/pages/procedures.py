"""docs/reference/procedures.md: the agreements and applications, made from their texts."""

from tilts.onboarding.procedures import procedures
from tilts.onboarding.procedures.checklist import checklist_version
from tilts.onboarding.procedures.kinds import Column, Field, Procedure, Term
from tools.pages.blocks import code, table

SIDES = {"applicant": "applicant", "authority": "authority"}


def made_for_procedures() -> dict[str, str]:
    known = sorted(procedures().values(), key=lambda procedure: procedure.id)
    made = {"overview": overview(known)}
    made |= {procedure.id: section(procedure) for procedure in known}
    return {**made, "questions": questions()}


def overview(known: list[Procedure]) -> str:
    rows = [
        [
            f"[{code(p.id)}](#{p.id})",
            p.title.lv,
            ", ".join(p.facts),
            p.signing.first,
            f"{p.signing.source}{'' if p.signing.verified else ' (**unverified**)'}",
            f"{p.version}, from {p.valid_from}",
        ]
        for p in known
    ]
    return table(("id", "Latvian title", "source page", "signs first", "known from", "version"), rows)


def section(procedure: Procedure) -> str:
    parts = [
        f"## {procedure.id}",
        f"**{procedure.title.en}** · *{procedure.title.lv}*. {procedure.purpose.en}",
        f"For: {', '.join(map(code, procedure.applicants))}. {procedure.result.en}",
        "\n".join(f"{n}. {step.who}: {step.text.en}" for n, step in enumerate(procedure.steps, 1)),
        table(("term", "how long", "who", "counted from", "source"), map(term_row, procedure.terms)),
        table(("paper", "id", "signed by"), papers(procedure)),
        table(("field", "paper", "kind", "filled in by", "asked for"), fields(procedure)),
    ]
    if procedure.clauses:
        ids = ", ".join(code(f"{procedure.id}/{clause.id}") for clause in procedure.clauses)
        parts.append(f"Clauses of the sample: {ids}.")
    said = "\n".join(f"- {text.en}" for text in procedure.unverified)
    return "\n\n".join(part.strip() for part in [*parts, f"Not verified:\n\n{said}"])


def term_row(term: Term) -> list[str]:
    unit = "working days" if term.unit == "working-days" else "days"
    mark = "" if term.verified else " (**unverified**)"
    return [code(term.id), f"{term.amount} {unit}", term.who, term.counted_from.en, f"{term.source}{mark}"]


def papers(procedure: Procedure) -> list[list[str]]:
    return [[d.title.en, code(d.id), ", ".join(d.signed_by)] for d in procedure.documents]


def fields(procedure: Procedure) -> list[list[str]]:
    rows = []
    for field in procedure.fields:
        if field.document.startswith("declaration-"):
            continue  # the questions have a table of their own
        rows.append([code(field.id), code(field.document), kind_of(field), field.who, asked(field)])
        rows += [
            [
                code(field.cell(1, column)) + " ..",
                "",
                kind_of(column),
                field.who,
                "required" if column.required else "if any",
            ]
            for column in field.columns
        ]
    return rows


def kind_of(field: Field | Column) -> str:
    if field.choices:
        return "one of " + ", ".join(code(choice.id) for choice in field.choices)
    return f"list of {field.rows} rows" if isinstance(field, Field) and field.rows else field.kind


def asked(field: Field) -> str:
    if field.needed_if is not None:
        return f"when {code(field.needed_if.field)} is {' or '.join(map(code, field.needed_if.any))}"
    return "required" if field.required else "if any"


def questions() -> str:
    checklist = checklist_version(procedures()["checklist"].version)
    assert checklist is not None
    rows = [
        [
            code(question.id),
            question.text.en,
            ", ".join(question.asked_of),
            "yes" if question.evidence else "",
            "yes" if question.machine_tested else "",
            f"{question.source}{'' if question.verified else ' (**unverified**)'}",
        ]
        for question in checklist.questions
    ]
    head = ("question", "in English", "asked of", "evidence", "tested by machine", "source")
    return "## Questions of the checklist\n\n" + table(head, rows)
