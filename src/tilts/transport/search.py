"""Search parameters -> what the store is asked; and page links that cannot be guessed or lent.

Unknown parameters are refused, never ignored: an ignored filter shows more than was asked for.
"""

import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tilts.ids import new_id
from tilts.indexing import PARAMETERS, Parameter, fold, token_hash
from tilts.rules import Refusal
from tilts.rules.wire import (
    WIRE_IDENTIFIER_IN_URL,
    WIRE_PAGE_GONE,
    WIRE_PARAMETER,
    WIRE_PATIENT_UNNAMED,
    WIRE_TOO_MANY_PAGES,
)
from tilts.store.resources import Criteria
from tilts.transport.negotiate import PERSON_CODE
from tilts.transport.shapes.elements import uuid_or_none

MOST_ON_A_PAGE: Final = 50
REGISTERS: Final = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization"})
OPEN_REGISTERS: Final = REGISTERS - {"Patient"}  # these page freely
# None of these narrows what is found. `_totalMethod` is not FHIR's: fhirpy's count() sends it.
RESULT_PARAMETERS: Final = frozenset(
    {"_count", "_summary", "_format", "_page", "_total", "_totalMethod", "_sort"}
)
# How something may be sorted otherwise than newest first. `lease-end` is Task.restriction.period.end.
SORTS: Final = MappingProxyType({"Task": ("lease-end",)})


@dataclass(frozen=True, slots=True)
class Search:
    """A search as asked: conditions, page size, and where an earlier page ended."""

    resource_type: str
    conditions: list[tuple[Parameter, list[str]]]  # values of one are alternatives
    count: int
    only_total: bool
    before: UUID | None = None
    page: int = 1
    sort: str = ""
    before_at: datetime | None = None  # of a sort by moments: where that page ended

    def values_of(self, *names: str) -> list[str]:
        return [value for parameter, values in self.conditions if parameter.name in names for value in values]

    @property
    def names_a_person(self) -> bool:
        """A search in the register of patients that says who is meant, otherwise than by our own id."""
        names = {parameter.name for parameter, _ in self.conditions}
        return self.resource_type == "Patient" and ("identifier" in names or names_exactly(names))

    @property
    def asks_for_patient(self) -> bool:
        return any(parameter.patient for parameter, _ in self.conditions)


class PageLinks:
    """The `next` link: sealed, so that it carries names and codes without showing them."""

    def __init__(self, secret: bytes, *, minutes: int, pages: int) -> None:
        self._seal = AESGCM(secret)
        self._lifetime = timedelta(minutes=minutes)
        self._pages = pages

    def link(
        self, search: Search, pairs: list[tuple[str, str]], last: UUID, client_id: str, now: datetime
    ) -> str:
        page = {
            "type": search.resource_type,
            "pairs": pairs,
            "before": str(last),
            "page": search.page + 1,
            "at": search.before_at and search.before_at.isoformat(),
            "client": client_id,
            "ends": (now + self._lifetime).timestamp(),
        }
        nonce = new_id().bytes[4:]  # 12 bytes, 74 of the bits random: never twice with one key
        sealed = self._seal.encrypt(nonce, json.dumps(page).encode(), None)
        return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def opened(
        self, resource_type: str, written: str, client_id: str, now: datetime
    ) -> tuple[list[tuple[str, str]], Search]:
        """What was searched, and the search that goes on where the last page ended."""
        try:
            sealed = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
            page = json.loads(self._seal.decrypt(sealed[:12], sealed[12:], None))
        except (ValueError, InvalidTag) as fault:
            raise Refusal(WIRE_PAGE_GONE) from fault
        if (page["type"], page["client"]) != (resource_type, client_id) or page["ends"] < now.timestamp():
            raise Refusal(WIRE_PAGE_GONE)
        pairs = [(name, value) for name, value in page["pairs"]]
        at = datetime.fromisoformat(page["at"]) if page["at"] else None
        asked = read_search(resource_type, pairs)
        return pairs, replace(asked, before=UUID(page["before"]), before_at=at, page=page["page"])

    def check_pages(self, search: Search, *, freely: bool) -> None:
        """Registers and own worklists page freely, other searches 20 pages (Design 5)."""
        if not freely and search.page > self._pages:
            raise Refusal(WIRE_TOO_MANY_PAGES, pages=self._pages)


