"""Pure: until when a registered certificate may be used by what is known, and which rule closes it then.

Three things end, each in its own time: the last word on its revocation and the trust list, both with a grace time,
and the status of its issuer, with none. An operator may put off the first two, never a revocation or a withdrawal.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tilts.rules import Rule
from tilts.rules.trust.standing import ACC_ISSUER_WITHDRAWN, ACC_REVOCATION_UNKNOWN, ACC_TRUST_LIST_OVERDUE
from tilts.settings import Settings


@dataclass(frozen=True, slots=True)
class Graces:
    revocation: timedelta
    trust_list: timedelta


@dataclass(frozen=True, slots=True)
class IssuerStanding:
    own: bool  # the exchange's own CA stands on no list
    list_ends: datetime | None = None  # NextUpdate; None: there is no list
    ended: datetime | None = None  # since when it is not granted


@dataclass(frozen=True, slots=True)
class KnownOf:
    """What is known of one certificate."""

    watched_since: datetime
    known_good_until: datetime | None  # the latest nextUpdate of whatever called it good
    issuer: IssuerStanding
    kept_open_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usable:
    until: datetime
    rule: Rule  # that closes it then
    stale_from: datetime  # from then on it lives on the grace time


def graces_from(settings: Settings) -> Graces:
    return Graces(
        timedelta(hours=settings.revocation_grace_hours), timedelta(hours=settings.trust_list_grace_hours)
    )


def usable(known: KnownOf, graces: Graces) -> Usable:
    """Of what was never known the grace time begins when it was first looked for."""
    told = known.known_good_until or known.watched_since
    ends = [Usable(told + graces.revocation, ACC_REVOCATION_UNKNOWN, told)]
    if not known.issuer.own:
        listed = known.issuer.list_ends or known.watched_since
        ends.append(Usable(listed + graces.trust_list, ACC_TRUST_LIST_OVERDUE, listed))
    if known.kept_open_until is not None:
        ends = [replace(one, until=max(one.until, known.kept_open_until)) for one in ends]
    if known.issuer.ended is not None:
        ends.append(Usable(known.issuer.ended, ACC_ISSUER_WITHDRAWN, known.issuer.ended))
    return min(ends, key=lambda one: one.until)
