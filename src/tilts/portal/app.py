"""The portal's application: which pages there are, and who looks at a request before a page does.

    guard (is it asked of us?) -> visits (who is it, is the form ours?) -> page -> words for a "no"

Everything that shows or hands out something of the sandbox is there in the sandbox only.
"""

from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from tilts.access.tokens.keys import secret_for
from tilts.access.working import WorkDesk
from tilts.clock import RIGA, Clock
from tilts.measures import Measures
from tilts.onboarding.contacts import Contact, contacts_at
from tilts.portal.certificates.issuing_pages import IssuingPages
from tilts.portal.certificates.pages import CertificatePages
from tilts.portal.checklist.pages import ChecklistPages
from tilts.portal.classifiers.pages import ClassifierPages
from tilts.portal.cookies import Cookies
from tilts.portal.desk.case_pages import CasePages
from tilts.portal.desk.connection_pages import ConnectionPages
from tilts.portal.desk.filling_pages import FillingPages
from tilts.portal.desk.gate_pages import GatePages
from tilts.portal.desk.signing_pages import SigningPages
from tilts.portal.desk.system_pages import SystemPages
from tilts.portal.desk.testing_pages import TestingPages
from tilts.portal.entry.account_pages import AccountPages
from tilts.portal.entry.sign_in_pages import SignInPages
from tilts.portal.entry.test_sign_in_pages import TestSignInPages
from tilts.portal.guard import Guard, headers_of, hosts_of
from tilts.portal.guide.pages import GuidePages
from tilts.portal.help.architecture_pages import ArchitecturePages
from tilts.portal.help.help_pages import HelpPages
from tilts.portal.help.law_pages import LawPages
from tilts.portal.lab.beginning import BeginPages
from tilts.portal.lab.pages import LabPages
from tilts.portal.lab.person_pages import TestPersonPages
from tilts.portal.mail.desks import DeskMailPages
from tilts.portal.mail.mailbox import MailboxPages
from tilts.portal.mail.questions import QuestionPages
from tilts.portal.oversight.alert_pages import AlertPages
from tilts.portal.oversight.audit_pages import AuditPages
from tilts.portal.oversight.conflict_pages import ConflictPages
from tilts.portal.oversight.emergency_pages import EmergencyPages
from tilts.portal.oversight.limit_pages import LimitPages
from tilts.portal.oversight.paper_pages import PaperPages
from tilts.portal.oversight.repair_pages import RepairPages
from tilts.portal.oversight.standing_pages import StandingPages
from tilts.portal.parts import PageGroup, PortalParts
from tilts.portal.pharmacy.correction_pages import CorrectionPages
from tilts.portal.pharmacy.pages import PharmacyPages
from tilts.portal.practice.worklist_pages import WorklistPages
from tilts.portal.practice.writing_pages import WritingPages
from tilts.portal.procedures.pages import ProcedurePages
from tilts.portal.public_pages import PublicPages
from tilts.portal.refusing import Refusing
from tilts.portal.rendering import Pages
from tilts.portal.resident.ban_pages import BanPages
from tilts.portal.resident.delegation_pages import DelegationPages
from tilts.portal.resident.pages import ResidentPages
from tilts.portal.resident.prescription_pages import PrescriptionPages
from tilts.portal.sandbox.pages import SandboxPages
from tilts.portal.sandbox.patterns import PatternPages
from tilts.portal.sandbox_facts import read_facts
from tilts.portal.start import StartPages
from tilts.portal.trust.pages import TrustPages
from tilts.portal.visits import Door, SignInFirst, Visits, lives_from
from tilts.rules import Refusal, Unavailable
from tilts.settings import Settings
from tilts.store.tx import Database

# One class for each area; the order in which addresses are tried.
EVERYWHERE: Final[tuple[type[PageGroup], ...]] = (
    StartPages,
    PublicPages,
    SignInPages,
    AccountPages,
    ResidentPages,
    PrescriptionPages,
    WorklistPages,
    WritingPages,
    BanPages,
    DelegationPages,
    ArchitecturePages,
    HelpPages,
    LawPages,
    GuidePages,
    ProcedurePages,
    ClassifierPages,
    BeginPages,
    LabPages,
    TestPersonPages,
    TrustPages,
    FillingPages,
    ChecklistPages,
    TestingPages,
    DeskMailPages,
    QuestionPages,
    CasePages,
    SystemPages,
    ConnectionPages,
    CertificatePages,
    IssuingPages,
    GatePages,
    AlertPages,
    LimitPages,
    RepairPages,
    ConflictPages,
    AuditPages,
    EmergencyPages,
    PaperPages,
    StandingPages,
    PharmacyPages,
    CorrectionPages,
)
SANDBOX_ONLY: Final[tuple[type[PageGroup], ...]] = (
    SigningPages,
    SandboxPages,
    MailboxPages,
    PatternPages,
    TestSignInPages,
)


def portal(
    settings: Settings, database: Database, measures: Measures, clock: Clock, work: WorkDesk
) -> Starlette:
    facts = read_facts(settings)
    pages = Pages(sandbox=facts is not None, mark=settings.mark)
    parts = PortalParts(pages, database, clock, settings, measures, facts, work)
    classes = [*EVERYWHERE, *(SANDBOX_ONLY if facts else ())]
    groups = [group(parts) for group in classes]
    pages.places = tuple(place for group in classes for place in getattr(group, "places", ()))
    pages.desks = partial(desks_now, parts)
    headers = headers_of(settings)
    refusing = Refusing(pages, headers)
    door = Door(
        database=database,
        clock=parts.clock,
        lives=lives_from(settings),
        secret=form_secret(settings),
        cookies=cookies_for(settings),
        upload_limit_bytes=settings.upload_limit_bytes,
        say_no=refusing.say_no,
        machine_paths=frozenset(path for group in classes for path in getattr(group, "machine_paths", ())),
    )
    return Starlette(
        routes=[route for group in groups for route in group.routes()],
        middleware=[
            Middleware(Guard, hosts=hosts_of(settings), headers=headers),
            Middleware(Visits, door=door),
        ],
        exception_handlers={
            Refusal: refusing.say_no,
            Unavailable: refusing.say_no,
            SignInFirst: refusing.sign_in_first,
            HTTPException: refusing.not_here,
            Exception: refusing.our_fault,
        },
    )


def desks_now(parts: PortalParts) -> tuple[Contact, ...]:
    """Both desks as they can be reached today: the footer of every page (Source page B6, C5)."""
    today = parts.clock.now().astimezone(RIGA).date()
    return tuple(contacts_at(today, parts.settings.contacts_file))


def cookies_for(settings: Settings) -> Cookies:
    return Cookies(secure=settings.portal_base.startswith("https://"))


def form_secret(settings: Settings) -> bytes:
    return secret_for(settings.keys_folder, b"tilts portal forms")
