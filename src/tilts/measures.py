"""What is counted for whoever runs the exchange: calls by event and status, and how long they took."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Measures:
    """One registry for each running exchange, so that two in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._calls = Counter(
            "tilts_calls", "Calls by event and status.", ["event", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "tilts_call_seconds",
            "Time of a call.",
            ["event"],
            buckets=BUCKETS_SECONDS,
            registry=self._registry,
        )

    def record(self, event: str, status: int, seconds: float) -> None:
        self._calls.labels(event, str(status)).inc()
        self._seconds.labels(event).observe(seconds)

    def as_text(self) -> bytes:
        return generate_latest(self._registry)
