"""Before any page: is this really asked of us, and may the browser do nothing that we did not write.

The sandbox hands out test keys on a loopback port, so the name asked for must be a loopback name:
a page elsewhere that makes its own name point to 127.0.0.1 (DNS rebinding) is refused with 421.
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tilts.production import https_only
from tilts.settings import Settings

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
OPEN_TO_ANY_NAME: Final = "/healthz"  # a proxy's probe may send none; it tells nothing
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def headers_of(settings: Settings) -> dict[str, str]:
    """Of every answer of the portal."""
    secure = settings.portal_base.startswith("https://")
    return SECURITY_HEADERS | (https_only(settings) if secure else {})


def hosts_of(settings: Settings) -> frozenset[str]:
    """The values of Host that mean us."""
    base = urlsplit(settings.portal_base)
    names = {f"{name}:{base.port}" if base.port else name for name in LOOPBACK_NAMES}
    return frozenset(names | ({base.netloc.lower()} if base.netloc else set()))


class Guard:
    def __init__(self, app: ASGIApp, hosts: frozenset[str], headers: dict[str, str]) -> None:
        self._app = app
        self._hosts = hosts
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._app if (no := self._refused(scope)) is None else no
        await answer(scope, receive, send_secured)

    def _refused(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if scope["path"] == OPEN_TO_ANY_NAME:
            return None
        asked = [name.lower() for name in headers.getlist("host")]
        if len(asked) != 1 or asked[0] not in self._hosts:
            return PlainTextResponse("Misdirected request: this is not a name of this portal.\n", 421)
        # Another site's page may link to us; it may not fetch or embed what is here.
        crossing = headers.get("sec-fetch-site", "") in ("cross-site", "same-site")
        if crossing and headers.get("sec-fetch-mode") != "navigate":
            return PlainTextResponse("Forbidden: asked for by a page of another site.\n", 403)
        return None
