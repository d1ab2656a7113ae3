"""Cookies as the portal sets them: unreadable to scripts, not sent by other sites' forms, secure on https."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

HOST_PREFIX: Final = "__Host-"  # the browser itself then holds: secure, this host, whole site


@dataclass(frozen=True, slots=True)
class Cookies:
    secure: bool

    def name(self, short: str) -> str:
        return f"{HOST_PREFIX}{short}" if self.secure else short

    def read(self, request: Request, short: str) -> str:
        return request.cookies.get(self.name(short), "")

    def put(self, response: Response, short: str, content: str, *, seconds: int | None = None) -> None:
        """Without `seconds` it ends with the browser; the session behind it ends earlier."""
        response.set_cookie(
            self.name(short),
            content,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, short: str) -> None:
        response.delete_cookie(self.name(short), path="/", secure=self.secure, httponly=True, samesite="lax")
