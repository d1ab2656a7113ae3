"""The invented national classifiers: one CSV file for each version, written by hand."""

import csv
from pathlib import Path

from tools.classifiers.concepts import MEMBERS, Code

FOLDER = Path(__file__).with_name("national")
PROPERTY = "property:"


def codes_of(name: str, version: str) -> list[Code]:
    with (FOLDER / f"{name}-{version}.csv").open(encoding="utf-8", newline="") as file:
        return [code_of(row) for row in csv.DictReader(file)]


def code_of(row: dict[str, str]) -> Code:
    members = {name: row[name] for name in MEMBERS if row.get(name) and name != "inactive"}
    properties = {
        name.removeprefix(PROPERTY): value
        for name, value in row.items()
        if name.startswith(PROPERTY) and value
    }
    return Code(row["code"], inactive=row.get("inactive") == "yes", properties=properties, **members)  # type: ignore[arg-type]
