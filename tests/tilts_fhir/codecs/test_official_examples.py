"""HL7's own examples are the same after JSON to XML to JSON.

The package is fetched by `make examples`; without it this test skips. `make test` takes every seventh of the 5,306;
TILTS_ALL_EXAMPLES=1 takes all, in less than a minute.
"""

import os
from pathlib import Path

import pytest

from tests.tilts_fhir.codecs.generated import canonical
from tilts_fhir.json_strict import decode_resource, encode
from tilts_fhir.xml_reader import read_xml
from tilts_fhir.xml_writer import write_xml

PACKAGE = Path(__file__).resolve().parents[3] / ".cache" / "hl7.fhir.r4.examples-4.0.1"
STEP = 1 if os.environ.get("TILTS_ALL_EXAMPLES") == "1" else 7


@pytest.mark.skipif(not PACKAGE.is_dir(), reason=f"{PACKAGE} is not there: run `make examples`")
def test_official_examples_are_identical_after_json_to_xml_to_json() -> None:
    files = [path for path in sorted(PACKAGE.glob("*.json")) if path.stem not in ("package", ".index")]
    assert len(files) == 5306
    different = []
    for path in files[::STEP]:
        resource = decode_resource(path.read_bytes())
        got = read_xml(write_xml(resource))
        if got.issues or canonical(got.resource) != canonical(resource):
            different.append(path.stem)
        assert encode(decode_resource(encode(resource))) == encode(resource)

    assert different == []
