"""Who sits at the browser: signing in, the role somebody acts in, and signing out.

A session is a random token in a cookie; only its hash is kept. It ends when it was not used for a
while, and in any case after a working day. A new one is made at every sign-in and at every change
of role, so that a token that was seen before is worth nothing afterwards (ADR 0026).
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tilts.account import Account, Role
from tilts.ids import new_id, unguessable
from tilts.rules import Refusal
from tilts.rules.accounts import (
    USR_ACCOUNT_CLOSED,
    USR_NOT_OF_THE_PARTY,
    USR_ROLE_NOT_HELD,
    USR_ROLE_NOT_WAITING,
)
from tilts.store.onboarding import accounts
from tilts.store.onboarding.accounts import HeldRole, NewSession, SessionRecord
from tilts.store.tx import Tx

TOUCH_SECONDS: Final = 60  # a session in use is written down once a minute, not at every page
TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Lives:
    """How long a session lives, by wall time; and how long the proof of the person is good for weighty acts."""

    idle: timedelta
    whole: timedelta
    proof: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SignedPerson:
    """What a provider of identities said of somebody, verified."""

    issuer: str
    subject: str
    name: str
    assurance: str
    patient_id: UUID | None = None
    proven_at: datetime | None = None  # when the provider asked them who they are, if it says so
    network: str = ""
    workplace_role_id: UUID | None = None  # the one place where they work, if there is one


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just made: the token for the cookie, and the roles to choose from."""

    token: str
    account_id: UUID
    roles: tuple[HeldRole, ...]

    @property
    def role(self) -> HeldRole | None:
        """The one that somebody acts in now."""
        return next((role for role in self.roles if role.state == "held"), None)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def account_from(session: SessionRecord, proven_until: datetime | None = None) -> Account | None:
    """The person in the role they act in, or at their workplace; without either, at their own record."""
    if session.role is not None:
        return Account(
            account_id=session.account_id,
            name=session.name,
            role=session.role,
            party_id=session.party_id,
            party_name=session.party_name or "",
            assurance=session.assurance,
            proven_until=proven_until,
        )
    if session.workplace_kind is not None:
        return Account(
            account_id=session.account_id,
            name=session.name,
            role="pharmacist" if session.workplace_kind == "pharmacy" else "prescriber",
            party_id=None,
            party_name=session.workplace_name or "",
            assurance=session.assurance,
            proven_until=proven_until,
        )
    if session.patient_id is not None:
        return Account(
            account_id=session.account_id,
            name=session.name,
            role="resident",
            party_id=None,
            party_name="",
            patient_id=session.patient_id,
            assurance=session.assurance,
            proven_until=proven_until,
        )
    return None


async def sign_in(tx: Tx, person: SignedPerson, lives: Lives, wall: datetime) -> Opened:
    """Finds or makes the account and opens a session in its first role, if it has any."""
    account_id, active = await accounts.find_or_make(
        tx, new_id(), person.issuer, person.subject, person.name, wall
    )
    if not active:
        raise Refusal(USR_ACCOUNT_CLOSED)
    opened = Opened(unguessable(TOKEN_BYTES), account_id, tuple(await accounts.roles_of(tx, account_id)))
    session = NewSession(
        token_hash=token_hash(opened.token),
        account_id=account_id,
        role_id=opened.role.role_id if opened.role else None,
        workplace_role_id=None if opened.role else person.workplace_role_id,
        patient_id=person.patient_id,
        assurance=person.assurance,
        form_token=unguessable(TOKEN_BYTES),
        started_at=wall,
        seen_at=wall,
        ends_at=wall + lives.whole,
        proven_at=person.proven_at,
        network=person.network or None,
    )
    await accounts.add_session(tx, session)
    await accounts.forget_sessions(tx, wall, wall - lives.idle)
    return opened


