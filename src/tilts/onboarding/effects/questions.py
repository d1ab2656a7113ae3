"""Questions: the answer leaves as a letter and stands in the thread, and so does what is asked again."""

from tilts.onboarding.mail import answering
from tilts.onboarding.mail.answering import Answer
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.room import room_from
from tilts.onboarding.taking import Effect, Taking
from tilts.store.onboarding import mail_threads


async def answered(taking: Taking) -> None:
    await answer_with(taking, Answer(str(taking.facts["answer"])))


def answered_as(said: Answer) -> Effect:
    """The same step where more was given than its text: an address, attachments, what the clerk had seen."""

    async def effect(taking: Taking) -> None:
        await answer_with(taking, said)

    return effect


async def answer_with(taking: Taking, said: Answer) -> None:
    assert taking.around is not None, "a letter needs the desks, which are settings"
    settings = taking.around.settings
    room = room_from(settings, desks_from(settings.contacts_file))
    await answering.answer(taking.tx, taking.case, taking.account, said, room, taking.now)


async def asked_again(taking: Taking) -> None:
    await answering.write(taking.tx, taking.case, taking.account, str(taking.facts["question"]), taking.now)


async def closed(taking: Taking) -> None:
    """What was still open in the thread waits for nobody any more."""
    await mail_threads.mark_answered(taking.tx, taking.case.case_id)
