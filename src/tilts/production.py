"""What a production environment does not start with, each with what to set; and what it says of https.

A rehearsal, the sandbox's production, may have them: it is marked everywhere and holds generated persons only.
"""

from typing import Final

from tilts.settings import Settings

TEST_SIGN_IN_PATH: Final = "/test-sign-in"  # where the sandbox signs invented people in
LAW: Final = (  # settings in place of rows of exchange/law
    "claim_lease_minutes",
    "handover_period_hours",
    "transfer_minutes",
    "presentation_hours",
    "ordinary_validity_months",
    "longest_validity_days",
    "amendment_hours",
)
ENVIRONMENTS: Final = ("test", "production")


def unfit(settings: Settings) -> list[str]:
    """One sentence for each setting that keeps this environment from being served."""
    if settings.environment not in ENVIRONMENTS:
        return [f"TILTS_ENVIRONMENT is {settings.environment!r}: set it to test or production"]
    if settings.environment == "test":
        return (
            [
                "TILTS_REHEARSAL is for a production environment: take it out, or set TILTS_ENVIRONMENT=production"
            ]
            if settings.rehearsal
            else []
        )
    return [] if settings.rehearsal else unfit_for_production(settings)


def unfit_for_production(settings: Settings) -> list[str]:
    example = Settings()
    found = []
    if settings.sandbox:
        found.append("TILTS_SANDBOX hands out keys and test persons: take it out in production")
    if settings.plain_base:
        found.append("TILTS_PLAIN_BASE opens a port without certificates: take it out in production")
    if settings.oidc_issuer.rstrip("/").endswith(TEST_SIGN_IN_PATH):
        found.append(
            "TILTS_OIDC_ISSUER is a test sign-in, which proves nobody's identity: set it to a real provider"
        )
    if settings.identifier_arc == example.identifier_arc:
        found.append(
            f"TILTS_IDENTIFIER_ARC is still the example arc {example.identifier_arc}:"
            " set it to the arc under which your registers are published"
        )
    if settings.canonical_base == example.canonical_base:
        found.append(
            f"TILTS_CANONICAL_BASE is still {example.canonical_base}:"
            " set it to the address under which your code systems are published"
        )
    for name in LAW:
        if getattr(settings, name):
            found.append(f"TILTS_{name.upper()} overrides the law, for tests: take it out in production")
    return found


def https_only(settings: Settings) -> dict[str, str]:
    """What an answer by https says of it (RFC 6797); nothing in the sandbox, whose loopback names are others' too."""
    if settings.sandbox or settings.rehearsal or not settings.hsts_seconds:
        return {}
    return {"strict-transport-security": f"max-age={settings.hsts_seconds}; includeSubDomains"}
