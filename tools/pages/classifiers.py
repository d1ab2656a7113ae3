"""docs/reference/classifiers.md: which classifiers are shipped, in which versions, under which licence and access."""

from tilts.store.terminology.records import VersionRecord
from tilts.terminology.loading import shipped
from tools.pages.blocks import code, table


def made_for_classifiers() -> dict[str, str]:
    return {
        "classifiers": table(
            ["name", "title", "system", "licence", "access"],
            [
                [
                    code(one.classifier.name),
                    one.classifier.title_en,
                    code(one.classifier.url),
                    one.classifier.licence,
                    "public" if one.classifier.is_public else f"clause {code(one.classifier.clause)}",
                ]
                for one in shipped()
            ],
        ),
        "versions": table(
            ["name", "version", "valid", "codes", "bytes", "SHA-256 of the NDJSON"],
            [
                [
                    code(version.name),
                    version.version,
                    days(version),
                    str(version.concept_count),
                    str(version.size_bytes),
                    code(version.content_hash.hex()),
                ]
                for one in shipped()
                for version, _ in one.versions
            ],
        ),
    }


def days(version: VersionRecord) -> str:
    if version.valid_from is None and version.valid_to is None:
        return "always"
    first = version.valid_from.isoformat() if version.valid_from else ".."
    return f"{first} to {version.valid_to.isoformat() if version.valid_to else '..'}"
