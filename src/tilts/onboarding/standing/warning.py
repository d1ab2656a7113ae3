"""Letters before a certificate ends: 60, 30, 14, 7 and 1 days ahead, each once (Security 1.2).

Who has registered another one that holds longer is not warned of the old one. A party without an address gets no
letter; its list of certificates in the portal says the same.
"""

from datetime import datetime, timedelta
from typing import Final

from tilts.clock import day_in_riga
from tilts.onboarding.mail.composing import Letter, from_template
from tilts.onboarding.mail.contacting import reached_party
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.posting import queue_mail
from tilts.onboarding.mail.room import room_from
from tilts.settings import Settings
from tilts.store.onboarding import standing as store
from tilts.store.tx import Tx
from tilts.workflow import Words

DAYS_AHEAD: Final = (60, 30, 14, 7, 1)


def days_to_warn_of(not_after: datetime, wall: datetime) -> int | None:
    """The nearest of the five that has come; None before the first, and after the end."""
    left = not_after - wall
    if left < timedelta():
        return None
    return min((days for days in DAYS_AHEAD if left <= timedelta(days=days)), default=None)


async def warn_of_ends(tx: Tx, settings: Settings, now: datetime, wall: datetime) -> int:
    """Gives how many letters were written; what was missed while nobody looked is told in one letter, not in five."""
    if not await store.try_lock(tx, "warning"):
        return 0
    room = room_from(settings, desks_from(settings.contacts_file))
    written = 0
    for one in await store.ending(tx, wall, wall + timedelta(days=DAYS_AHEAD[0])):
        days = days_to_warn_of(one.not_after, wall)
        to = await reached_party(tx, one.party_id)
        if days is None or to is None or not await store.warned(tx, one.fingerprint, days, wall):
            continue
        subject, text = from_template(
            "certificate-ends",
            days=str(max((one.not_after - wall).days, 0)),
            day=f"{day_in_riga(one.not_after):%d.%m.%Y}",
            connection=one.client_name,
            environment=one.environment,
            fingerprint=one.fingerprint.hex(":").upper()[:23],
            link=f"{room.portal_base.rstrip('/')}/my/certificates",
        )
        if to.language is not None:
            subject, text = in_one(subject, to.language), in_one(text, to.language)
        letter = Letter(to.address, subject, text, "contract", automatic=True)
        await queue_mail(tx, letter, room, now)
        written += 1
    return written


def in_one(words: Words, language: str) -> Words:
    return Words(words.lv, "") if language == "lv" else Words("", words.en)
