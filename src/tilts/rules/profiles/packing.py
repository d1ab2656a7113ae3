"""All profiles as one npm-style package, the same bytes each time: https://hl7.org/fhir/packages.html.

package/package.json, package/.index.json, package/{Type}-{id}.json (StructureDefinitions with snapshot),
package/example/.. (right), package/tests/.. (wrong, with what must be found)
"""

import gzip
import io
import tarfile
from functools import cache
from typing import Any, Final, TypeAlias

from tilts.rules.profiles.comparing import snapshot
from tilts.rules.profiles.shelf import (
    ARC,
    CANONICAL,
    VERSION,
    library,
    profiles,
    readable,
    resources,
    right,
    wrong,
)

Json: TypeAlias = dict[str, Any]

PACKAGE: Final = "lv.tilts.example"
FILE_NAME: Final = f"{PACKAGE}-{VERSION}.tgz"
TITLE: Final = "Tilts: FHIR profiles of the exchange"
INDEXED: Final = ("resourceType", "id", "url", "version", "kind", "type")


@cache
def package(base: str = CANONICAL, arc: str = ARC) -> bytes:
    """The package as a gzipped tar; entries carry no time and no owner."""
    held = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=held, mode="wb", filename="", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in contents(base, arc).items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def contents(base: str = CANONICAL, arc: str = ARC) -> dict[str, bytes]:
    """File name below package/ -> bytes, in the order of the archive."""
    shipped = {file_name(one): with_snapshot(one, base, arc) for one in resources(base, arc)}
    shipped["ImplementationGuide-tilts.json"] = implementation_guide(base, arc)
    named = [one["id"] for one in profiles(base, arc) if one["type"] != "Extension"]
    examples = {f"{right(name)['resourceType']}-{name}.json": right(name) for name in named}
    tests = {f"tests/{name}/{one.name}.json": one.resource for name in named for one in wrong(name)}
    return {
        "package.json": readable(manifest(base)),
        ".index.json": readable(index(shipped)),
        **{name: readable(one) for name, one in sorted(shipped.items())},
        "example/.index.json": readable(index(examples)),
        **{f"example/{name}": readable(one) for name, one in sorted(examples.items())},
        **{name: readable(one) for name, one in sorted(tests.items())},
        **{f"tests/{name}/expected.json": readable(expected(name)) for name in named},
    }


def file_name(resource: Json) -> str:
    return f"{resource['resourceType']}-{resource['id']}.json"


def with_snapshot(resource: Json, base: str = CANONICAL, arc: str = ARC) -> Json:
    """The same; a StructureDefinition with its whole snapshot before the differential."""
    if resource["resourceType"] != "StructureDefinition":
        return resource
    whole = {"snapshot": {"element": list(snapshot(resource, library(base, arc)).values())}}
    rest = {name: part for name, part in resource.items() if name != "differential"}
    return {**rest, **whole, "differential": resource["differential"]}


def expected(name: str) -> Json:
    """What must be found in each wrong example of a profile."""
    return {
        one.name: [
            {"key": issue.key, "expression": issue.expression, "constraint": issue.constraint}
            for issue in one.expected
        ]
        for one in wrong(name)
    }


def manifest(base: str) -> Json:
    return {
        "name": PACKAGE,
        "version": VERSION,
        "type": "fhir.ig",
        "title": TITLE,
        "description": "What a resource must look like that the exchange takes or gives. A draft; no authority approved it.",
        "canonical": base,
        "fhirVersions": ["4.0.1"],
        "dependencies": {"hl7.fhir.r4.core": "4.0.1"},
        "author": "Tilts",
        "license": "Apache-2.0",
        "directories": {"lib": "package", "example": "example"},
    }


def index(files: dict[str, Json]) -> Json:
    """https://hl7.org/fhir/packages.html: what is in a folder, so that nobody has to open each file."""
    listed = [
        {"filename": name, **{part: one[part] for part in INDEXED if isinstance(one.get(part), str)}}
        for name, one in sorted(files.items())
    ]
    return {"index-version": 1, "files": listed}


def implementation_guide(base: str, arc: str) -> Json:
    listed = [
        {
            "reference": {"reference": f"{one['resourceType']}/{one['id']}"},
            "name": one.get("title", one["name"]),
            "exampleBoolean": False,
        }
        for one in resources(base, arc)
    ]
    return {
        "resourceType": "ImplementationGuide",
        "id": "tilts",
        "url": f"{base}/ImplementationGuide/tilts",
        "version": VERSION,
        "name": "Tilts",
        "title": TITLE,
        "status": "draft",
        "experimental": True,
        "publisher": "Tilts",
        "packageId": PACKAGE,
        "license": "Apache-2.0",
        "fhirVersion": ["4.0.1"],
        "dependsOn": [
            {
                "uri": "http://hl7.org/fhir/ImplementationGuide/hl7.fhir.r4.core",
                "packageId": "hl7.fhir.r4.core",
                "version": "4.0.1",
            }
        ],
        "definition": {"resource": listed},
    }
