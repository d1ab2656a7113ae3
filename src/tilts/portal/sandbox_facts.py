"""What the sandbox tells of itself (its state file, Design 4), read once when the portal starts."""

from pathlib import Path

import msgspec

from tilts import person_code
from tilts.settings import Settings

CLIENT_FILES = ("cert.pem", "key.pem", "jwk.json", "browser.p12")


class Client(msgspec.Struct, frozen=True):
    client_id: str
    org: str
    site: str
    cert: str
    key: str
    ca: str
    jwk: str
    kid: str
    name: str
    kind: str
    practitioner: str | None = None
    role: str | None = None

    def file(self, name: str) -> Path:
        """One of CLIENT_FILES; they lie together in the client's folder."""
        assert name in CLIENT_FILES, "only names that we wrote ourselves become paths"
        return Path(self.cert).with_name(name)


class Person(msgspec.Struct, frozen=True):
    patient: str
    label: str
    story_lv: str
    story_en: str
    family: str
    given: list[str]
    code: str | None = None

    @property
    def name(self) -> str:
        return " ".join([*self.given, self.family])

    @property
    def has_person_code(self) -> bool:
        return self.code is not None and person_code.compact(self.code) is not None

    def story(self, language: str) -> str:
        return self.story_lv if language == "lv" else self.story_en


class Rehearsal(msgspec.Struct, frozen=True):
    """The production of this sandbox, where one runs beside it."""

    fhir: str


class SandboxFacts(msgspec.Struct, frozen=True):
    fhir: str
    token: str
    portal: str
    pki: str
    state: str
    logs: str
    clients: dict[str, Client]
    persons: list[Person]
    plain: str | None = None
    production: Rehearsal | None = None

    @property
    def data_dir(self) -> Path:
        return Path(self.state).parent

    @property
    def authority(self) -> Path:
        """The certificate of the sandbox's CA, the same for all clients."""
        return Path(next(iter(self.clients.values())).ca)

    def person(self, patient_id: str) -> Person | None:
        return next((person for person in self.persons if person.patient == patient_id), None)

    def organization_name(self, organization_id: str) -> str | None:
        return next((one.name for one in self.clients.values() if one.org == organization_id), None)


def read_facts(settings: Settings) -> SandboxFacts | None:
    """None outside the sandbox: then there are no keys to hand out and no test persons to show."""
    if not settings.sandbox or not settings.sandbox_facts.is_file():
        return None
    return msgspec.json.decode(settings.sandbox_facts.read_bytes(), type=SandboxFacts)
