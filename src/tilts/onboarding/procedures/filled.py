"""Reads a form that came back: which procedure, which version, and what was written into its fields.

The file is opened in a process of its own with limits of time and memory (Security 0); here only the
values arrive. Nothing in the file is run, and a file that carries anything that could is refused.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import msgspec

from tilts.onboarding.procedures.kinds import Procedure, Values
from tilts.onboarding.procedures.loading import procedure_version
from tilts.onboarding.procedures.opening import MODULE, OUT_OF_MEMORY, Opened
from tilts.rules import Language, Refusal, Rule
from tilts.rules import procedures as procedure_rules
from tilts.rules.procedures import (
    PRC_NOT_A_FORM,
    PRC_NOT_IN_TIME,
    PRC_OTHER_VERSION,
    PRC_TOO_LARGE,
)

FORM_BYTES: Final = 4 * 1024 * 1024  # a form of ours has 0.15 MiB; viewers may add fonts
WALL_SECONDS: Final = 20
RULES: Final = MappingProxyType(
    {rule.id: rule for rule in vars(procedure_rules).values() if isinstance(rule, Rule)}
)
KEPT_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV")


class ReadingFailed(RuntimeError):
    """The reading itself broke: our fault, not the sender's."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    procedure: Procedure
    language: Language
    values: Values


async def read_form(pdf: bytes, expected: Procedure | None = None) -> FilledForm:
    """The values of a filled form.

    Raises a Refusal with a rule PRC-001 to PRC-006 or PRC-008. With `expected` only a form of that
    procedure and version is taken; without it any version that is known here.
    """
    if len(pdf) > FORM_BYTES:
        raise Refusal(PRC_TOO_LARGE, size=len(pdf), limit=FORM_BYTES)
    opened = await _opened(pdf)
    return understood(opened, expected)


def understood(opened: Opened, expected: Procedure | None) -> FilledForm:
    """Which procedure the values belong to, and each choice by its id, whatever a viewer made of it."""
    name, _, version = opened.reference.partition("/")
    wanted = expected.reference if expected is not None else "-"
    procedure = procedure_version(name, int(version)) if version.isdecimal() and len(version) < 6 else None
    if procedure is None and name:
        raise Refusal(PRC_OTHER_VERSION, found=opened.reference[:60], wanted=wanted)
    if procedure is None or not opened.values or opened.language not in ("lv", "en"):
        raise Refusal(PRC_NOT_A_FORM)
    if expected is not None and procedure.reference != expected.reference:
        raise Refusal(PRC_OTHER_VERSION, found=procedure.reference, wanted=wanted)
    language: Language = "en" if opened.language == "en" else "lv"
    return FilledForm(procedure, language, MappingProxyType(with_choice_ids(procedure, opened.values)))


def with_choice_ids(procedure: Procedure, written: Values) -> dict[str, str]:
    """Some viewers keep the words of a choice in place of its id."""
    offered = {field.id: field.choices for field in procedure.fields if field.choices}
    for field in procedure.fields:
        for row in range(1, field.rows + 1):
            offered |= {field.cell(row, column): column.choices for column in field.columns if column.choices}
    found = dict(written)
    for name in offered.keys() & written.keys():
        said = written[name].strip()
        found[name] = next((c.id for c in offered[name] if said in (c.label.lv, c.label.en)), said)
    return found


async def _opened(pdf: bytes) -> Opened:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(WALL_SECONDS):
            said, complaint = await child.communicate(pdf)
    except TimeoutError:
        raise Refusal(PRC_NOT_IN_TIME, seconds=WALL_SECONDS) from None
    finally:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
    code = child.returncode or 0
    if code < 0 or code == OUT_OF_MEMORY:  # stopped by a limit, or a crash
        raise Refusal(PRC_NOT_IN_TIME, ended=code)
    if code:
        raise ReadingFailed(complaint.decode("utf-8", "replace")[-2000:])
    opened = msgspec.msgpack.decode(said, type=Opened)
    if opened.rule:
        facts: dict[str, object] = dict(opened.facts)
        raise Refusal(RULES[opened.rule], expressions=(), **facts)
    return opened
