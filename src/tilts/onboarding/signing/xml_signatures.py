"""The signature files of a container: read without believing them, each signature taken out and looked at alone.

Alone, because a signature that is verified within a larger document can be made to mean another part
of it (signature wrapping). What it may point to: its own parts, and files of the container, nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree
from signxml.algorithms import CanonicalizationMethod

from tilts.onboarding.signing.opening.containers import META, is_safe, shown
from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.report import MIB
from tilts.rules import Refusal
from tilts.rules.signing import SGN_ALTERED, SGN_FORM, SGN_REACHES_OUT, SGN_TOO_LARGE

DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
XADES: Final = "{http://uri.etsi.org/01903/v1.3.2#}"
SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"
# The three roots in use: ASiC (ETSI TS 102 918 / EN 319 162), OpenDocument as older .edoc have it, and bare.
ROOTS: Final = (
    "{http://uri.etsi.org/02918/v1.2.1#}XAdESSignatures",
    "{http://uri.etsi.org/2918/v1.2.1#}XAdESSignatures",
    "{urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0}document-signatures",
)
C14N: Final = frozenset(method.value for method in CanonicalizationMethod)
IDS: Final = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")
LARGEST_BYTES: Final = 4 * MIB
Element = Any  # lxml is not typed where we need it


@dataclass(frozen=True, slots=True)
class OneSignature:
    """A ds:Signature by itself, and the files of the container that it points to, in its order."""

    where: str
    root: Element
    targets: tuple[str | None, ...]  # None: a part of the signature itself

    @property
    def covers(self) -> tuple[str, ...]:
        return tuple(target for target in self.targets if target is not None)


def is_signature_file(name: str) -> bool:
    """ETSI EN 319 162-1 section 4.4.3.2: `META-INF/*signatures*.xml`; older .edoc: edoc-signatures-*.xml."""
    inner = name.removeprefix(META)
    return name.startswith(META) and "/" not in inner and "signatures" in inner and inner.endswith(".xml")


def parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_pis=False,
    )


def parsed(name: str, content: bytes) -> Element:
    if len(content) > LARGEST_BYTES:
        raise Refusal(SGN_TOO_LARGE, size=len(content), limit=LARGEST_BYTES)
    # Looked for in the bytes, before any parser sees them; UTF-8 only, so that there is one way to look.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content:
        raise Refusal(SGN_REACHES_OUT, what=f"{shown(name)}: DOCTYPE")
    with reading(f"{shown(name)}: not XML"):
        root = etree.fromstring(content, parser())
        if (
            root.getroottree().docinfo.doctype
            or (root.getroottree().docinfo.encoding or "UTF-8").upper() != "UTF-8"
        ):
            raise Refusal(SGN_REACHES_OUT, what=f"{shown(name)}: DOCTYPE")
        return root


def signatures_in(name: str, content: bytes, files: Mapping[str, bytes]) -> list[OneSignature]:
    root = parsed(name, content)
    everywhere = list(root.iter(f"{DS}Signature"))
    outer = (
        [root] if root.tag == f"{DS}Signature" else [part for part in root if part.tag == f"{DS}Signature"]
    )
    if root.tag not in (*ROOTS, f"{DS}Signature") or everywhere != outer:
        raise Refusal(SGN_FORM, form=f"{shown(name)}: signature in an unknown place")
    return [alone(f"{shown(name)} #{number}", one, files) for number, one in enumerate(outer, 1)]


def alone(where: str, found: Element, files: Mapping[str, bytes]) -> OneSignature:
    with reading(where):
        root = etree.fromstring(etree.tostring(found, with_tail=False), parser())
    identifiers = [part.get(key) for part in root.iter() for key in IDS if part.get(key) is not None]
    if len(identifiers) != len(set(identifiers)):
        raise Refusal(SGN_ALTERED, what=f"{where}: one Id twice")
    references = root.findall(f"{DS}SignedInfo/{DS}Reference")
    return OneSignature(where, root, tuple(target_of(where, one, files) for one in references))


def target_of(where: str, reference: Element, files: Mapping[str, bytes]) -> str | None:
    """The file that a reference points to; None for a part of the signature. Nothing else is followed."""
    uri = reference.get("URI")
    transforms = [one.get("Algorithm") for one in reference.findall(f"{DS}Transforms/{DS}Transform")]
    if uri is None or uri == "":
        raise Refusal(SGN_FORM, form=f"{where}: reference without target")
    if uri.startswith("#"):
        if not C14N.issuperset(transforms):
            raise Refusal(SGN_FORM, form=f"{where}: transform")
        return None
    name = unquote(uri, errors="strict").removeprefix("./")
    if not is_safe(name) or "?" in uri or "#" in uri:
        raise Refusal(SGN_REACHES_OUT, what=shown(uri))
    if transforms:  # a file is signed as it is: a transform could make two files look the same
        raise Refusal(SGN_FORM, form=f"{where}: transform of {shown(name)}")
    if name not in files:
        raise Refusal(SGN_ALTERED, what=f"{shown(name)} is signed and not there")
    return name
