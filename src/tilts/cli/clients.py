"""For curl and stock clients: a token of a sandbox client, and its signature for a file."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, cast

import httpx
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
    delegator: Annotated[
        str | None, Parameter(help="In whose name: a PractitionerRole id; for the portal a patient id.")
    ] = None,
    scope: Annotated[str | None, Parameter(help="Scopes to ask for; default: all that are open.")] = None,
    no_person: Annotated[
        bool, Parameter(help="A basic token: it names the organisation only.", negative="")
    ] = False,
    eid: Annotated[
        bool, Parameter(help="With proof of the practitioner, by the sandbox's test sign-in.", negative="")
    ] = False,
    plain: Annotated[bool, Parameter(help="For the plain port.", negative="")] = False,
    data_dir: DataDir = None,
) -> int:
    """Print an access token of a sandbox client; it lives five minutes.

    Exit status: 0 printed, 1 refused or no sandbox runs.
    """
    facts = running_facts(data_dir)
    chosen = client_facts(facts, client)
    actor = actor_of(chosen, practitioner, role, purpose, patient)
    actor = replace(actor, delegator=delegator, scope=scope)
    if no_person:
        actor = replace(actor, practitioner_id=None, role_id=None)
    if eid:
        actor = replace(actor, subject_token=test_sign_in(facts, actor.practitioner_id))
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


def test_sign_in(facts: dict[str, Any], practitioner: str | None) -> str:
    """An ID token of the sandbox's own identity provider; a real one asks the person."""
    if practitioner is None:
        raise NotPossible("--eid proves a practitioner: name one")
    address = f"{facts['portal']}test-sign-in/practitioner-token"
    answer = httpx.post(address, data={"practitioner": practitioner}, trust_env=False)
    if answer.status_code != httpx.codes.OK:
        raise NotPossible(f"the test sign-in does not know {practitioner}")
    return str(answer.json()["id_token"])


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
