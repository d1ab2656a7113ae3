"""Code systems that are made from the code: rules of refusal, events of the audit trail, keys of the content check."""

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from tilts.audit_words import EVENTS
from tilts.rules.catalogue import BY_ID
from tilts_fhir.texts import TEXTS

Json: TypeAlias = dict[str, Any]

DATE: Final = "2026-11-24"
TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"


def made_code_systems(base: str, version: str) -> list[Json]:
    """`rule`, `audit-event` and `structure-fault`; texts hold the names of their facts in braces."""
    rules = [(rule.id, rule.text_en, rule.text_lv, rule.fix_en) for rule in BY_ID.values()]
    events = [(code, en, lv, "") for code, (lv, en) in EVENTS.items()]
    checks = [(key, text.en, text.lv, "") for key, text in sorted(TEXTS.items())]
    return [
        _code_system(f"{base}|{version}", "rule", ("Rules of refusal", "Atteikumu noteikumi"), rules),
        _code_system(
            f"{base}|{version}", "audit-event", ("Events of the audit trail", "Audita notikumi"), events
        ),
        _code_system(
            f"{base}|{version}",
            "structure-fault",
            ("Keys of the content check", "Satura pārbaudes atslēgas"),
            checks,
        ),
    ]


def _code_system(
    where: str, name: str, title: tuple[str, str], rows: Iterable[tuple[str, str, str, str]]
) -> Json:
    base, _, version = where.partition("|")
    concepts = [_concept(*row) for row in rows]
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "url": f"{base}/CodeSystem/{name}",
        "version": version,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "title": title[0],
        "_title": translated("String", title[1]),
        "status": "draft",
        "experimental": True,
        "date": DATE,
        "publisher": "Tilts",
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": concepts,
    }


def _concept(code: str, en: str, lv: str, definition: str) -> Json:
    concept: Json = {"code": code, "display": en}
    if definition:
        concept["definition"] = definition
    return concept | {"designation": [{"language": "lv", "value": lv}]}


def translated(kind: str, text: str) -> Json:
    """The companion that carries the Latvian text of a primitive."""
    parts = [{"url": "lang", "valueCode": "lv"}, {"url": "content", f"value{kind}": text}]
    return {"extension": [{"url": TRANSLATION, "extension": parts}]}
