"""The people and institutions of the test environment, all invented, the same for the same seed.

    institutions (a table)  ->  staff (seed)  ->  patients (seed)

No real person is in it: docs/adr/0013-test-persons.md. Everything carries the mark HTEST.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tilts.lab.population.canaries import canaries
from tilts.lab.population.fhir_parts import FhirObject, seeded, seeded_ids
from tilts.lab.population.organizations import INSTITUTIONS, Institution, as_organization
from tilts.lab.population.person_stories import TOLD
from tilts.lab.population.persons import patients as made_patients
from tilts.lab.population.staff import Staff, hire
from tilts.party import OrganizationKind


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One system of one organisation, with who acts when nobody is named."""

    client_id: str
    name: str  # practice, second-pharmacy, ..: also the folder of its certificate
    organization_id: str
    organization_name: str
    site: str  # institution code or licence number; the registration number where there is neither
    registration_number: str
    kind: OrganizationKind
    practitioner_id: str | None
    role_id: str | None
    role_code: str | None


@dataclass(frozen=True, slots=True)
class TestPerson:
    __test__ = False  # not a test of pytest's

    patient_id: str
    label: str
    story_lv: str
    story_en: str


@dataclass(frozen=True, slots=True)
class Population:
    resources: list[FhirObject]  # each resource after those that it refers to
    clients: list[ClientRow]
    test_persons: list[TestPerson]
    canaries: list[FhirObject] = field(default_factory=list)  # patients who belong to nobody


def generate(seed: int, patients: int = 200, *, told: bool = True) -> Population:
    """Everybody at once; `tilts seed` asks `generate_patients` instead for large numbers.

    `told=False` leaves out the test persons with a story: the rehearsal of production has none.
    """
    ids = seeded_ids(seeded(seed, "organizations"), day=0)
    places = [(institution, next(ids)) for institution in INSTITUTIONS]
    staff = hire(seed, patients, places)
    people = list(generate_patients(seed, patients, told=told))
    known = [
        TestPerson(person["id"], story.label, story.story_lv, story.story_en)
        for story, person in zip(TOLD if told else (), people, strict=False)
    ]
    organizations = [
        as_organization(institution, organization_id, serial)
        for serial, (institution, organization_id) in enumerate(places)
    ]
    clients = [_client(next(ids), institution, place_id, staff) for institution, place_id in places]
    return Population([*organizations, *staff.resources, *people], clients, known, list(canaries(seed)))


def generate_patients(seed: int, count: int, *, told: bool = True) -> Iterator[FhirObject]:
    """The same patients as in `generate`, one at a time."""
    return made_patients(seed, count, told=told)


def _client(client_id: str, institution: Institution, organization_id: str, staff: Staff) -> ClientRow:
    practitioner_id, role_id, code = staff.first_role.get(institution.client, (None, None, None))
    return ClientRow(
        client_id=client_id,
        name=institution.client,
        organization_id=organization_id,
        organization_name=institution.title,
        site=institution.site,
        registration_number=institution.registration_number,
        kind=institution.kind,
        practitioner_id=practitioner_id,
        role_id=role_id,
        role_code=code,
    )
