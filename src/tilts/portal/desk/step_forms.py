"""From the form of a step to its facts: texts, days, choices; files become documents of the case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData, UploadFile

from tilts.account import Account
from tilts.onboarding.cases import attach
from tilts.portal.incoming_forms import LONGEST_LINE, LONGEST_TEXT, IncomingFile, day_in, not_longer, text_in
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Tx
from tilts.workflow import Field, Step


async def files_in(form: FormData, name: str) -> list[IncomingFile]:
    """Every file that was chosen in one field."""
    found = [value for value in form.getlist(name) if isinstance(value, UploadFile) and value.filename]
    return [
        IncomingFile(value.filename or "", value.content_type or "", await value.read()) for value in found
    ]


async def facts_of(
    tx: Tx, case: CaseRecord, step: Step, form: FormData, account: Account, now: datetime
) -> dict[str, Any]:
    """What the step asked for, as it will stand in the case: files by the ids of their documents."""
    facts: dict[str, Any] = {}
    for field in step.asks:
        if field.kind in ("file", "files"):
            ids = [
                str(await keep(tx, case, field, file, account, now))
                for file in await files_in(form, field.name)
            ]
            facts[field.name] = ids if field.kind == "files" else (ids[0] if ids else "")
        else:
            facts[field.name] = value_of(form, field)
    return facts


async def keep(
    tx: Tx, case: CaseRecord, field: Field, file: IncomingFile, account: Account, now: datetime
) -> UUID:
    """The media type is what the name says; what is really inside is for the step's effect to find out."""
    ending = file.filename.rpartition(".")[2].lower()
    document = NewDocument(
        kind=field.name,
        filename=file.filename[-120:],
        media_type=MEDIA_TYPES.get(ending, "application/octet-stream"),
        content=file.content,
        account_id=account.account_id,
    )
    return await attach(tx, case.case_id, document, now)


MEDIA_TYPES = {
    "pdf": "application/pdf",
    "asice": "application/vnd.etsi.asic-e+zip",
    "edoc": "application/vnd.etsi.asic-e+zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "pem": "application/x-pem-file",
    "crt": "application/x-pem-file",
    "csr": "application/x-pem-file",
    "txt": "text/plain",
}


def value_of(form: FormData, field: Field) -> Any:
    if field.kind == "date":
        day = day_in(form, field.name)
        return day.isoformat() if day else ""
    if field.kind == "choices":
        ticked = [value for value in form.getlist(field.name) if isinstance(value, str)]
        return [value for value in ticked if not field.choices or value in dict(field.choices)]
    written = text_in(form, field.name)
    not_longer(written, LONGEST_TEXT if field.kind == "long-text" else LONGEST_LINE, field.name)
    if field.kind == "choice" and field.choices and written not in dict(field.choices):
        return ""
    if field.kind == "number":
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else ""
    return written