def read_search(resource_type: str, pairs: list[tuple[str, str]]) -> Search:
    offered = {parameter.name: parameter for parameter in PARAMETERS[resource_type]}
    conditions: list[tuple[Parameter, list[str]]] = []
    result = dict.fromkeys(RESULT_PARAMETERS, "")
    for name, value in pairs:
        if "\x00" in name + value:  # PostgreSQL keeps none, so nothing can be found by it
            raise Refusal(WIRE_PARAMETER, parameter=name.replace("\x00", "?")[:64])
        if name in RESULT_PARAMETERS:
            result[name] = value
        elif name in offered and value:
            conditions.append((offered[name], values_in(offered[name], value)))
        else:
            raise Refusal(WIRE_PARAMETER, parameter=name[:64])
    sort = result["_sort"]
    if sort and sort not in SORTS.get(resource_type, ()):
        raise Refusal(WIRE_PARAMETER, parameter="_sort")
    if result["_summary"] not in ("", "count", "false"):
        raise Refusal(WIRE_PARAMETER, parameter="_summary")
    check_named(resource_type, {parameter.name for parameter, _ in conditions})
    count = result["_count"] or str(MOST_ON_A_PAGE)
    if not (count.isascii() and count.isdigit()):
        raise Refusal(WIRE_PARAMETER, parameter="_count")
    only_total = result["_summary"] == "count" or int(count[:6]) == 0
    return Search(resource_type, conditions, min(int(count[:6]), MOST_ON_A_PAGE), only_total, sort=sort)


def values_in(parameter: Parameter, written: str) -> list[str]:
    """The alternatives of one parameter; a name of which folding leaves nothing would find everybody."""
    values = [part for part in written.split(",") if part]
    if parameter.kind == "text" and not all(fold(part) for part in values):
        raise Refusal(WIRE_PARAMETER, parameter=parameter.name)
    return values


def check_named(resource_type: str, names: set[str]) -> None:
    """The register of patients is not for paging through: who is looked for must be known."""
    if resource_type == "Patient" and not names & {"_id", "identifier"} and not names_exactly(names):
        raise Refusal(WIRE_PATIENT_UNNAMED)


def names_exactly(names: set[str]) -> bool:
    return bool(names & {"family", "name"} and names & {"given", "birthdate"})


def check_not_in_url(resource_type: str, query: list[tuple[str, str]]) -> None:
    """Person codes and names never stand in URLs, which are kept in many logs."""
    personal = {parameter.name for parameter in PARAMETERS.get(resource_type, ()) if parameter.personal}
    for name, value in query:
        plain_name = name.partition(":")[0]
        if (
            plain_name in personal
            or (resource_type != "Organization" and PERSON_CODE.search(value))
            or "." in name
            or ("|" in value and plain_name.startswith(("patient", "subject")))
        ):
            raise Refusal(WIRE_IDENTIFIER_IN_URL, parameter=plain_name)


def criteria_of(search: Search, *, own: bool, public_base: str) -> Criteria:
    kind = search.resource_type
    open_to_all = kind in OPEN_REGISTERS or search.names_a_person
    criteria = Criteria(resource_type=kind, register=open_to_all, own=own)
    ids: list[UUID] | None = None
    patients: list[UUID] | None = None
    for parameter, values in search.conditions:
        if parameter.kind == "id":
            ids = _both(ids, [found for value in values if (found := uuid_or_none(value))])
        elif parameter.patient:
            patients = _both(patients, ids_in(parameter, values, public_base))
        elif parameter.kind == "identifier" and parameter.name == "identifier":
            criteria.identifiers.append([_identifier(value) for value in values])
        elif parameter.kind == "text":
            criteria.texts.append((parameter.name, [fold(value) for value in values]))
        else:
            forms = [_form(parameter, value, public_base) for value in values]
            criteria.tokens.append([token_hash(kind, parameter.name, form) for form in forms])
    return replace(criteria, ids=ids, patient_ids=patients)


def ids_in(parameter: Parameter, values: list[str], public_base: str) -> list[UUID]:
    """`Patient/{id}` or a bare id; what is neither finds nothing."""
    bare = [value.removeprefix(f"{public_base}/").removeprefix(f"{parameter.target}/") for value in values]
    return [found for value in bare if (found := uuid_or_none(value))]


def _both(before: list[UUID] | None, now: list[UUID]) -> list[UUID]:
    return now if before is None else [value for value in before if value in now]


def _identifier(value: str) -> tuple[str | None, str]:
    system, bar, code = value.partition("|")
    return (system, code) if bar else (None, value)


def _form(parameter: Parameter, value: str, public_base: str) -> str:
    if parameter.kind == "reference":
        relative = value.removeprefix(f"{public_base}/")
        return relative if "/" in relative or not parameter.target else f"{parameter.target}/{relative}"
    if parameter.kind == "identifier":
        return value.strip("|") if value.startswith("|") else value
    return value


def searchset(
    entries: list[dict[str, Any]], *, own_link: str, next_link: str | None, total: int | None
) -> dict[str, Any]:
    links = [{"relation": "self", "url": own_link}]
    if next_link:
        links.append({"relation": "next", "url": next_link})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if total is not None:
        bundle["total"] = total
    if entries:
        bundle["entry"] = entries
    return bundle
