"""A second server over the same tables and keys: another worker, or the same one after a restart, or other settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.running import Running, ThreadServer
from tests.transport.wire import Caller
from tilts.lab.listening import listen


@contextmanager
def served(exchange: Running, *, same_base: bool = False, **changed: Any) -> Iterator[str]:
    """Gives the base where it answers; `same_base`: it says of itself that it is the first one."""
    listening = listen(0, plain=False)
    base = f"{listening.tls_root}/fhir/r4"
    told = exchange.settings.public_base if same_base else base
    settings = replace(exchange.settings, public_base=told, plain_base="", **changed)
    server = ThreadServer(settings, listening, exchange.clock)
    try:
        server.wait_until_ready(listening.portal)
        yield base
    finally:
        server.stop()
        listening.close()


@contextmanager
def calling(exchange: Running, name: str, **changed: Any) -> Iterator[Caller]:
    """A client of a server with other settings."""
    with served(exchange, **changed) as base:
        caller = Caller(exchange, name, base=base)
        try:
            yield caller
        finally:
            caller.close()
