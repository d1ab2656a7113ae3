"""What is fetched from outside, and within which limits: a table, one row for each purpose."""

from dataclasses import dataclass
from functools import cache
from http.client import HTTP_PORT, HTTPS_PORT
from importlib.resources import files
from typing import Final, Literal, TypeAlias

import msgspec

Purpose: TypeAlias = Literal["trust-list", "crl", "ocsp", "jwks", "timestamp"]
USUAL_PORTS: Final = {"http": HTTP_PORT, "https": HTTPS_PORT}


@dataclass(frozen=True, slots=True)
class Limits:
    schemes: tuple[str, ...]
    limit_bytes: int
    named_hosts: bool  # may it go to hosts that certificates of listed issuers name?
    sends: str  # media type of what is posted; empty: it is a GET
    accepts: str
    source: str


@dataclass(frozen=True, slots=True)
class Table:
    seconds: float  # for everything together: name, connection, answer
    source: str
    purposes: dict[Purpose, Limits]


@cache
def table() -> Table:
    shipped = files("tilts.onboarding.egress").joinpath("purposes.json")
    return msgspec.json.decode(shipped.read_bytes(), type=Table)
