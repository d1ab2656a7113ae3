"""The only place where parts are put together: settings in, a running exchange out.

`python -m tilts.house` is one server process; the sandbox and `tilts serve` start as many as are wanted.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import uvicorn
import uvloop
from starlette.applications import Starlette

from tilts.access import breadth
from tilts.access.limits import CallRate
from tilts.access.pipeline import Pipeline
from tilts.access.routes import Ground
from tilts.access.sheets import sheet_seal
from tilts.access.tokens.issuing import Tokens
from tilts.access.tokens.keys import key_ring, secret_for
from tilts.access.verdicts.classifiers import of_caller
from tilts.access.working import WorkDesk
from tilts.clock import Clock, WallClock
from tilts.exchange.medicines.loading import Load, offer
from tilts.exchange.terms import terms_from
from tilts.front.patience import Limits
from tilts.housekeeping import keep_house
from tilts.lab.medicines import MARK, VALID_FROM, invented
from tilts.logs import configure_logs
from tilts.measures import Measures
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.room import room_from
from tilts.onboarding.standing import accepted_issuers, keep_listening_to
from tilts.portal.app import portal
from tilts.production import https_only
from tilts.rules.profiles import library
from tilts.settings import Settings, from_environment
from tilts.store.tx import Database
from tilts.terminology.loading import load_content
from tilts.transport.app import Listener
from tilts.transport.bodies import FhirShapes
from tilts.transport.listeners import Parts, listener
from tilts.transport.observing.eye import Observer
from tilts.transport.peer import peer_protocol, tls_context
from tilts.transport.search import PageLinks
from tilts.transport.shapes.receipts import ReceiptWriter
from tilts.transport.terminology.classifiers import ClassifierParts
from tilts.transport.validation import ValidationParts
from tilts.transport.validation.given_definitions import GivenDefinitions

ENVIRONMENT_HEADER: Final = "X-Tilts-Environment"  # on every answer: test, rehearsal or production


@dataclass(frozen=True, slots=True)
class House:
    """A whole exchange, not yet listening."""

    settings: Settings
    clock: Clock
    database: Database
    tls: Starlette
    plain: Starlette | None
    proxied: Starlette
    portal: Starlette


def build(settings: Settings, *, clock: Clock | None = None) -> House:
    clock = clock or WallClock()
    keys = key_ring(settings.keys_folder)
    database = Database(
        settings.database_url, connections=settings.database_connections, environment=settings.environment
    )
    tokens = Tokens(keys, issuer=settings.public_base)
    ground = ground_of(settings, clock)
    rate = CallRate(settings.requests_per_second)
    pipeline = Pipeline(
        database, tokens, rate, ground, FhirShapes(settings.canonical_base, settings.identifier_arc)
    )
    links = PageLinks(page_secret(settings), minutes=settings.page_link_minutes, pages=settings.search_pages)
    measures = Measures()
    classifiers = ClassifierParts(agreement_of=of_caller, portal_base=settings.portal_base)
    observer = Observer(database, tokens, clock) if settings.environment == "test" else None
    known = library(settings.canonical_base, settings.identifier_arc)
    validation = ValidationParts(GivenDefinitions(known), takes_definitions=settings.sandbox)
    parts = Parts(
        database, tokens, pipeline, links, clock, settings, measures, classifiers, validation, observer
    )
    return House(
        settings=settings,
        clock=clock,
        database=database,
        tls=listener(parts, Listener()),
        plain=listener(parts, Listener(plain=True)) if settings.plain_base else None,
        proxied=listener(parts, Listener(behind_proxy=True)),
        portal=portal(
            settings, database, measures, clock, WorkDesk(database, ground, rate, settings, ReceiptWriter)
        ),
    )


def ground_of(settings: Settings, clock: Clock) -> Ground:
    """What calls stand on, by wire and portal alike."""
    return Ground(
        clock=clock,
        terms=partial(terms_from, settings),
        canonical_base=settings.canonical_base,
        public_base=settings.public_base,
        plain_base=settings.plain_base,
        knows_test_persons=settings.knows_test_persons,
        sandbox=settings.sandbox,
        environment=settings.environment,
        person_proof=settings.person_proof,
        room=room_from(settings, desks_from(settings.contacts_file)),
        receipt_keys=key_ring(settings.keys_folder, "receipt"),
        sheets=sheet_seal(settings, clock),
        limits=breadth.limits_from(settings.copying_limits),
    )


def pages_alone(settings: Settings, database: Database) -> Starlette:
    """The portal with nothing beside it."""
    clock = WallClock()
    work = WorkDesk(database, ground_of(settings, clock), CallRate(0), settings, ReceiptWriter)
    return portal(settings, database, Measures(), clock, work)


def page_secret(settings: Settings) -> bytes:
    return secret_for(settings.keys_folder, b"tilts page links")


def inherited(written: str) -> dict[str, socket.socket]:
    """`tls=5,portal=7` -> sockets that the parent process bound, so that a new worker takes over."""
    pairs = [pair.partition("=") for pair in written.split(",") if pair]
    return {name: socket.socket(fileno=int(number)) for name, _, number in pairs}


def limits_from(settings: Settings) -> Limits:
    return Limits(
        head_bytes=settings.header_limit_bytes,
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        body_bytes_per_second=settings.body_bytes_per_second,
        connections_per_client=settings.connections_per_client,
    )


def servers(
    house: House, sockets: dict[str, socket.socket]
) -> Iterator[tuple[uvicorn.Server, socket.socket]]:
    """One uvicorn server for each listener that has a socket."""
    pki = house.settings.pki_folder
    limits = limits_from(house.settings)
    apps = {"tls": house.tls, "plain": house.plain, "proxied": house.proxied, "portal": house.portal}
    for name, listening in sockets.items():
        app = apps[name]
        assert app is not None, f"a socket for {name}, but nothing to answer there"
        config = uvicorn.Config(
            app,
            http=peer_protocol(limits),
            ws="none",  # else, were a library for it installed, a connection could leave that protocol
            loop="uvloop",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            headers=headers_of(house.settings, name),
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=10,
            ssl_context_factory=(
                lambda *_: tls_context(pki / "server.pem", pki / "server.key", accepted_issuers(pki))
            )
            if name == "tls"
            else None,
        )
        yield uvicorn.Server(config), listening


def headers_of(settings: Settings, listener: str) -> list[tuple[str, str]]:
    """Of every answer of a listener; the portal's guard says more, and says it itself."""
    always = {ENVIRONMENT_HEADER: settings.mark}
    if listener != "portal":
        always |= {"x-content-type-options": "nosniff"}
    if listener == "tls":  # before a proxy it is the front that says it
        always |= https_only(settings)
    return list(always.items())


