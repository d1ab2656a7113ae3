"""The technical log: one JSON object a line, and nothing in it that a caller wrote."""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

import structlog


def where_it_happened(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A fault's places in the code; never its text or values, which may hold a person's data."""
    fault = event.pop("exc_info", None)
    if isinstance(fault, BaseException):
        frames = traceback.extract_tb(fault.__traceback__)
        event["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event


class OneLine(logging.Formatter):
    """What libraries log, as one JSON object a line too; of a fault its kind and places only."""

    def __init__(self, environment: str) -> None:
        super().__init__()
        self._environment = environment

    def format(self, record: logging.LogRecord) -> str:
        fault = record.exc_info[1] if record.exc_info else None
        event: dict[str, object] = {"exc_info": fault} if fault else {}
        event |= {"event": record.getMessage(), "logger": record.name, "level": record.levelname.lower()}
        if fault:
            event |= {"event": "fault", "kind": type(fault).__name__}
        event["environment"] = self._environment
        event["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps(where_it_happened(None, "", event), default=str)


def configure_logs(level: str, environment: str) -> None:
    """One JSON object a line, each with the mark of its environment; what a caller wrote stands in no line."""
    lines = logging.StreamHandler()
    lines.setFormatter(OneLine(environment))

    def marked(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["environment"] = environment
        return event

    logging.basicConfig(level=level.upper(), handlers=[lines], force=True)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            marked,
            where_it_happened,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(),
    )
