"""What the page of the questions sent, as it is kept."""

from starlette.datastructures import FormData

from tilts.onboarding.checklist import Sent, SentFile
from tilts.onboarding.procedures.checklist import Answer, checklist_version
from tilts.onboarding.procedures.questions import REASON_TAIL
from tilts.portal.checklist.sheet import DROP_TAIL, FILES_TAIL
from tilts.portal.desk.step_forms import files_in
from tilts.portal.incoming_forms import text_in


async def sent_in(form: FormData, file_limit_bytes: int) -> Sent:
    """What the page sent: answers by question, files by question, ticks of files that are not to count."""
    questions, version = number_in(form, "questions"), number_in(form, "version")
    asked = checklist_version(questions)
    answers: dict[str, Answer] = {}
    files: list[SentFile] = []
    dropped: set[str] = set()
    for question in asked.questions if asked else ():
        for declarant in question.asked_of:
            name = question.field_id(declarant)
            answer = Answer(text_in(form, name)[:20], text_in(form, name + REASON_TAIL))
            if answer != Answer(""):
                answers[question.id] = answer
            files += [
                SentFile(question.id, one.filename, one.content)
                for one in await files_in(form, name + FILES_TAIL)
            ]
            dropped |= {str(value) for value in form.getlist(name + DROP_TAIL)}
    return Sent(version, questions, answers, frozenset(dropped), tuple(files), file_limit_bytes)


def number_in(form: FormData, name: str) -> int:
    written = text_in(form, name)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0
