"""The exchange's own issuing CA: certificates on sealed requests, and its list of revoked ones (ADR 0038).

keys.py       where its key is: a 0600 file, or a PKCS#11 token
authority.py  what it signs: certificates for connections, lists of revoked ones
sealed.py     a request out of a sealed container; who sealed it
doors.py      handed in, checked, issued and registered in one transaction
listing.py    its list, signed again when something is revoked and once a day
"""

from tilts.onboarding.issuing.authority import Authority, authority_from, issues_here, published_at
from tilts.onboarding.issuing.doors import issue_sealed
from tilts.onboarding.issuing.listing import keep_own_list, own_list
from tilts.onboarding.issuing.sealed import Sealed

__all__ = [
    "Authority",
    "Sealed",
    "authority_from",
    "issue_sealed",
    "issues_here",
    "keep_own_list",
    "own_list",
    "published_at",
]
