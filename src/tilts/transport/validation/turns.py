"""Few validations run at a time, and not without end many wait: each keeps its body in memory meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Final, TypeVar

from tilts.rules import Refusal
from tilts.rules.access import ACC_TOO_MANY

T = TypeVar("T")
AT_ONCE: Final = 2
MAX_BYTES: Final = 100 * 1024 * 1024
RETRY_AFTER_SECONDS: Final = 5


class Turns:
    """
    Turns for work in threads.

    Args:
        threads: Where it is done.
        max_bytes: How much the bodies of all that run or wait may take together; a single one always gets its turn.
    """

    def __init__(self, threads: Executor | None = None, max_bytes: int = MAX_BYTES) -> None:
        self._threads = threads or ThreadPoolExecutor(AT_ONCE, "validate")
        self._max_bytes = max_bytes
        self._bytes = 0

    async def run(self, length: int, work: Callable[[], T]) -> T:
        """
        The result of the work, once it had its turn; `length` are the bytes of its body.

        Raises:
            Refusal: ACC-012, too much is waiting already.
        """
        if self._bytes and self._bytes + length > self._max_bytes:
            raise Refusal(ACC_TOO_MANY, retry_after_seconds=RETRY_AFTER_SECONDS)
        self._bytes += length
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._bytes -= length
