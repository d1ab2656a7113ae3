"""The lab's own practices, pharmacies and patient: they act over the wire, with certificates like everybody.

Their credentials are read from a file in the form of the sandbox's ready line; in the sandbox it is its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilts_connector import AsyncExchange, Credentials, Options, Patience

PATIENCE = Patience(timeout_seconds=10, tries=3)


@dataclass(frozen=True, slots=True)
class Counterparts:
    """Who plays the other side: the exchange's address, and a client for each name."""

    fhir: str
    token_url: str
    clients: Mapping[str, Mapping[str, Any]]
    pki: Path
    folder: Path  # where files for testers are put: extra certificates

    @classmethod
    def read(cls, ready_line: Path) -> "Counterparts":
        return cls.of(json.loads(ready_line.read_bytes()))

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Counterparts":
        folder = Path(facts["state"]).parent / "lab"
        return cls(facts["fhir"], facts["token"], facts["clients"], Path(facts["pki"]), folder)

    def connect(self, name: str) -> AsyncExchange:
        """A connection as this client of the lab; the caller closes it."""
        credentials = Credentials.from_ready_line(self.clients[name])
        return AsyncExchange(self.fhir, credentials, options=Options(language="en", patience=PATIENCE))

    def of_client(self, client_id: str) -> Mapping[str, Any]:
        """What the ready line says of a client; nothing for one that is not in it."""
        return next((one for one in self.clients.values() if one["client_id"] == client_id), {})
