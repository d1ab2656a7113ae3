"""What every page is given: templates, database, clock, settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.routing import BaseRoute

from tilts.access.working import WorkDesk
from tilts.clock import Clock
from tilts.measures import Measures
from tilts.portal.rendering import Pages
from tilts.portal.sandbox_facts import SandboxFacts
from tilts.settings import Settings
from tilts.store.tx import Database


@dataclass(frozen=True, slots=True)
class PortalParts:
    """`facts` is None outside the sandbox: then there are no test persons and no keys to hand out."""

    pages: Pages
    database: Database
    clock: Clock
    settings: Settings
    measures: Measures
    facts: SandboxFacts | None
    work: WorkDesk


class PageGroup(Protocol):
    """Pages of one area.

    A class may have `places: ClassVar[tuple[Place, ...]]` (entries of the menu) and
    `machine_paths: ClassVar[frozenset[str]]` (addresses that programs POST to without a form token).
    """

    def __init__(self, parts: PortalParts) -> None: ...
    def routes(self) -> Sequence[BaseRoute]: ...
