"""One look at all certificates, as housekeeping does it, with other lists or settings than the running exchange has."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.running import Running
from tilts.onboarding.standing import renew_standings
from tilts.settings import Settings
from tilts.store.tx import Tx


def settings_with(exchange: Running, own_list: Path | None = None, **changed: Any) -> Settings:
    """The exchange's own, but with this file as the list of its own CA."""
    pki = exchange.settings.pki_folder
    trust = {"trust_list": pki / "trust" / "list.xml", "trust_signers": pki / "trust" / "list-signer.pem"}
    found = replace(exchange.settings, **{**trust, "revocation_lists": pki / "trust", **changed})
    if own_list is None:
        return found
    folder = own_list.parent / "pki"
    folder.mkdir(exist_ok=True)
    shutil.copy(pki / "chain.pem", folder / "chain.pem")
    shutil.copy(own_list, folder / "crl.pem")
    return replace(found, pki_folder=folder)


async def renewed(
    tx: Tx, exchange: Running, own_list: Path | None = None, *, wall: datetime | None = None, **changed: Any
) -> None:
    settings = settings_with(exchange, own_list, **changed)
    while not await renew_standings(tx, settings, wall or datetime.now(UTC)):  # housekeeping is at it
        pass
