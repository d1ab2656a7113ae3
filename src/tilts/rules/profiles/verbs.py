"""What can be asked of the exchange besides reading: one description of each verb, and the OperationDefinitions made of it.

https://hl7.org/fhir/R4/operationdefinition.html. Who may call it and what is written down stands at its route.
"""

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

import msgspec

from tilts.rules.catalogue import BY_ID
from tilts.rules.profiles.made import DATE, translated

Json: TypeAlias = dict[str, Any]
Level: TypeAlias = Literal["instance", "type"]

ANY_TYPE: Final = "Resource"
KEYS: Final = {
    "header": "A repetition with the same Idempotency-Key gets the first answer and does nothing twice.",
    "identifier": "The sender's own identifier is the key: a repetition gets the first answer.",
    "none": "Changes nothing that a repetition would change again.",
}


class Said(msgspec.Struct, frozen=True):
    """The same text in both languages."""

    lv: str
    en: str


class Parameter(msgspec.Struct, frozen=True):
    """One parameter; `binding` is the name of a value set, `part` what it consists of."""

    name: str
    min: int
    max: str
    type: str | None
    en: str
    lv: str
    binding: str = ""
    part: list["Parameter"] = []


class Verb(msgspec.Struct, frozen=True, rename={"takes": "in", "gives": "out"}):
    """
    One verb. `create` is FHIR's own interaction; every other `interaction` is an operation.

    Attributes:
        takes: Its parameters; or the profile of its Parameters, which has them.
        actions: Of the table of states (exchange/lifecycle.py).
        rules: Ids of the refusals about prescriptions and dispenses that it may bring.
    """

    id: str
    type: str
    interaction: str
    level: Level
    title: Said
    text: Said
    rules: list[str]
    key: Literal["none", "identifier", "header"]
    source: str
    code: str = ""
    types: list[str] = []
    takes: list[Parameter] | str = []
    gives: list[Parameter] = []
    actions: list[str] = []
    changes: bool = True

    @property
    def is_operation(self) -> bool:
        return self.interaction != "create"

    @property
    def name(self) -> str:
        """Of the operation as it is called, without `$`."""
        return self.code or self.interaction

    @property
    def definition_id(self) -> str:
        return f"{self.type}-{self.interaction}"


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of ours, as a route finds them."""

    by_id: dict[str, Verb] = field(default_factory=dict)

    def of(self, resource_type: str, interaction: str) -> Verb | None:
        """The operation behind a route; None for what is FHIR's own."""
        return self.by_id.get(f"{resource_type}-{interaction}") or self.by_id.get(f"{ANY_TYPE}-{interaction}")


@cache
def verbs() -> tuple[Verb, ...]:
    content = (files("tilts.rules") / "profiles" / "verbs.json").read_bytes()
    return tuple(msgspec.json.decode(content, type=dict[str, list[Verb]])["verbs"])


@cache
def operations() -> Operations:
    return Operations({verb.definition_id: verb for verb in verbs() if verb.is_operation})


def operation_definitions(profiles: dict[str, Json], base: str, version: str) -> list[Json]:
    """
    One OperationDefinition for each operation.

    Args:
        profiles: Those of Parameters, by name: what a verb takes is told there once.
    """
    return [definition(verb, profiles, base, version) for verb in operations().by_id.values()]


def definition(verb: Verb, profiles: dict[str, Json], base: str, version: str) -> Json:
    named = isinstance(verb.takes, str)
    taken = parameters_of(profiles[verb.takes]) if isinstance(verb.takes, str) else verb.takes
    return {
        "resourceType": "OperationDefinition",
        "id": verb.definition_id,
        "url": f"{base}/OperationDefinition/{verb.definition_id}",
        "version": version,
        "name": "".join(word.capitalize() for word in verb.definition_id.split("-")),
        "title": verb.title.en,
        "_title": translated("String", verb.title.lv),
        "status": "draft",
        "kind": "operation",
        "experimental": True,
        "date": DATE,
        "publisher": "Tilts",
        "description": verb.text.en,
        "_description": translated("Markdown", verb.text.lv),
        "jurisdiction": [{"coding": [{"system": "urn:iso:std:iso:3166", "code": "LV"}]}],
        "affectsState": verb.changes,
        "code": verb.name,
        "comment": comment_on(verb),
        "resource": verb.types or [verb.type],
        "system": False,
        "type": verb.level == "type",
        "instance": verb.level == "instance",
        **({"inputProfile": f"{base}/StructureDefinition/{verb.takes}"} if named else {}),
        "parameter": [
            *(written(one, "in", base) for one in taken),
            *(written(one, "out", base) for one in verb.gives),
        ],
    }


def comment_on(verb: Verb) -> str:
    """What FHIR has no element for: repetition, refusals and the source."""
    said = [KEYS[verb.key]]
    if verb.rules:
        refusals = "\n".join(
            f"- {rule} ({BY_ID[rule].http_status}): {BY_ID[rule].text_en}" for rule in verb.rules
        )
        said.append(f"Refused with:\n\n{refusals}")
    return "\n\n".join([*said, f"Source: {verb.source}."])


def written(one: Parameter, use: str, base: str) -> Json:
    made: Json = {
        "name": one.name,
        "use": use,
        "min": one.min,
        "max": one.max,
        "documentation": one.en,
        "_documentation": translated("String", one.lv),
    }
    if one.type:
        made["type"] = one.type
    if one.binding:
        made["binding"] = {"strength": "required", "valueSet": f"{base}/ValueSet/{one.binding}"}
    if one.part:
        made["part"] = [written(part, use, base) for part in one.part]
    return made


def parameters_of(profile: Json) -> list[Parameter]:
    """What a profile of Parameters asks for: a slice for each, with its name fixed and one type."""
    rows = {element["id"]: element for element in profile["differential"]["element"]}
    found = []
    for slice_id, row in rows.items():
        if "sliceName" not in row:
            continue
        held = rows.get(f"{slice_id}.value[x]") or rows[f"{slice_id}.resource"]
        found.append(
            Parameter(
                name=rows[f"{slice_id}.name"]["fixedString"],
                min=row.get("min", 0),
                max=row.get("max", "*"),
                type=held["type"][0]["code"],
                en=row["short"],
                lv=row["_short"]["extension"][0]["extension"][1]["valueString"],
                binding=held.get("binding", {}).get("valueSet", "").rpartition("/")[2],
            )
        )
    return found