async def session_of(tx: Tx, token: str, lives: Lives, wall: datetime) -> SessionRecord | None:
    """The open session of this token; using it keeps it from falling asleep."""
    found = await accounts.read_session(tx, token_hash(token), wall, wall - lives.idle)
    if found is not None and wall - found.seen_at >= timedelta(seconds=TOUCH_SECONDS):
        await accounts.touch_session(tx, found.token_hash, wall)
    return found


async def sign_out(tx: Tx, token: str) -> None:
    await accounts.end_session(tx, token_hash(token))


async def act_as(tx: Tx, session: SessionRecord, role_id: UUID | None, wall: datetime) -> str:
    """The same person in another of their roles (None: as a resident): a new session takes over."""
    if role_id is not None:
        roles = await accounts.roles_of(tx, session.account_id)
        if not any(role.role_id == role_id and role.state == "held" for role in roles):
            raise Refusal(USR_ROLE_NOT_HELD)
    return await _succeeded(tx, session, wall, role_id=role_id, for_patient_id=None)


async def act_for(tx: Tx, session: SessionRecord, for_patient_id: UUID | None, wall: datetime) -> str:
    """The same resident for somebody else (None: for themselves); whether they may is asked at every page.

    A new session takes over, so a form that was opened for one patient is not taken for another.
    """
    return await _succeeded(tx, session, wall, role_id=None, for_patient_id=for_patient_id)


async def work_at(tx: Tx, session: SessionRecord, workplace_role_id: UUID, wall: datetime) -> str:
    """The same person at one of their workplaces; whether they work there was looked at (access/working/workplaces.py)."""
    return await _succeeded(tx, session, wall, workplace_role_id=workplace_role_id)


async def _succeeded(
    tx: Tx,
    session: SessionRecord,
    wall: datetime,
    *,
    role_id: UUID | None = None,
    for_patient_id: UUID | None = None,
    workplace_role_id: UUID | None = None,
) -> str:
    token = unguessable(TOKEN_BYTES)
    successor = NewSession(
        token_hash=token_hash(token),
        account_id=session.account_id,
        role_id=role_id,
        workplace_role_id=workplace_role_id,
        patient_id=session.patient_id,
        assurance=session.assurance,
        form_token=unguessable(TOKEN_BYTES),
        started_at=session.started_at,
        seen_at=wall,
        ends_at=session.ends_at,
        for_patient_id=for_patient_id,
        proven_at=session.proven_at,
        network=session.network,
    )
    await accounts.add_session(tx, successor)
    await accounts.end_session(tx, session.token_hash)
    return token


async def give_role(tx: Tx, account_id: UUID, role: Role, party_id: UUID, wall: datetime) -> HeldRole:
    """A role that needs nobody's confirmation: the first person of a party, or one the installation names."""
    given = HeldRole(new_id(), account_id, "", role, party_id, "", "held", wall)
    await accounts.add_role(tx, given, wall, None)
    return given


async def ask_role(tx: Tx, account_id: UUID, role: Role, party_id: UUID, wall: datetime) -> HeldRole:
    """To join a party that is there already: somebody of that party has to say yes."""
    asked = HeldRole(new_id(), account_id, "", role, party_id, "", "asked", wall)
    if not await accounts.add_role(tx, asked, None, None):
        await accounts.ask_again(tx, account_id, party_id, role, wall)
    return asked


async def decide_joining(tx: Tx, role_id: UUID, by: Account, wall: datetime, *, confirmed: bool) -> HeldRole:
    """Somebody of the party says whether the person who asked may act for it."""
    asked = await accounts.lock_role(tx, role_id)
    check_joining(asked, by)
    assert asked is not None, "check_joining refuses what is not there"
    state = "held" if confirmed else "refused"
    await accounts.decide_role(tx, role_id, state, by.account_id, wall)
    return replace(asked, state=state)


def check_joining(asked: HeldRole | None, by: Account) -> None:
    """Who is not of that party learns nothing of who asked to join it."""
    if asked is None or asked.party_id != by.party_id or asked.account_id == by.account_id:
        raise Refusal(USR_NOT_OF_THE_PARTY)
    if asked.state != "asked":
        raise Refusal(USR_ROLE_NOT_WAITING)
