"""What the headers ask for, read once: language, form of the answer, Prefer."""

import re
from typing import Final, Literal, TypeAlias

from tilts.ids import new_id
from tilts.rules import Language, Refusal
from tilts.rules.wire import WIRE_CONTENT_TYPE, WIRE_NOT_ACCEPTABLE

FHIR_JSON: Final = "application/fhir+json"
JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json", "text/json"})
ACCEPTED: Final = JSON_TYPES | {"*/*", "application/*", ""}
FORM: Final = "application/x-www-form-urlencoded"
# All types offered here have the same elements in R4 and R4B (compared element by element; two more kinds of
# extension value in R4B are the only difference): docs/reference/wire.md.
RELEASES: Final = frozenset({"4.0", "4.0.1", "4.3", "4.3.0"})
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
PERSON_CODE: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9]{6}-?[0-9]{5}(?![0-9A-Za-z])"
)  # never one part of a UUID
Preference: TypeAlias = Literal["representation", "minimal", "OperationOutcome"]


def language_of(accept_language: str) -> Language:
    """lv unless English is preferred (RFC 9110 section 12.5.4); the house speaks lv first."""
    best: tuple[float, Language] = (0.0, "lv")
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.strip().lower().split("-")[0]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if name in ("lv", "en") and quality > best[0]:
            best = (quality, "lv" if name == "lv" else "en")
    return best[1]


def check_accept(accept: str, format_parameter: str | None = None) -> None:
    wanted = format_parameter or accept
    if not wanted:
        return
    for part in wanted.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        known = kind in ACCEPTED or kind in ("json", "application/jose", "application/pdf")
        if known and release_in(parameters) in RELEASES:
            return
    raise Refusal(WIRE_NOT_ACCEPTABLE, accept=wanted[:200])


def check_content_type(written: str, *, form: bool, packed: str = "") -> None:
    """`packed` is the Content-Encoding: a body is taken as it is or not at all."""
    kind, *parameters = (piece.strip().lower() for piece in written.split(";"))
    plain = packed.strip().lower() in ("", "identity")
    if form and not (plain and kind == FORM):
        raise Refusal(WIRE_CONTENT_TYPE, expected=FORM)
    if not form and not (plain and kind in JSON_TYPES and release_in(parameters) in RELEASES):
        raise Refusal(WIRE_CONTENT_TYPE, expected=FHIR_JSON)


def release_in(parameters: list[str]) -> str:
    """The fhirVersion of a media type; 4.0 when it names none."""
    written = next((p.partition("=")[2] for p in parameters if p.startswith("fhirversion=")), "4.0")
    return written.strip('"')


def preference(prefer: str) -> Preference:
    for part in re.split(r"[,;]", prefer):
        name, _, value = part.strip().partition("=")
        if name == "return" and value in ("minimal", "OperationOutcome"):
            return "minimal" if value == "minimal" else "OperationOutcome"
    return "representation"


def request_id_of(written: str) -> str:
    """The caller's own, if it is harmless in a log; otherwise a new one."""
    harmless = REQUEST_ID.match(written) and not PERSON_CODE.search(written)
    return written if harmless else str(new_id())
