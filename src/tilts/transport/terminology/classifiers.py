"""Classifiers over HTTP as FHIR knows them: find a list, read it, ask about a code.

GET /CodeSystem, GET /CodeSystem/{id}, CodeSystem/$lookup, CodeSystem/$validate-code, ValueSet/$validate-code.
In the sandbox these need neither token nor certificate (Design 4).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final, TypeAlias

from tilts.access.routes import Call, Reply, Route
from tilts.clock import day_in_riga
from tilts.rules import Language, Refusal
from tilts.rules.classifiers import CLS_QUESTION
from tilts.rules.wire import WIRE_NOT_FOUND, WIRE_PARAMETER
from tilts.store.terminology import classifiers as store
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.terminology.access import NO_AGREEMENT, AgreementAccess, access_to
from tilts.terminology.classifiers import Question, concept_in, find, judge
from tilts.terminology.concepts import Shelf
from tilts.transport.negotiate import language_of
from tilts.transport.search import Search, read_search, searchset
from tilts.transport.shapes.classifiers import (
    code_system,
    computer_name,
    id_of,
    looked_up,
    of_another_system,
    status_of,
    validated,
)
from tilts_fhir.primitives import parse_date

LARGEST_SHOWN: Final = 1_000  # codes in one CodeSystem; longer lists are downloaded
# What the operator agreement of the caller opens at this moment.
AgreementOf: TypeAlias = Callable[[Call], Awaitable[AgreementAccess]]


async def without_agreement(_call: Call) -> AgreementAccess:
    return NO_AGREEMENT


@dataclass(frozen=True, slots=True)
class ClassifierParts:
    """What the routes of the classifiers are made of: one for all listeners of a process."""

    shelf: Shelf = field(default_factory=Shelf)
    agreement_of: AgreementOf = without_agreement
    portal_base: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of an operation, however they came: in the address or in a body."""

    simple: dict[str, str]
    codings: list[dict[str, Any]]
    properties: frozenset[str]

    @property
    def system(self) -> str:
        return self.simple.get("system", "") or self.simple.get("url", "")


def asked_of(call: Call) -> Asked:
    if call.incoming.method == "GET":
        wanted = frozenset(value for name, value in call.form if name == "property")
        return Asked(dict(call.form), [], wanted)
    simple: dict[str, str] = {}
    codings: list[dict[str, Any]] = []
    properties: set[str] = set()
    for parameter in call.resource.get("parameter", ()):
        name = parameter["name"]
        if name == "coding":
            codings.append(parameter.get("valueCoding", {}))
        elif name == "codeableConcept":
            codings += parameter.get("valueCodeableConcept", {}).get("coding", [])
        elif name == "property":
            properties |= {value for key, value in parameter.items() if key.startswith("value")}
        else:
            written = [value for key, value in parameter.items() if key.startswith("value")]
            simple.setdefault(name, str(written[0]) if written else "")
    return Asked(simple, codings, frozenset(properties))


def day_of(asked: Asked, call: Call) -> date:
    """The day that is asked about; today in Riga when none is named."""
    written = asked.simple.get("date", "")
    if not written:
        return day_in_riga(call.now)
    try:
        return parse_date(written[:10])[0]
    except ValueError as fault:
        raise Refusal(CLS_QUESTION, parameter="date") from fault


def language_asked(asked: Asked, call: Call) -> Language:
    written = asked.simple.get("displayLanguage", "")
    return language_of(written) if written else call.incoming.language


def codings_asked(asked: Asked) -> list[dict[str, Any]]:
    """Every code that is asked about, as a Coding."""
    if asked.codings:
        return asked.codings
    if not asked.simple.get("code"):
        raise Refusal(CLS_QUESTION, parameter="code")
    named = {"code": asked.simple["code"], "display": asked.simple.get("display", "")}
    return [named | {"system": asked.simple.get("system", ""), "version": ""}]


async def lookup(parts: ClassifierParts, call: Call) -> Reply:
    asked = asked_of(call)
    coding = codings_asked(asked)[0]
    system, code = coding.get("system") or asked.system, coding.get("code", "")
    if not system or not code:
        raise Refusal(CLS_QUESTION, parameter="system" if code else "code")
    day, language = day_of(asked, call), language_asked(asked, call)
    version = coding.get("version") or asked.simple.get("version", "")
    found = await find(call.tx, parts.shelf, system, version, day)
    concept = concept_in(found, code)
    return Reply(resource=looked_up(found, concept, language, asked.properties, day))


async def validate_in_system(parts: ClassifierParts, call: Call) -> Reply:
    """CodeSystem/$validate-code: `url` is the system; the Coding's own system stands for it when it is missing."""
    asked = asked_of(call)
    refuse_inline(asked, "codeSystem")
    codings = codings_asked(asked)
    system = asked.simple.get("url") or codings[0].get("system") or ""
    return await validate(parts, call, asked, system, codings)


async def validate_in_set(parts: ClassifierParts, call: Call) -> Reply:
    """ValueSet/$validate-code for the value sets of all codes of a classifier."""
    asked = asked_of(call)
    refuse_inline(asked, "valueSet")
    return await validate(parts, call, asked, asked.simple.get("url", ""), codings_asked(asked))


def refuse_inline(asked: Asked, name: str) -> None:
    """A resource in the question is not understood yet; to ignore it would answer another question."""
    if name in asked.simple or "tx-resource" in asked.simple:
        raise Refusal(CLS_QUESTION, parameter=name if name in asked.simple else "tx-resource")


