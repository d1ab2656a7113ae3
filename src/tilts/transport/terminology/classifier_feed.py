"""The classifier feed: what there is, whether this caller may have it, and the files themselves (Source page C1, C4).

GET /classifiers   GET /classifiers/{name}/{version}.ndjson   GET /classifiers/{name}/{version}.csv   and HEAD

A published version never changes, so a file may be kept for ever: its ETag is the hash of the content.
"""

from functools import partial
from typing import Any, Final

from tilts.access.routes import Call, Reply, Route
from tilts.clock import day_in_riga
from tilts.rules import Refusal
from tilts.rules.classifiers import CLS_VERSION_UNKNOWN
from tilts.rules.wire import WIRE_NO_SUCH_ADDRESS
from tilts.store.terminology import classifiers as store
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.terminology.access import PROCEDURE_PAGE, access_to, check_access
from tilts.terminology.classifiers import classifier_named, version_on
from tilts.terminology.files import NAME, Kind, file_of
from tilts.transport.terminology.classifiers import ClassifierParts
from tilts_fhir.json_strict import encode

STATUSES: Final[dict[Kind, int]] = {"whole": 200, "part": 206, "unchanged": 304}


async def listed(parts: ClassifierParts, call: Call) -> Reply:
    """Every classifier with its versions, and the state of access of this caller."""
    agreement = await parts.agreement_of(call)
    today = day_in_riga(call.now)
    versions: dict[str, list[VersionRecord]] = {}
    for version in await store.versions(call.tx):
        versions.setdefault(version.name, []).append(version)
    rows = [
        described(one, versions.get(one.name, []), call)
        | {"state": (state := access_to(one, agreement, today))}
        | (
            {}
            if state == "granted"
            else {"how_to_get_access": f"{parts.portal_base.rstrip('/')}{PROCEDURE_PAGE}"}
        )
        for one in await store.all_classifiers(call.tx)
    ]
    answer = {"day": today.isoformat(), "classifiers": rows}
    return Reply(raw=encode(answer), content_type="application/json")


def described(classifier: ClassifierRecord, versions: list[VersionRecord], call: Call) -> dict[str, Any]:
    in_force = version_on(versions, day_in_riga(call.now))
    return {
        "name": classifier.name,
        "url": classifier.url,
        "value_set": classifier.value_set,
        "title": {"lv": classifier.title_lv, "en": classifier.title_en},
        "owner": classifier.owner,
        "licence": classifier.licence,
        "source": classifier.source,
        "synthetic": classifier.synthetic,
        "fragment": classifier.fragment,
        "access": "public" if classifier.is_public else "operator-agreement",
        "clause": classifier.clause,
        "in_force": in_force.version if in_force else None,
        "versions": [version_row(version, call) for version in versions],
    }


def version_row(version: VersionRecord, call: Call) -> dict[str, Any]:
    root = call.public_base.removesuffix("/fhir/r4")
    file = f"{root}/classifiers/{version.name}/{version.version}"
    return {
        "version": version.version,
        "valid_from": version.valid_from.isoformat() if version.valid_from else None,
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        "published_on": version.published_on.isoformat(),
        "sha256": version.content_hash.hex(),
        "count": version.concept_count,
        "size_bytes": version.size_bytes,
        "ndjson": f"{file}.ndjson",
        "csv": f"{file}.csv",
    }


async def downloaded(parts: ClassifierParts, call: Call) -> Reply:
    """A file, a part of it, or that the caller's copy is still good; refused with clause and condition."""
    asked = NAME.match(call.ids["file"])
    if asked is None:
        raise Refusal(WIRE_NO_SUCH_ADDRESS)
    classifier = await classifier_named(call.tx, call.ids["name"])
    version = await named_version(call, classifier, asked["version"])
    agreement = await parts.agreement_of(call)
    check_access(classifier, agreement, day_in_riga(call.now), parts.portal_base)
    packed = await store.content(call.tx, version.content_hash)
    headers = call.incoming.headers
    file = file_of(version, asked["form"], packed, headers, public=classifier.is_public)
    return Reply(
        raw=file.body, content_type=file.media_type, status=STATUSES[file.kind], headers=file.headers
    )


async def named_version(call: Call, classifier: ClassifierRecord, wanted: str) -> VersionRecord:
    versions = await store.versions(call.tx, classifier.name)
    found = next((version for version in versions if version.version == wanted), None)
    if found is None:
        raise Refusal(CLS_VERSION_UNKNOWN, classifier=classifier.name, asked=wanted)
    return found


def declare_feed(parts: ClassifierParts) -> list[Route]:
    """Routes at the root of the listener; their paths are whole."""
    made = []
    for method in ("GET", "HEAD"):
        for path, event, work, interaction in (
            ("/classifiers", "classifier.listed", listed, "classifiers"),
            ("/classifiers/{name}/{file}", "classifier.downloaded", downloaded, "classifier-file"),
        ):
            made.append(
                Route(
                    method,
                    path,
                    "system/CodeSystem.r",
                    event,
                    partial(work, parts),
                    resource_type="CodeSystem",
                    interaction=interaction,
                    functionality="classifiers",
                    feed=True,
                )
            )
    return made
