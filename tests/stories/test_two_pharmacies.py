"""A patient, a doctor, two pharmacies: the story of the sandbox, through the real doors."""

from tests.running import Running


def test_smoke(exchange: Running) -> None:
    with exchange.connect("practice") as practice:
        assert practice.metadata()["fhirVersion"] == "4.0.1"