async def validate(
    parts: ClassifierParts, call: Call, asked: Asked, url: str, codings: list[dict[str, Any]]
) -> Reply:
    if not url or not codings:
        raise Refusal(CLS_QUESTION, parameter="url" if codings else "code")
    day, language = day_of(asked, call), language_asked(asked, call)
    own = next((one for one in codings if one.get("system") in ("", None)), codings[0])
    wanted = asked.simple.get("version") or asked.simple.get("systemVersion") or own.get("version") or ""
    found = await find(call.tx, parts.shelf, url, wanted, day)
    answer: dict[str, Any] = {}
    for coding in codings:
        question = Question(coding.get("code", ""), day, language, coding.get("display", ""))
        system = coding.get("system") or found.classifier.url
        if system != found.classifier.url:
            answer = answer or of_another_system(system, found, question)
            continue
        verdict = judge(found, question)
        answer = validated(found, question, verdict)
        if verdict.valid:
            break
    return Reply(resource=answer)


async def read(parts: ClassifierParts, call: Call) -> Reply:
    today = day_in_riga(call.now)
    for classifier, version in await published(call):
        if id_of(version) == call.ids["id"]:
            agreement = await parts.agreement_of(call)
            shown = version.concept_count <= LARGEST_SHOWN
            granted = access_to(classifier, agreement, today) == "granted"
            concepts = await parts.shelf.concepts(call.tx, version) if shown and granted else None
            resource = code_system(classifier, version, call.incoming.language, today, concepts)
            return Reply(resource=resource)
    raise Refusal(WIRE_NOT_FOUND)


async def search(call: Call) -> Reply:
    """All versions of all classifiers, without their codes; pages are numbered, since the list hardly changes."""
    asked = read_search("CodeSystem", call.form)
    page = page_number(call)
    today = day_in_riga(call.now)
    found = [pair for pair in await published(call) if is_wanted(*pair, asked, today)]
    own_link = f"{call.public_base}/CodeSystem"
    if asked.only_total:
        return Reply(resource=searchset([], own_link=own_link, next_link=None, total=len(found)))
    shown = found[(page - 1) * asked.count : page * asked.count]
    next_link = f"{own_link}?_page={page + 1}" if len(found) > page * asked.count else None
    if next_link:
        kept = [(name, value) for name, value in call.form if name != "_page"]
        next_link += "".join(f"&{name}={value}" for name, value in kept)
    entries = [
        {
            "fullUrl": f"{own_link}/{id_of(version)}",
            "resource": code_system(classifier, version, call.incoming.language, today, None),
            "search": {"mode": "match"},
        }
        for classifier, version in shown
    ]
    return Reply(resource=searchset(entries, own_link=own_link, next_link=next_link, total=len(found)))


def page_number(call: Call) -> int:
    written = dict(call.form).get("_page", "1")
    if not (written.isascii() and written.isdigit() and int(written[:6]) > 0):
        raise Refusal(WIRE_PARAMETER, parameter="_page")
    return int(written[:6])


async def published(call: Call) -> list[tuple[ClassifierRecord, VersionRecord]]:
    classifiers = {one.name: one for one in await store.all_classifiers(call.tx)}
    return [(classifiers[version.name], version) for version in await store.versions(call.tx)]


def is_wanted(classifier: ClassifierRecord, version: VersionRecord, asked: Search, today: date) -> bool:
    texts = {
        "_id": [id_of(version)],
        "url": [classifier.url],
        "system": [classifier.url],
        "version": [version.version],
        "status": [status_of(version, today)],
    }
    for parameter, values in asked.conditions:
        if parameter.name in ("name", "title"):
            titles = f"{classifier.title_lv}\n{classifier.title_en}"
            named = f"{computer_name(classifier)}\n{classifier.name}\n{titles}".casefold()
            if not any(value.casefold() in named for value in values):
                return False
        elif not set(values) & set(texts[parameter.name]):
            return False
    return True


OPERATIONS: Final = (
    ("CodeSystem", "lookup", lookup),
    ("CodeSystem", "validate-code", validate_in_system),
    ("ValueSet", "validate-code", validate_in_set),
)


def declare(parts: ClassifierParts) -> list[Route]:
    """Routes of CodeSystem and ValueSet; those that a body may come to stand twice, for GET and POST."""
    read_scope = "system/CodeSystem.r"
    open_too: dict[str, Any] = {"open_in_sandbox": True}
    made = [
        Route(
            "GET",
            "/CodeSystem/{id}",
            read_scope,
            "classifier.read",
            partial(read, parts),
            resource_type="CodeSystem",
            interaction="read",
            open_in_sandbox=True,
        ),
        *(
            Route(
                method,
                path,
                "system/CodeSystem.s",
                "classifier.searched",
                search,
                body="form" if method == "POST" else "none",
                resource_type="CodeSystem",
                interaction="search-type",
                **open_too,
            )
            for method, path in (("GET", "/CodeSystem"), ("POST", "/CodeSystem/_search"))
        ),
    ]
    for kind, name, work in OPERATIONS:
        for method in ("GET", "POST"):
            made.append(
                Route(
                    method,
                    f"/{kind}/${name}",
                    read_scope,
                    "classifier.asked",
                    partial(work, parts),
                    body="parameters" if method == "POST" else "none",
                    resource_type=kind,
                    interaction=name,
                    **open_too,
                )
            )
    return made
