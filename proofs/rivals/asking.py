"""A client that does not give up: what was not answered it sends again, with the same bytes and the same key."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from proofs.counterwork import Round, persistent
from proofs.driver.http import Answer, NoAnswer
from proofs.driver.parties import Party, Request, TokenRefused
from proofs.rivals.drawing import Try
from proofs.stopping import Stop


@dataclass(slots=True)
class Asking:
    """How all clients of one prescription ask, and what was odd about it."""

    round: Round  # counts repeats, and when somebody was killed
    stop: Stop
    findings: list[str] = field(default_factory=list)
    lost: int = 0
    sent_again: int = 0
    replayed: int = 0

    async def ask(self, party: Party, request: Request, tried: Try | None = None) -> Answer:
        """The answer; what is sent again after a yes must be answered as the first time, and say so."""
        if tried is not None and tried.lost_after is not None:
            self.lost += 1
            await hang_up(party, request, tried.lost_after)
        answer = await persistent(party, request, self.round, self.stop)
        self.replayed += answer.replayed
        if tried is not None and tried.again and answer.status < 300:
            again = await persistent(party, request, self.round, self.stop)
            self.sent_again += 1
            if (again.status, again.body, again.replayed) != (answer.status, answer.body, True):
                self.findings.append(
                    f"{request.path} sent again was answered {again.status} {again.body[:200]!r}"
                )
        return answer


async def hang_up(party: Party, request: Request, after: float) -> None:
    """The call is sent; whether it was answered, and whether it was done, this client does not know."""
    with suppress(TimeoutError, NoAnswer, TokenRefused):
        await asyncio.wait_for(party.send(request), after)
