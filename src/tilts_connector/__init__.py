"""The connector: what the system of a practice, hospital, pharmacy or portal needs to talk to the exchange.

    exchange = Exchange(base_url, Credentials.from_ready_line(ready["clients"]["practice"]))
    prescription = Practice(exchange).prescribe(patient_id, PrescriptionOrder(...))

Each class that waits for answers has a twin for programs with an event loop: `AsyncExchange`,
`AsyncPractice`, `AsyncPharmacy`, `AsyncPatientPortal`, `AsyncEvents`, `AsyncClassifiers`. What can go wrong stands in `errors`.
"""

from tilts_connector._async.classifiers import AsyncClassifiers
from tilts_connector._async.events import AsyncEvents
from tilts_connector._async.exchange import AsyncExchange
from tilts_connector._async.patient import AsyncPatientPortal
from tilts_connector._async.pharmacy import AsyncPharmacy
from tilts_connector._async.practice import AsyncPractice
from tilts_connector._core import Page
from tilts_connector._sync.classifiers import Classifiers
from tilts_connector._sync.events import Events
from tilts_connector._sync.exchange import Exchange
from tilts_connector._sync.patient import PatientPortal
from tilts_connector._sync.pharmacy import Pharmacy
from tilts_connector._sync.practice import Practice
from tilts_connector.accesses import Access
from tilts_connector.classifiers import Classifier, ClassifierVersion, Code, Downloaded, Validity
from tilts_connector.credentials import Actor, Credentials, Options, Patience, Seen, Vocabulary
from tilts_connector.dispenses import Dispensed
from tilts_connector.errors import Attempt, Misused, Refused, TiltsError, Unreachable
from tilts_connector.events import Event, Fetched
from tilts_connector.lines import Action, Line
from tilts_connector.persons import Person
from tilts_connector.prescriptions import Prescription, PrescriptionOrder
from tilts_connector.quantities import Coding, Quantity, packs
from tilts_connector.sheets import NotVerified, SheetContent, SheetKeys, VerifiedSheet, verify_sheet

__all__ = [
    "Access",
    "Action",
    "Actor",
    "AsyncClassifiers",
    "AsyncEvents",
    "AsyncExchange",
    "AsyncPatientPortal",
    "AsyncPharmacy",
    "AsyncPractice",
    "Attempt",
    "Classifier",
    "ClassifierVersion",
    "Classifiers",
    "Code",
    "Coding",
    "Credentials",
    "Dispensed",
    "Downloaded",
    "Event",
    "Events",
    "Exchange",
    "Fetched",
    "Line",
    "Misused",
    "NotVerified",
    "Options",
    "Page",
    "Patience",
    "PatientPortal",
    "Person",
    "Pharmacy",
    "Practice",
    "Prescription",
    "PrescriptionOrder",
    "Quantity",
    "Refused",
    "Seen",
    "SheetContent",
    "SheetKeys",
    "TiltsError",
    "Unreachable",
    "Validity",
    "VerifiedSheet",
    "Vocabulary",
    "packs",
    "verify_sheet",
]
