"""The door to the check of signed files: runs it where it can be stopped, and brings back what it found.

Files from outside are opened by parsers of PDF, ZIP, XML and ASN.1, among them C. They get a process of
their own with limits of time and memory; a file that breaks it breaks nothing else (Security 0).
"""

import asyncio
import os
import signal
import sys
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tilts.onboarding.signing.report import OUT_OF_MEMORY, Answer, SignatureReport, VerifyRequest
from tilts.rules import Refusal, Rule
from tilts.rules import signing as signing_rules
from tilts.rules.signing import SGN_NOT_CHECKED, SGN_TOO_LARGE

MODULE: Final = "tilts.onboarding.signing"
RULES: Final = MappingProxyType(
    {rule.id: rule for rule in vars(signing_rules).values() if isinstance(rule, Rule)}
)
KEPT_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV")


class CheckFailed(RuntimeError):
    """The check itself broke: our fault, not the sender's."""


async def verify(request: VerifyRequest) -> SignatureReport:
    """
    Checks a signed file in a process of its own.

    Raises a Refusal with a rule SGN-001 to SGN-029 when anything does not hold; SGN-026 when the file
    could not be checked within its limits. The process is gone when this returns, however it returns.
    """
    limits = request.terms.limits
    if len(request.content) > limits.file_bytes:  # not even handed over
        raise Refusal(SGN_TOO_LARGE, size=len(request.content), limit=limits.file_bytes)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        str(limits.cpu_seconds),
        str(limits.memory_bytes),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limits.wall_seconds):
            said, complaint = await child.communicate(msgspec.msgpack.encode(request))
    except TimeoutError:
        raise Refusal(SGN_NOT_CHECKED, limit=f"{limits.wall_seconds} s") from None
    finally:
        await _ended(child)
    return _report(child.returncode or 0, said, complaint)


async def _ended(child: asyncio.subprocess.Process) -> None:
    """Killed if it still runs, and waited for: nothing is left behind."""
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


def _report(code: int, said: bytes, complaint: bytes) -> SignatureReport:
    if code < 0 or code == OUT_OF_MEMORY:  # stopped by a signal: the limit of processor time, or a crash in C
        raise Refusal(SGN_NOT_CHECKED, limit=f"ended with {code}")
    if code:
        raise CheckFailed(complaint.decode("utf-8", "replace")[-2000:])
    answer = msgspec.msgpack.decode(said, type=Answer)
    if answer.report is None:
        named: dict[str, Any] = answer.facts
        raise Refusal(RULES[answer.rule], **named)
    return answer.report
