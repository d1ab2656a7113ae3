# Made from _async/events.py by tools/async_to_sync.py: change that one.
"""The feed of a party: what happened to its prescriptions, at least once and in order."""

from collections.abc import Iterator

from tilts_connector._core import parameters_of
from tilts_connector._sync.exchange import Exchange
from tilts_connector.events import Event, Fetched, fetched_of

LONGEST_PART = 100


class Events:
    """
    What this system has not acknowledged yet: a practice's events, a pharmacy's at its site, or a patient's.

    For a patient give it the exchange acting as that patient. Each registered system reads for itself.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def waiting(self) -> Iterator[Event]:
        """
        Every event that waits, oldest first, until none is left; then ask again after a while.

        An event is acknowledged, with the others of its part (100 at most), once you have come to the next
        part. Stop, fail or be killed before, and it comes again with the same `number`: what you do with it
        must bear being done twice.

        Raises:
            Refused: Your system may not read events.
            Unreachable: No usable answer; safe to repeat, nothing is lost.

        Source: docs/howto/hear-what-happened.md.
        """
        while events := (self.fetch()).events:
            for event in events:
                last = event.number
                yield event
            self.acknowledge(last)

    def fetch(self, after: int | None = None, most: int = LONGEST_PART) -> Fetched:
        """
        One part, without acknowledging anything.

        Args:
            after: Only events with a higher number; default: what is not acknowledged.
            most: 1 to 100.

        Raises:
            Refused: WIRE-008 for numbers out of bounds.
            Unreachable: No usable answer; safe to repeat.
        """
        asked = {"most": {"valueInteger": most}}
        if after is not None:
            asked["after"] = {"valueInteger": after}
        return fetched_of(self._exchange.operation("Task/$events", parameters_of(**asked)))

    def acknowledge(self, number: int) -> None:
        """
        Everything up to this number is kept by you and need not come again.

        Safe to repeat; a lower number than before changes nothing.

        Raises:
            Refused: WIRE-008 for a number that was never told.
            Unreachable: No usable answer; safe to repeat.
        """
        parameters = parameters_of(number={"valueInteger": number})
        self._exchange.operation("Task/$acknowledge-events", parameters)
