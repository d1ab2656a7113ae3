"""The check of one signed file in a process of its own: a request comes in, an answer goes out, it ends.

Started by process.py, never by people. Before anything of the request is read the process takes away
from itself what it does not need: time, memory, files, cores.
"""

import resource
import sys
from typing import Final

import msgspec

from tilts.onboarding.signing.checking import check
from tilts.onboarding.signing.report import OUT_OF_MEMORY, Answer, VerifyRequest
from tilts.rules import Refusal

OPEN_FILES: Final = 32


def confine(cpu_seconds: int, memory_bytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),  # it writes to no file
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),  # a core would hold the document
    ):
        resource.setrlimit(what, (most, most))


def answered(request: VerifyRequest) -> Answer:
    try:
        return Answer(report=check(request))
    except Refusal as refusal:
        return Answer(rule=refusal.rule.id, facts={name: str(value) for name, value in refusal.facts.items()})


def main(arguments: list[str]) -> int:
    confine(int(arguments[0]), int(arguments[1]))
    try:
        request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=VerifyRequest)
        sys.stdout.buffer.write(msgspec.msgpack.encode(answered(request)))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
