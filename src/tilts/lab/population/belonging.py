"""To whom the sandbox's patients belong: their GP, who acts for the children, who was in hospital lately.

A patient's belongings follow from the place in the row of patients, so they are the same however many are made.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.lab.population.fhir_parts import FhirObject
from tilts.store.relationships import GuardianRow, RelationshipRow

OF_AGE_YEARS: Final = 18
REGISTERED_SINCE: Final = timedelta(days=400)
IN_HOSPITAL_EVERY: Final = 10  # one patient of so many
IN_HOSPITAL_PLACE: Final = 7
VISIT_AGO: Final = timedelta(days=2)
VISIT_OPENS: Final = timedelta(days=30)  # Security 3.2


@dataclass(slots=True)
class Belongings:
    """Told one patient after another, in their order."""

    practices: list[UUID]
    hospitals: list[UUID]
    now: datetime
    serial: int = 0
    adult: UUID | None = None  # the last one before: the parent of the children that follow
    relationships: list[RelationshipRow] = field(default_factory=list)
    guardians: list[GuardianRow] = field(default_factory=list)

    def tell(self, patient: FhirObject) -> None:
        serial = self.serial
        self.serial += 1
        patient_id = UUID(patient["id"])
        if self.practices:
            practice = self.practices[serial % len(self.practices)]
            since = self.now - REGISTERED_SINCE
            self.relationships.append(self._row(patient_id, practice, "home-doctor", since, None))
        if self.hospitals and serial % IN_HOSPITAL_EVERY == IN_HOSPITAL_PLACE:
            hospital = self.hospitals[serial // IN_HOSPITAL_EVERY % len(self.hospitals)]
            came = self.now - VISIT_AGO
            self.relationships.append(self._row(patient_id, hospital, "visit", came, came + VISIT_OPENS))
        of_age = of_age_at(date.fromisoformat(patient["birthDate"]))
        if of_age <= self.now:
            self.adult = patient_id
        elif self.adult is not None:
            since = max(of_age - timedelta(days=OF_AGE_YEARS * 365), self.now - REGISTERED_SINCE)
            evidence = f"guardian-{self.serial:07d}"
            self.guardians.append(GuardianRow(patient_id, self.adult, since, of_age, evidence, self.now))

    def taken(self) -> tuple[list[RelationshipRow], list[GuardianRow]]:
        """What was told since the last time, once."""
        taken = self.relationships, self.guardians
        self.relationships, self.guardians = [], []
        return taken

    def _row(
        self, patient_id: UUID, organization_id: UUID, kind: str, since: datetime, until: datetime | None
    ) -> RelationshipRow:
        evidence = f"{kind}-{self.serial:07d}"
        return RelationshipRow(
            new_id(), patient_id, organization_id, None, kind, since, until, evidence, self.now
        )


def of_age_at(born: date) -> datetime:
    """Midnight in Riga of the day somebody becomes of age; who was born on 29 February, on 1 March."""
    year = born.year + OF_AGE_YEARS
    leap_day = (born.month, born.day) == (2, 29)
    day = date(year, 3, 1) if leap_day and year % 4 else born.replace(year=year)
    return datetime(day.year, day.month, day.day, tzinfo=RIGA)
