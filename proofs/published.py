"""All resources that HL7 publishes with R4: read, written, checked in both ways, indexed; every one, not a sample."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

from proofs.keeping import Entry, Journal
from proofs.stopping import Stop
from proofs.watching import watching
from tilts_fhir.json_strict import decode_resource, encode
from tilts_fhir.search import extract_all
from tilts_fhir.validation import structure, validate
from tilts_fhir.xml_reader import read_xml
from tilts_fhir.xml_writer import write_xml

NAME: Final = "published"
TITLE: Final = "Every published resource of FHIR R4"
WHAT: Final = (
    "The package hl7.fhir.r4.examples 4.0.1, checked by hash. Each resource is read from JSON, written as XML and read "
    "again, and must be the same to the last digit; it is validated by the quick way and by the long way, which must "
    "say the same; all its search parameters are extracted. Resources with errors are counted here and named with "
    "their reasons in tests/tilts_fhir/test_published_examples.py."
)
SIZE: Final = 5_306
LONG_WAY: Final = -1  # of `structure.MAX_LEVELS_TRIED`: nothing is accepted without a closer look


def prove(journal: Journal, size: int, seed: int, stop: Stop) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    journal.begin(seed=seed)
    files = [path for path in sorted(fetched().glob("*.json")) if path.stem not in ("package", ".index")]
    chosen = files[:: max(1, len(files) // size)][:size]
    done = {entry["name"] for entry in journal.of("resource")}
    todo = [path for path in chosen if path.stem not in done]
    with watching(TITLE, len(chosen)) as watcher, ProcessPoolExecutor() as pool:
        for number, facts in enumerate(pool.map(looked_at, todo, chunksize=8), start=1):
            journal.add("resource", **facts)
            watcher.at(len(done) + number)
            if stop.wanted:
                pool.shutdown(cancel_futures=True)
                return None
    return judge(journal.of("resource"))


def fetched() -> Path:
    """The folder of the package; fetched if it is not there."""
    tool = Path(__file__).parent.parent / "tools" / "fetch_examples.py"
    said = subprocess.run([sys.executable, tool], check=True, capture_output=True, text=True)
    return Path(said.stdout.strip())


def looked_at(path: Path) -> Entry:
    resource = decode_resource(path.read_bytes())
    back = read_xml(write_xml(resource))
    quick = validate(resource)
    tried, structure.MAX_LEVELS_TRIED = structure.MAX_LEVELS_TRIED, LONG_WAY  # type: ignore[misc]
    try:
        long = validate(resource)
    finally:
        structure.MAX_LEVELS_TRIED = tried  # type: ignore[misc]
    return {
        "name": path.stem,
        "bytes": path.stat().st_size,
        "errors": sorted({issue.key for issue in quick if issue.severity == "error"}),
        "warnings": sum(issue.severity == "warning" for issue in quick),
        "same after XML": back.resource is not None and in_order(back.resource) == in_order(resource),
        "same both ways": said(quick) == said(long),
        "index values": sum(len(values) for values in extract_all(resource).values()),
    }


def in_order(value: Any) -> Any:
    """With the spelling of each number, and members by name: XML has the order of the specification, JSON has none."""
    if isinstance(value, dict):
        return [(name, in_order(value[name])) for name in sorted(value)]
    return [in_order(each) for each in value] if isinstance(value, list) else encode(value)


def said(issues: list[Any]) -> set[tuple[str, str, str]]:
    return {(issue.severity, issue.key, issue.expression) for issue in issues}


def judge(entries: list[Entry]) -> dict[str, Any]:
    findings = [f"{each['name']}: not the same after XML" for each in entries if not each["same after XML"]]
    findings += [f"{each['name']}: the ways differ" for each in entries if not each["same both ways"]]
    keys = Counter(key for each in entries for key in each["errors"])
    figures = {
        "resources": len(entries),
        "MB of JSON": round(sum(each["bytes"] for each in entries) / 1e6),
        "the same after JSON to XML to JSON": sum(each["same after XML"] for each in entries),
        "the same issues by the quick and by the long way": sum(each["same both ways"] for each in entries),
        "with errors (named, at most 40)": sum(bool(each["errors"]) for each in entries),
        **{f"resources with the error {key}": count for key, count in keys.most_common()},
        "warnings": sum(each["warnings"] for each in entries),
        "values for the index of searches": sum(each["index values"] for each in entries),
    }
    return {"findings": findings, "figures": figures, "postgres": "not used"}
