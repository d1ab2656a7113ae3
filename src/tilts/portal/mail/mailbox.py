"""What would be in everybody's mailbox: letters by address, with their documents, and a form to write to the desks.

Only the sandbox has these pages. Elsewhere letters leave by a mail server, and nobody reads others' mail here.
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.ids import new_id
from tilts.onboarding.mail.addressing import address_of, known_address
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.rounds import Intake, intake_from
from tilts.onboarding.mail.writing import Draft, as_draft
from tilts.portal.incoming_forms import needed, text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.sandbox.pages import uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.store.onboarding import mail, mail_received

SHOWN: Final = 100
LABELS: Final = {
    "sender": N_("Your e-mail address"),
    "subject": N_("Subject"),
    "text": N_("Text"),
}


class MailboxPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._database = parts.database
        self._clock = parts.clock
        self._intake: Intake | None = intake_from(parts.settings)
        self._desks_at = desks_from(parts.settings.contacts_file)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/sandbox/mail", self.mailbox, methods=["GET"]),
            Route("/sandbox/mail/write", self.show_form, methods=["GET"]),
            Route("/sandbox/mail/write", self.drop, methods=["POST"]),
            Route("/sandbox/mail/{letter_id}", self.letter, methods=["GET"]),
            Route("/sandbox/mail/{letter_id}/{place:int}", self.attachment, methods=["GET"]),
        ]

    async def mailbox(self, request: Request) -> Response:
        address = known_address(request.query_params.get("to", "").strip())
        async with self._database.transaction() as tx:
            letters = (
                await mail.letters_to(tx, address, SHOWN) if address else await mail.newest_letters(tx, SHOWN)
            )
            recipients = await mail.recipients(tx, SHOWN)
            received = await mail_received.newest_received(tx, SHOWN)
        return self._pages.page(
            request,
            "mail/mailbox.html",
            letters=letters,
            recipients=recipients,
            received=received,
            address=address or "",
        )

    async def letter(self, request: Request) -> Response:
        letter_id = self._asked(request)
        async with self._database.transaction() as tx:
            letter = await mail.find_letter(tx, letter_id)
            attachments = await mail.attachments_of(tx, letter_id)
        if letter is None:
            raise HTTPException(404)
        return self._pages.page(request, "mail/letter.html", letter=letter, attachments=attachments)

    async def attachment(self, request: Request) -> Response:
        """To be saved, never shown here: what it holds came from anybody."""
        async with self._database.transaction() as tx:
            found = await mail.attachments_of(tx, self._asked(request))
        for one in found:
            if one.place == request.path_params["place"]:
                name = quote(one.filename, safe="")
                headers = {
                    "content-disposition": f"attachment; filename*=utf-8''{name}",
                    "cache-control": "no-store",
                }
                return Response(one.content, headers=headers, media_type=one.media_type)
        raise HTTPException(404)

    async def show_form(self, request: Request) -> Response:
        return self._form(request, None)

    async def drop(self, request: Request) -> Response:
        """A message into the exchange's folder, as a mail server would put it there; nothing is done with it here."""
        form = form_of(request)
        try:
            draft = await self._draft(request, form)
        except Refusal as no:
            return self._form(request, no, form)
        if self._intake is None:
            raise HTTPException(404)
        await asyncio.to_thread(self._intake.folder.deliver, f"{new_id()}.sandbox", as_draft(draft))
        return go_to(
            request,
            "/sandbox/mail",
            N_("The message lies in the exchange's folder and is read within seconds."),
        )

    async def _draft(self, request: Request, form: FormData) -> Draft:
        words = translations(language_for(request))
        said = {name: needed(form, name, words.gettext(label)) for name, label in LABELS.items()}
        desks = self._desks_at(self._clock.now())
        desk = desks["test" if text_in(form, "desk") == "test" else "contract"]
        try:
            sender = address_of(said["sender"])
        except Refusal as no:
            raise Refusal(no.rule, expressions=("sender",), **no.facts) from no
        files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
        return Draft(
            sender=sender,
            to=desk.address,
            subject=said["subject"],
            text=said["text"],
            message_id=f"<{new_id()}@{sender.rpartition('@')[2]}>",
            files=tuple([(one.filename or "", await one.read()) for one in files]),
            answers=text_in(form, "answers"),
        )

    def _form(self, request: Request, refusal: Refusal | None, form: FormData | None = None) -> Response:
        query = request.query_params
        names = ("sender", "desk", "subject", "text", "answers")
        values = {name: text_in(form, name) if form else query.get(name, "") for name in names}
        return self._pages.page(
            request,
            "mail/write.html",
            status=refusal.rule.http_status if refusal else 200,
            refusal=refusal,
            values=values,
            writable=self._desks_at(self._clock.now()).values(),
        )

    def _asked(self, request: Request) -> UUID:
        found = uuid_in(request.path_params["letter_id"])
        if found is None:
            raise HTTPException(404)
        return found
