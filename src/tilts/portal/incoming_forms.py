"""Reads what a form sends, with files, up to a limit; the page gets it read, and may read it again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from tilts.rules import Refusal
from tilts.rules.accounts import (
    USR_CHARACTER_NOT_TEXT,
    USR_FIELD_EMPTY,
    USR_FIELD_TOO_LONG,
    USR_FORM_UNREADABLE,
    USR_UPLOAD_TOO_LARGE,
)

FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
MEBIBYTE: Final = 1_048_576
MOST_FILES: Final = 20
MOST_FIELDS: Final = 500
MOST_CHARACTERS: Final = 100_000  # of a text field; pages ask for less where they know better
LONGEST_LINE: Final = 300  # where one page shows many of them
LONGEST_TEXT: Final = 5_000
NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL keeps neither; UTF-8 has no half of a pair


@dataclass(frozen=True, slots=True)
class IncomingFile:
    filename: str
    media_type: str  # as the browser says; nothing is decided by it
    content: bytes


def limit_in_words(limit_bytes: int) -> str:
    return f"{limit_bytes / MEBIBYTE:g} MiB"


async def read_form(scope: Scope, receive: Receive, limit_bytes: int) -> tuple[FormData, Receive]:
    """The form, and a `receive` that gives the same bytes again."""
    request = Request(scope, receive)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORM_TYPES:
        raise Refusal(USR_FORM_UNREADABLE)
    body = await read_body(request, limit_bytes)

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        form = await Request(scope, replay).form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    except (MultiPartException, HTTPException, ValueError, KeyError) as fault:
        raise Refusal(USR_FORM_UNREADABLE) from fault
    check_texts(form)
    return form, replay


def check_texts(form: FormData) -> None:
    """Looked at once, for every form: a page is given what can be kept and shown, or it is not asked."""
    for name, text in texts_in(form):
        if NO_TEXT.search(name + text):
            raise Refusal(USR_CHARACTER_NOT_TEXT)
        if len(text) > MOST_CHARACTERS:
            raise Refusal(USR_FIELD_TOO_LONG, length=len(text), limit=MOST_CHARACTERS)


def texts_in(form: FormData) -> Iterator[tuple[str, str]]:
    """Fields and names of files; what is inside a file is for its reader."""
    for name, value in form.multi_items():
        yield name, (value.filename or "") if isinstance(value, UploadFile) else value


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """What is announced as too much is not read; what turns out to be too much is not kept."""
    too_large = Refusal(USR_UPLOAD_TOO_LARGE, limit=limit_in_words(limit_bytes))
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit_bytes:
        raise too_large
    found = bytearray()
    try:
        async for chunk in request.stream():
            found += chunk
            if len(found) > limit_bytes:
                raise too_large
    except ClientDisconnect as gone:
        raise Refusal(USR_FORM_UNREADABLE) from gone
    return bytes(found)


def text_in(form: FormData, name: str) -> str:
    """A text field, without blanks around it; empty when it was not sent or is a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def needed(form: FormData, name: str, label: str, longest: int = MOST_CHARACTERS) -> str:
    """A text field that must be filled in; `label` is how the visitor reads it."""
    found = text_in(form, name)
    if not found:
        raise Refusal(USR_FIELD_EMPTY, expressions=(name,), field=label)
    return not_longer(found, longest, name)


def not_longer(text: str, longest: int, name: str) -> str:
    if len(text) > longest:
        raise Refusal(USR_FIELD_TOO_LONG, expressions=(name,), length=len(text), limit=longest)
    return text


async def file_in(form: FormData, name: str) -> IncomingFile | None:
    """An uploaded file; None when none was chosen."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        return None
    return IncomingFile(value.filename, value.content_type or "", await value.read())


def day_in(form: FormData, name: str) -> date | None:
    """The day of a date field (three parts); None when it is no day of the calendar."""
    parts = [text_in(form, f"{name}-{part}") for part in ("year", "month", "day")]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None
