"""docs/reference/profiles.md and mapping-eu.md: our profiles and how they lie beside the guides of others."""

from tilts.rules.profiles import Json, library, mapping, profiles, resources, right, wrong
from tilts.rules.profiles.comparing import cardinality, snapshot, types, value
from tilts.rules.profiles.neighbours import Table, tables
from tools.pages.blocks import code, table

FITS = {
    "same": "the same",
    "narrower": "ours asks for more",
    "wider": "theirs asks for more",
    "missing-here": "missing in ours",
    "missing-there": "missing in theirs",
    "differs": "differs",
}


def made_for_profiles() -> dict[str, str]:
    known = profiles()
    overview = table(
        ("profile", "resource", "what it is for", "examples"),
        (
            (
                f"[{one['id']}](#{one['id']})",
                one["type"]
                if one["type"] != "Extension"
                else f"extension of {one['context'][0]['expression']}",
                one["description"],
                told_examples(one),
            )
            for one in known
        ),
    )
    lists = table(
        ("what", "address", "codes"),
        (
            (one["resourceType"], code(one["url"]), str(one.get("count", "")))
            for one in resources()
            if one["resourceType"] in ("CodeSystem", "ValueSet")
        ),
    )
    return {"overview": overview, "code-lists": lists, "profiles": "\n\n".join(section(one) for one in known)}


def told_examples(definition: Json) -> str:
    if definition["type"] == "Extension":
        return ""
    assert right(definition["id"])
    return f"1 right, {len(wrong(definition['id']))} wrong"


def section(definition: Json) -> str:
    whole = snapshot(definition, library())
    rows = [
        (
            code(element["id"].partition(".")[2] or element["id"]),
            cardinality(whole[element["id"]]),
            asked(element, whole[element["id"]]),
            element.get("requirements", ""),
        )
        for element in definition["differential"]["element"]
    ]
    conditions = {
        one["key"]: (code(one["key"]), one["severity"], one["human"], one["requirements"])
        for element in definition["differential"]["element"]
        for one in element.get("constraint", ())
    }
    parts = [
        f"## {definition['id']}",
        "",
        f"{definition['description']} `{definition['url']}`, derived from `{definition['baseDefinition']}`.",
        "",
        table(("element", "how many", "what", "why"), rows).rstrip(),
    ]
    if conditions:
        parts += ["", table(("condition", "", "what", "why"), conditions.values()).rstrip()]
    return "\n".join(parts)


def asked(element: Json, whole: Json) -> str:
    """What the profile says of an element, in one cell."""
    said = [element.get("short", "")]
    if "type" in element:
        said.append(types(whole))
    if fixed := value(whole):
        said.append(f"always {code(fixed)}")
    if "binding" in element:
        said.append(f"codes: {code(element['binding']['valueSet'].rpartition('/')[2])}")
    return "; ".join(part for part in said if part)


def made_for_mapping() -> dict[str, str]:
    guides = {guide["id"]: guide for guide in mapping()["guides"]}
    sources = table(
        ("guide", "version", "how far it was read"),
        ((f"{one['name']}, `{one['url']}`", one["version"], one["read_en"]) for one in guides.values()),
    )
    return {
        "guides": sources,
        "tables": "\n\n".join(compared(one, guides[one.guide]["name"]) for one in tables()),
    }


def compared(one: Table, guide: str) -> str:
    rows = (
        (
            f"{code(pair.ours)} {pair.ours_cardinality}".strip(),
            f"{code(pair.theirs)} {pair.theirs_cardinality}".strip(),
            FITS[pair.fit],
            pair.en,
        )
        for pair in one.pairs
    )
    body = table(("ours", "theirs", "fit", "note"), rows).rstrip()
    return f"## {one.ours} and {one.theirs}\n\n{guide}.\n\n{body}"
