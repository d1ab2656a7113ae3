# Made from _async/classifiers.py by tools/async_to_sync.py: change that one.
"""Lists of codes: see which there are, keep a copy of them, ask about a single code."""

from datetime import date
from pathlib import Path

from tilts_connector._core import parameters_of
from tilts_connector._sync.exchange import Exchange
from tilts_connector.classifiers import (
    Classifier,
    Code,
    Downloaded,
    Validity,
    classifiers_of,
    code_of,
    file_name,
    hash_of,
    kept,
    validity_of,
)
from tilts_connector.errors import Misused


class Classifiers:
    """
    The classifiers of the exchange, for a system that keeps its own copy or asks code by code.

    A developer's system acts with the purpose HOPERAT: `exchange.acting_as(Actor(purpose="HOPERAT"))`.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def list(self) -> list[Classifier]:
        """
        Every classifier with its versions, and whether this system may have it.

        Raises:
            Refused: The token does not cover classifiers.
            Unreachable: No usable answer; safe to repeat.

        Source: docs/reference/classifiers.md.
        """
        return classifiers_of(self._exchange.beside("classifiers"))

    def download(self, name: str, folder: Path, version: str | None = None) -> Downloaded:
        """
        Bring a version into a folder, as NDJSON, one code a line; a copy that is still good is kept.

        Args:
            folder: Made if it is not there; the file in it is `<name>-<version>.ndjson`.
            version: Default: the one that holds today.

        Raises:
            Refused: CLS-004 to CLS-006, the operator agreement does not open it; CLS-001, CLS-002, not there.
            Unreachable: No usable answer, or the content is not what its hash says; safe to repeat.
            Misused: The folder cannot be written, or no version holds today.

        Source: docs/reference/classifiers.md; RFC 9110 section 13.
        """
        listed = next((one for one in self.list() if one.name == name), None)
        if version is None and listed is not None:
            version = listed.in_force
            if version is None:
                raise Misused(f"no version of {name} holds today; name one")
        wanted = version or "0"  # an unknown classifier: the exchange says so
        path = folder / file_name(name, wanted)
        there = hash_of(path)
        answer = self._exchange.beside(f"classifiers/{name}/{wanted}.ndjson", etag=there)
        if answer.status == 304 and there is not None:
            return Downloaded(path, wanted, there, changed=False)
        published = listed.versions if listed else ()
        expected = next((one.sha256 for one in published if one.version == wanted), "")
        kept(path, answer.body, expected)
        return Downloaded(path, wanted, expected, changed=True)

    def lookup(self, system: str, code: str, on: date | None = None, version: str | None = None) -> Code:
        """
        What a code means: its names and properties in the version that holds on that day.

        Raises:
            Refused: CLS-001 to CLS-003 and CLS-007: no such system, version or code, or none that day.
            Unreachable: No usable answer; safe to repeat.

        Source: FHIR R4 codesystem-operation-lookup.html.
        """
        asked = {"code": {"valueCode": code}, "system": {"valueUri": system}}
        if on is not None:
            asked["date"] = {"valueDateTime": on.isoformat()}
        if version is not None:
            asked["version"] = {"valueString": version}
        return code_of(self._exchange.operation("CodeSystem/$lookup", parameters_of(**asked)))

    def validate(
        self, system: str, code: str, on: date | None = None, display: str | None = None
    ) -> Validity:
        """
        Whether a code may be used on that day; default: today in Riga.

        Raises:
            Refused: CLS-001 or CLS-007: no such system, or no version of it held that day.
            Unreachable: No usable answer; safe to repeat.

        Source: FHIR R4 codesystem-operation-validate-code.html.
        """
        asked = {"url": {"valueUri": system}, "code": {"valueCode": code}}
        if on is not None:
            asked["date"] = {"valueDateTime": on.isoformat()}
        if display is not None:
            asked["display"] = {"valueString": display}
        return validity_of(self._exchange.operation("CodeSystem/$validate-code", parameters_of(**asked)))
