"""POST /oauth/introspect: whether a token would open anything now, for the authority's client (RFC 7662)."""

from functools import partial

from tilts.access.routes import Call, Reply, Route
from tilts.access.tokens.introspection import looked_into, noted
from tilts.access.tokens.issuing import Tokens
from tilts.clock import Clock
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_PARAMETER
from tilts_fhir.json_strict import encode

PATH = "/oauth/introspect"


async def introspect(tokens: Tokens, clock: Clock, call: Call) -> Reply:
    token = next((value for name, value in call.form if name == "token"), "")
    if not token:
        raise Refusal(WIRE_PARAMETER, parameter="token")
    told = await looked_into(call.tx, token, tokens, clock.wall(), call.now)
    return Reply(raw=encode(told), content_type="application/json", headers={"pragma": "no-cache"})


def declare(tokens: Tokens | None, clock: Clock | None) -> list[Route]:
    """At the root of the listener, beside /oauth/token; without parts only for the docs."""
    return [
        Route(
            "POST",
            PATH,
            "__token.r",
            "token.introspected",
            partial(introspect, tokens, clock),  # type: ignore[arg-type]  # the docs call nothing
            body="form",
            resource_type="Token",
            interaction="introspect",
            feed=True,
            noted=lambda incoming: noted(incoming.form_value("token")),
        )
    ]
