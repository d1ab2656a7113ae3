"""How registered certificates stand, looked at apart from the calls (ADR 0036).

accepted.py    whose clients may speak at the TLS port: from the trust list in use
issuers.py     who may issue: our own CA, and the trust list with its dates
deciding.py    pure: until when a certificate may be used, and which rule closes it then
renewing.py    again and again: what is revoked is closed, what is known is written beside the certificate
looking.py     the egress worker's part: lists and answers from the issuers' addresses
shipping.py    an OCSP answer that the holder hands in
keeping_open.py  the authority lets one go on for some days
warning.py     letters 60, 30, 14, 7 and 1 days before the end
"""

from tilts.onboarding.standing.accepted import accepted_issuers, keep_accepted, keep_listening_to
from tilts.onboarding.standing.keeping_open import keep_open
from tilts.onboarding.standing.looking import look_at_sources, named_places
from tilts.onboarding.standing.renewing import renew_standings
from tilts.onboarding.standing.shipping import ship_ocsp
from tilts.onboarding.standing.warning import days_to_warn_of, warn_of_ends

__all__ = [
    "accepted_issuers",
    "days_to_warn_of",
    "keep_accepted",
    "keep_listening_to",
    "keep_open",
    "look_at_sources",
    "named_places",
    "renew_standings",
    "ship_ocsp",
    "warn_of_ends",
]
