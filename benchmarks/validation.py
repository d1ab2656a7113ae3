"""python -m benchmarks.validation [--rounds N] [--out DIR]: what checking a resource costs, beside parsers and others.

Resources are HL7's own examples without their narrative (`make examples`). Everything runs in turn in one process and
one run, the best of the rounds counts, and only ratios to orjson.loads of the same bytes are kept.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson
from fhir.resources.R4B import get_fhir_model_class
from fhirkit import validate as fhirkit_validate

from benchmarks.page import FOLDER
from proofs.machine import commit, machine, today
from tilts_fhir.json_strict import decode_resource
from tilts_fhir.validation import validate

ENTRIES: Final = 50
MEDICATION_REQUESTS: Final = ("medrx0301", "medrx0311", "medrx0315", "medrx0320")
GOALS: Final = {"Patient": 12, "MedicationRequest": 15, "Bundle": 12}
HEAD: Final = """# What validation costs

Made by `make bench` (`benchmarks/validation.py`) from `validation.json`; do not edit. Each figure is a multiple of
`orjson.loads` of the same bytes, in the same process, taken in turn; the best of {rounds} rounds. The narrative of the examples is
taken out, as it is in nearly all messages between systems; all rules are on.

- **read**: bytes to values by our strict reader (exact decimals, duplicate keys, depth, surrogates).
- **check**: values to issues: structure, values, codes, references, invariants, extensions, profiles that are named.
- **both**: bytes to issues.
- **fhirkit-rs**, **fhir.resources** (R4B): the same bytes; structure only, no invariants, no bindings, no references.

"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to be checked; `goal` is the multiple that `check` may cost."""

    name: str
    resource: dict[str, Any]
    goal: int

    @property
    def raw(self) -> bytes:
        return json.dumps(self.resource, ensure_ascii=False).encode()


def fetched() -> Path:
    """The folder of the official examples; fetched if it is not there."""
    tool = Path(__file__).parent.parent / "tools" / "fetch_examples.py"
    said = subprocess.run([sys.executable, tool], check=True, capture_output=True, text=True)
    return Path(said.stdout.strip())


def subjects(package: Path) -> Iterator[Subject]:
    patient = example(package, "Patient-example")
    requests = [example(package, f"MedicationRequest-{name}") for name in MEDICATION_REQUESTS]
    yield Subject("Patient", patient, GOALS["Patient"])
    for name, request in zip(MEDICATION_REQUESTS, requests, strict=True):
        yield Subject(f"MedicationRequest {name}", request, GOALS["MedicationRequest"])
    yield Subject(f"Bundle of {ENTRIES}", bundle(patient, requests), GOALS["Bundle"])


def example(package: Path, name: str) -> dict[str, Any]:
    resource: dict[str, Any] = json.loads((package / f"{name}.json").read_bytes())
    resource.pop("text", None)
    return resource


def bundle(patient: dict[str, Any], requests: list[dict[str, Any]]) -> dict[str, Any]:
    """One Patient to four MedicationRequests, as in the measurements that the goal comes from."""
    entries = []
    for number in range(ENTRIES):
        source = patient if number % 5 == 0 else requests[number % 5 - 1]
        resource = source | {"id": f"{source['id']}-{number}"}
        url = f"https://tilts.example/fhir/{resource['resourceType']}/{resource['id']}"
        entries.append({"fullUrl": url, "resource": resource})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def ways(subject: Subject) -> dict[str, Callable[[], object]]:
    raw = subject.raw
    value = decode_resource(raw)
    model: Any = get_fhir_model_class(subject.resource["resourceType"])
    return {
        "orjson.loads": partial(orjson.loads, raw),
        "json.loads": partial(json.loads, raw),
        "read": partial(decode_resource, raw),
        "check": partial(validate, value),
        "both": lambda: validate(decode_resource(raw)),
        "fhirkit-rs": partial(fhirkit_validate, raw),
        "fhir.resources": partial(model.model_validate_json, raw),
    }


def measured(found: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each way, the best of the rounds, which go around all ways."""
    best = dict.fromkeys(found, float("inf"))
    for _ in range(rounds):
        for name, way in found.items():
            times = max(3, int(0.02 / max(once(way), 1e-7)))
            began = time.perf_counter()
            for _ in range(times):
                way()
            best[name] = min(best[name], (time.perf_counter() - began) / times)
    return best


def once(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def row_of(subject: Subject, rounds: int) -> dict[str, Any]:
    best = measured(ways(subject), rounds)
    floor = best["orjson.loads"]
    issues = validate(subject.resource)
    return {
        "resource": subject.name,
        "bytes": len(subject.raw),
        "issues": len(issues),
        "orjson.loads us": round(floor * 1e6, 1),
        **{name: round(seconds / floor, 1) for name, seconds in best.items() if name != "orjson.loads"},
        "goal of check": subject.goal,
    }


def page(rows: list[dict[str, Any]], rounds: int) -> str:
    columns = list(rows[0])
    table = [
        "| " + " | ".join(columns) + " |",
        "| --- |" + " ---: |" * (len(columns) - 1),
        *("| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows),
    ]
    known = machine("-")
    about = ", ".join(f"{name} {known[name]}" for name in ("cores", "memory GiB", "system", "Python"))
    return HEAD.format(rounds=rounds) + "\n".join(table) + f"\n\n{today()}, commit {commit()}; {about}.\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    rows = [row_of(subject, given.rounds) for subject in subjects(fetched())]
    (given.out / "validation.json").write_text(json.dumps(rows, indent=1) + "\n")
    text = page(rows, given.rounds)
    (given.out / "validation.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
