"""`tilts sheet`: a printed prescription, verified without a network; and the keys for it, fetched while there is one."""

import json
import ssl
import sys
from pathlib import Path
from typing import Annotated

import httpx
from cyclopts import App, Parameter

from tilts.cli.places import AsJson, DataDir, running_facts
from tilts.cli.refusals import NotPossible
from tilts.clock import WallClock
from tilts_connector.sheets import NotVerified, SheetKeys, VerifiedSheet, verify_sheet

PUBLISHED = "/.well-known/prescription-keys.json"
PATIENCE_SECONDS = 10

sheet = App(
    name="sheet", help="Printed prescriptions: fetch the keys, and verify a scanned code without a network."
)


@sheet.command(name="keys")
def fetched(
    file: Annotated[Path, Parameter(help="Where the keys are kept, with the moment of fetching.")],
    *,
    url: Annotated[
        str | None, Parameter(help="Root of the exchange (default: of the sandbox that runs).")
    ] = None,
    ca: Annotated[Path | None, Parameter(help="Who vouches for it; default: the machine's list.")] = None,
    data_dir: DataDir = None,
) -> int:
    """Fetch the keys by which printed prescriptions are verified, and keep them in a file.

    Exit status: 0 kept, 1 they could not be fetched.
    """
    if url is None:
        facts = running_facts(data_dir)
        url = str(facts["fhir"]).removesuffix("/fhir/r4")
        ca = ca or Path(facts["clients"]["pharmacy"]["ca"])
    try:
        with httpx.Client(verify=tls(ca), trust_env=False, timeout=PATIENCE_SECONDS) as client:
            document = client.get(url.rstrip("/") + PUBLISHED).raise_for_status().json()
    except (httpx.HTTPError, OSError, ValueError) as error:
        raise NotPossible(f"no keys came from {url}{PUBLISHED}: {error}") from error
    keys = SheetKeys.published(document, WallClock().wall())
    keys.save(file)
    print(f"{file}: {len(keys.keys)} keys of {keys.issuer}, good for {keys.usable_days} days unseen")
    return 0


@sheet.command(name="verify")
def verified(
    code: Annotated[str, Parameter(help="What the scanner read; - is standard input.")] = "-",
    *,
    keys: Annotated[Path, Parameter(help="The file of `tilts sheet keys`.")],
    as_json: AsJson = False,
) -> int:
    """Say what a scanned code prescribes, if the exchange signed it and it is valid today; asks no network.

    Exit status: 0 it holds, 1 do not hand out by it.
    """
    scanned = sys.stdin.readline() if code == "-" else code
    try:
        found = verify_sheet(scanned, SheetKeys.load(keys), WallClock().wall())
    except NotVerified as no:
        if not as_json:
            raise
        print(json.dumps({"verified": False, "reason": no.reason, "text": str(no)}))
        return 1
    if as_json:
        print(json.dumps(told(found), ensure_ascii=False))
        return 0
    content = found.content
    print(f"{content.number}  {content.medicine}")
    print(f"{content.quantity} {content.unit}, {content.first_day} to {content.last_day}: {content.dosage}")
    print(f"{content.initials}, born {content.born or '?'}; {content.organization}")
    if found.keys_stale:
        days = found.keys_age.days
        print(
            f"the keys are {days} days old: a key that was given up since is still believed", file=sys.stderr
        )
    return 0


def tls(ca: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca) if ca else None)


def told(found: VerifiedSheet) -> dict[str, object]:
    content = found.content
    return {
        "verified": True,
        "number": content.number,
        "task": content.task_id,
        "kind": content.kind,
        "issue": content.issue,
        "issues": content.issues,
        "code": content.code,
        "medicine": content.medicine,
        "quantity": str(content.quantity),
        "unit": content.unit,
        "dosage": content.dosage,
        "first_day": content.first_day.isoformat(),
        "last_day": content.last_day.isoformat(),
        "initials": content.initials,
        "born": content.born,
        "organization": content.organization,
        "printed_at": content.printed_at.isoformat(),
        "key": found.key_id,
        "keys_age_seconds": int(found.keys_age.total_seconds()),
        "keys_stale": found.keys_stale,
    }
