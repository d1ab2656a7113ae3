"""How fast one client may call: a bucket that refills, one for each client and worker."""

import math
import time
from collections import OrderedDict
from typing import Final

from tilts.rules import Refusal
from tilts.rules.access import ACC_TOO_MANY

REMEMBERED: Final = 10_000


class CallRate:
    """`per_second` calls on average, twice that at once; 0 switches it off."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, client: str) -> None:
        if not self._per_second:
            return
        now = time.monotonic()
        burst = 2.0 * self._per_second
        left, at = self._buckets.get(client, (burst, now))
        left = min(burst, left + (now - at) * self._per_second)
        if left < 1:
            wait = math.ceil((1 - left) / self._per_second)
            raise Refusal(ACC_TOO_MANY, retry_after_seconds=wait, client_id=client)
        self._buckets[client] = (left - 1, now)
        self._buckets.move_to_end(client)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
