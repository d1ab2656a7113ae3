"""What is known of a certificate's revocation: lists and answers of its issuer, believed only under its signature.

status.py    good, revoked or unknown, since when, until when, and why it is not known
lists.py     lists of revoked certificates (CRL, RFC 5280 section 5)
answers.py   answers about one certificate (OCSP, RFC 6960)
at_hand.py   the lists in folders

Nothing here fetches anything: bytes come in, a status goes out.
"""

from tilts.onboarding.revocation.answers import read_answer
from tilts.onboarding.revocation.at_hand import at_hand, list_files, read_revocations
from tilts.onboarding.revocation.lists import RevocationList, Unusable, read_list
from tilts.onboarding.revocation.status import UNKNOWN, Status, Subject, best_of, subject_of

__all__ = [
    "UNKNOWN",
    "RevocationList",
    "Status",
    "Subject",
    "Unusable",
    "at_hand",
    "best_of",
    "list_files",
    "read_answer",
    "read_list",
    "read_revocations",
    "subject_of",
]
