"""The edge to foreign bytes: whatever a parser trips over there is a "no" with a reason, never our fault.

The libraries that read PDF, ASN.1 and XML raise almost any exception on damaged input (KeyError,
AttributeError, RecursionError ... measured by the fuzz test). Inside `reading` they all mean the same:
the file cannot be read. Outside it nothing is caught.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tilts.rules import Refusal
from tilts.rules.signing import SGN_MALFORMED


@contextmanager
def reading(what: str) -> Iterator[None]:
    try:
        yield
    except (Refusal, MemoryError):  # memory: the limit of the process was met; process.py tells it
        raise
    except Exception as fault:
        # The parser's own words stay with us: they may quote the file.
        raise Refusal(SGN_MALFORMED, fault=what, parser=f"{type(fault).__name__}: {fault}"[:300]) from fault
