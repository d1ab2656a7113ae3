"""For curl and stock clients: a token of a sandbox client, and its signature for a file."""

import sys
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import Parameter

from tilts.cli.places import DataDir, client_facts, running_facts, terminal_language
from tilts.cli.refusals import NotPossible
from tilts_connector import Actor, Credentials, Exchange, Options

PURPOSE_OF_KIND = {"authority": "HOPERAT", "vendor": "HOPERAT", "portal": "PATRQT"}
Client = Annotated[
    str, Parameter(name="--as", help="Client of the sandbox: practice, pharmacy, second-pharmacy, ..")
]
Practitioner = Annotated[str | None, Parameter(help="Practitioner id; default: the client's own.")]
Role = Annotated[str | None, Parameter(help="PractitionerRole id; default: the client's own.")]


def token(
    *,
    client: Client,
    practitioner: Practitioner = None,
    role: Role = None,
    purpose: Annotated[str | None, Parameter(help="Purpose of use; default: what fits the client.")] = None,
    patient: Annotated[str | None, Parameter(help="Patient id; for the client portal.")] = None,
    plain: Annotated[bool, Parameter(help="For the plain port.", negative="")] = False,
    data_dir: DataDir = None,
) -> int:
    """Print an access token of a sandbox client; it lives five minutes.

    Exit status: 0 printed, 1 refused or no sandbox runs.
    """
    facts = running_facts(data_dir)
    chosen = client_facts(facts, client)
    actor = actor_of(chosen, practitioner, role, purpose, patient)
    base = facts["plain"] if plain else facts["fhir"]
    if base is None:
        raise NotPossible("this sandbox has no plain port; start it with: tilts sandbox --plain")
    with Exchange(
        base, Credentials.from_ready_line(chosen), actor, Options(language=terminal_language())
    ) as exchange:
        print(exchange.bearer_token())
    return 0


def sign(
    file: Annotated[Path, Parameter(help="The body that will be sent, byte for byte; - is standard input.")],
    *,
    client: Client,
    practitioner: Practitioner = None,
    role: Role = None,
    data_dir: DataDir = None,
) -> int:
    """Print the value of the header X-Provenance for a body.

    Exit status: 0 printed, 1 not possible.
    """
    facts = running_facts(data_dir)
    chosen = client_facts(facts, client)
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as fault:
        raise NotPossible(f"{file} cannot be read: {fault.strerror}") from fault
    actor = actor_of(chosen, practitioner, role, None, None)
    with Exchange(facts["fhir"], Credentials.from_ready_line(chosen), actor) as exchange:
        print(exchange.signature_of(body))
    return 0


def actor_of(
    chosen: dict[str, Any],
    practitioner: str | None,
    role: str | None,
    purpose: str | None,
    patient: str | None,
) -> Actor:
    fitting = purpose or PURPOSE_OF_KIND.get(chosen["kind"], "TREAT")
    return Actor(
        practitioner_id=practitioner or chosen["practitioner"],
        role_id=role or chosen["role"],
        purpose=cast(Any, fitting),  # an unknown one is refused by the exchange, with the list
        patient_id=patient,
    )
