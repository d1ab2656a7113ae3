"""A thread as pages show it: the newest messages first, each with its documents, and where its letters go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.account import Account
from tilts.onboarding.mail.addressing import DeskCode
from tilts.onboarding.mail.answering import seen_in
from tilts.onboarding.mail.contacting import reached
from tilts.onboarding.mail.desks import desk_for
from tilts.store.onboarding import cases as case_files
from tilts.store.onboarding import mail_threads
from tilts.store.onboarding.cases import CaseRecord, DocumentRecord
from tilts.store.onboarding.mail_records import MessageRecord
from tilts.store.tx import Tx

ON_A_CASE: Final = 5
ON_A_PAGE: Final = 20
TEXT_SHOWN: Final = 1_500  # of one message in a list; the rest is one link away


@dataclass(frozen=True, slots=True)
class MessageView:
    message: MessageRecord
    documents: tuple[DocumentRecord, ...]

    @property
    def text(self) -> str:
        return self.message.text[:TEXT_SHOWN]

    @property
    def cut(self) -> bool:
        return len(self.message.text) > TEXT_SHOWN


@dataclass(frozen=True, slots=True)
class ThreadView:
    number: str
    desk: DeskCode
    messages: tuple[MessageView, ...]  # the newest first
    further: int  # older ones that are not among them
    letters_to: str  # empty when no address is known
    waiting_since: datetime | None
    may_write: bool
    seen: str  # what an answer must name, so that nothing new is overlooked


async def thread_view(
    tx: Tx, case: CaseRecord, account: Account, *, shown: int = ON_A_CASE, before: int = 0
) -> ThreadView:
    """`before`: so many of the newest are passed over."""
    messages = await mail_threads.thread(tx, case.case_id)
    found = await documents_of(tx, case, messages)
    kept = await mail_threads.find_thread(tx, case.case_id)
    to = await reached(tx, case)
    newest = list(reversed(messages))[before : before + shown]
    return ThreadView(
        case.number,
        desk_for(case.kind, case.facts if kept is None else {"desk": kept.desk}),
        tuple(
            MessageView(one, tuple(found[each] for each in one.documents if each in found)) for one in newest
        ),
        max(0, len(messages) - before - shown),
        to.address if to else "",
        kept.waiting_since if kept else None,
        case.party_id is not None and case.party_id == account.party_id,
        seen_in(messages),
    )


async def documents_of(tx: Tx, case: CaseRecord, messages: list[MessageRecord]) -> dict[UUID, DocumentRecord]:
    """Mail that was sorted into this case names documents of the case it came in; here its own copy is shown."""
    own = await case_files.documents(tx, case.case_id)
    found = {one.document_id: one for one in own}
    by_content = {one.sha256: one for one in own}
    for case_id in {one.case_id for one in messages} - {case.case_id}:
        for document in await case_files.documents(tx, case_id):
            found[document.document_id] = by_content.get(document.sha256, document)
    return found
