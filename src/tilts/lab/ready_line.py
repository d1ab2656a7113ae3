"""The ready line of the sandbox (Design 4): where everything is, for people, programs and the portal."""

import os
from pathlib import Path
from typing import Any, Final

from tilts.lab.listening import Listening
from tilts.lab.pki import Pki
from tilts.lab.population import Population
from tilts.lab.population.fhir_parts import PERSON_CODE
from tilts.lab.stage import FILES
from tilts.lab.state import STATE_FILE
from tilts.settings import Settings

PERSONS_TOLD: Final = 5  # of the rehearsal, in which nobody has a story


def ready_line(
    settings: Settings, listening: Listening, pki: Pki, population: Population, folder: Path
) -> dict[str, Any]:
    return {
        "ready": True,
        "pid": os.getpid(),
        "fhir": settings.public_base,
        "plain": settings.plain_base or None,
        "portal": settings.portal_base,
        "token": f"{listening.tls_root}/oauth/token",
        "pki": str(pki.folder),
        "state": str(folder / STATE_FILE),
        "logs": str(folder / "logs"),
        "database_url_file": str(folder / FILES["test"][1]),
        "clients": {client.name: client_facts(client, pki) for client in population.clients},
        "persons": test_persons(population),
        "production": None,
    }


def client_facts(client: Any, pki: Pki) -> dict[str, Any]:
    credentials = pki.clients[client.name]
    return {
        "client_id": client.client_id,
        "org": client.organization_id,
        "site": client.site,
        "cert": str(credentials.cert),
        "key": str(credentials.key),
        "ca": str(pki.ca),
        "jwk": str(credentials.jwk),
        "kid": credentials.kid,
        "practitioner": client.practitioner_id,
        "role": client.role_id,
        "name": client.organization_name,
        "kind": client.kind,
    }


def test_persons(population: Population) -> list[dict[str, Any]]:
    people = {resource["id"]: resource for resource in population.resources}
    return [
        {
            "patient": person.patient_id,
            "label": person.label,
            "story_lv": person.story_lv,
            "story_en": person.story_en,
            "code": people[person.patient_id].get("identifier", [{}])[0].get("value"),
            **people[person.patient_id]["name"][0],
        }
        for person in population.test_persons
    ]


def is_coded(patient: dict[str, Any]) -> bool:
    return bool(patient["identifier"][0]["system"] == PERSON_CODE)


def production_line(
    settings: Settings, listening: Listening, population: Population, folder: Path
) -> dict[str, Any]:
    """The rehearsal: no client is open there, so it tells what an institution knows of itself in its registers."""
    patients = [found for found in population.resources if found["resourceType"] == "Patient"]
    known = [one for one in patients if "deceasedDateTime" not in one and is_coded(one)]
    return {
        "fhir": settings.public_base,
        "token": f"{listening.tls_root}/oauth/token",
        "portal": settings.portal_base,
        "mark": settings.mark,
        "database_url_file": str(folder / FILES["production"][1]),
        "institutions": {
            client.name: {
                "org": client.organization_id,
                "site": client.site,
                "registration_number": client.registration_number,
                "name": client.organization_name,
                "kind": client.kind,
                "practitioner": client.practitioner_id,
                "role": client.role_id,
            }
            for client in population.clients
        },
        "persons": [
            {
                "patient": patient["id"],
                "code": patient["identifier"][0]["value"],
                "family": patient["name"][0]["family"],
                "given": patient["name"][0]["given"],
            }
            for patient in known[:PERSONS_TOLD]
        ],
    }