def invented_medicines() -> Load:
    """The register of a sandbox: nothing in it can be bought."""
    made = invented()
    return Load(MARK, made.content_hash, made.products, made.prices, VALID_FROM, synthetic=True)


@contextlib.asynccontextmanager
async def running(house: House, sockets: dict[str, socket.socket]) -> AsyncIterator[None]:
    """All listeners answering until the block ends; then what is under way is finished."""
    await house.database.open()
    if house.settings.sandbox or house.settings.rehearsal:  # elsewhere `tilts classifiers load` does it
        await load_content(house.database, lambda _: None, house.settings.canonical_base)
        await offer(house.database, invented_medicines(), house.clock.now())
    keepers = [asyncio.ensure_future(keep_house(house.database, house.clock, house.settings))]
    pairs = list(servers(house, sockets))
    tasks = [asyncio.ensure_future(server._serve([listening])) for server, listening in pairs]
    try:
        while not all(server.started for server, _ in pairs):
            done = [task for task in tasks if task.done()]
            if done:
                done[0].result()
                raise RuntimeError("a listener ended before it answered")
            await asyncio.wait(tasks, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
        contexts = [server.config.ssl for server, _ in pairs if server.config.ssl]
        seconds, pki = house.settings.revocation_refresh_seconds, house.settings.pki_folder
        keepers.append(asyncio.ensure_future(keep_listening_to(contexts, pki, seconds)))
        yield
    finally:
        for server, _ in pairs:
            server.should_exit = True
        for keeping in keepers:
            keeping.cancel()
        await asyncio.gather(*tasks, *keepers, return_exceptions=True)
        await house.database.close()


async def serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(build(settings), inherited(settings.inherited_sockets)):
        await stop.wait()


def main() -> None:
    settings = from_environment()
    configure_logs(settings.log_level, settings.mark)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))


if __name__ == "__main__":
    main()
