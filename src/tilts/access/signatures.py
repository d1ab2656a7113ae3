"""Signed documents: does the signature in X-Provenance hold over exactly these bytes?

The practitioner of the token signs, on behalf of the organisation of the token, with a key that is
registered for the client; nothing in the header can bring a key of its own (Security 1.5).
"""

import base64
import binascii
from typing import Any

from tilts.access import jose
from tilts.access.jose import NotSigned
from tilts.exchange.documents import Signed
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.wire import SIG_MALFORMED, SIG_OTHER_PERSON, SIG_WRONG
from tilts.store import connections
from tilts.store.tx import Tx
from tilts_fhir.json_strict import JsonError, decode
from tilts_fhir.validation import validate

DETACHED = "application/jose"


async def verified(tx: Tx, header: str, body: bytes, party: Party) -> Signed:
    """The Provenance with its signature checked. Raises SIG-002, SIG-003 or SIG-004."""
    provenance = read_provenance(header)
    check_signer(provenance, party)
    protected, signature = detached_parts(provenance)
    whole = f"{protected}.{jose.unpadded(body)}.{signature}"
    keys = await connections.keys_of_client(tx, party.client_id)
    try:
        algorithm, jwk = jose.key_named(whole, keys)
        jose.verified_payload(whole, jwk, algorithm)
    except NotSigned as fault:
        raise Refusal(SIG_WRONG, fault=str(fault)) from fault
    return Signed(provenance, body, f"{protected}..{signature}", party.client_id)


def read_provenance(header: str) -> dict[str, Any]:
    try:
        provenance = decode(header.encode("latin-1"))  # as it came: headers are read as Latin-1
    except (JsonError, UnicodeEncodeError) as fault:
        raise Refusal(SIG_MALFORMED, fault=str(fault)) from fault
    if not isinstance(provenance, dict) or provenance.get("resourceType") != "Provenance":
        raise Refusal(SIG_MALFORMED, fault="not a Provenance")
    # `target` is ours to fill in; FHIR wants one, so a place-holder stands in for the check.
    whole = {**provenance, "target": [{"display": "filled in by the exchange"}]}
    faults = [fault for fault in validate(whole) if fault.severity == "error"]
    if faults:
        raise Refusal(SIG_MALFORMED, fault=f"{faults[0].expression}: {faults[0].text_en}")
    return provenance


def check_signer(provenance: dict[str, Any], party: Party) -> None:
    agents = provenance["agent"]
    who = agents[0].get("who", {}).get("reference")
    behalf = agents[0].get("onBehalfOf", {}).get("reference")
    expected = (f"PractitionerRole/{party.role_id}", f"Organization/{party.organization_id}")
    if len(agents) != 1 or (who, behalf) != expected:
        raise Refusal(SIG_OTHER_PERSON, expressions=("Provenance.agent",))


def detached_parts(provenance: dict[str, Any]) -> tuple[str, str]:
    signatures = provenance.get("signature", [])
    if len(signatures) != 1 or signatures[0].get("sigFormat") != DETACHED:
        raise Refusal(SIG_MALFORMED, fault=f"exactly one signature with sigFormat {DETACHED}")
    try:
        compact = base64.b64decode(signatures[0].get("data", ""), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError) as fault:
        raise Refusal(SIG_MALFORMED, fault="data is not base64 of a JWS") from fault
    parts = compact.split(".")
    if len(parts) != 3 or parts[1]:
        raise Refusal(SIG_MALFORMED, fault="not a detached JWS (header..signature)")
    return parts[0], parts[2]
