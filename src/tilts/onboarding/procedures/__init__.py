"""The agreements and applications of the path, as texts with dates: what to fill in, who signs first, by when.

All wording is our own and marked as a sample; the official texts are not public (Latvia 12).
"""

from tilts.onboarding.procedures.loading import procedure_version, procedures, versions

__all__ = ["procedure_version", "procedures", "versions"]
