"""Every text in both languages: nothing missing, nothing left over, the same places in each."""

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from hatchling.builders.wheel import WheelBuilder

from tests.house.tree import ROOT
from tests.running import Running
from tilts.audit_words import EVENTS
from tilts.exchange.telling import KINDS
from tilts.portal import words
from tilts.portal.languages import LANGUAGES, po_file, translations
from tilts.portal.languages import areas as areas_with_words
from tilts.portal.rendering import FACT, in_short
from tilts.portal.resident.words import PRESCRIPTION_EVENTS
from tilts.rules import Language
from tilts.rules.catalogue import BY_ID
from tilts.transport.listeners import all_routes
from tilts.transport.search import PageLinks
from tools.translations import areas, texts

PLACE = re.compile(r"%\([a-z]+\)[a-z]")


def catalogue(area: str) -> Catalog:
    with po_file(area).open("rb") as file:
        return read_po(file, locale="lv")


def ids(found: Catalog) -> set[str]:
    return {first(message) for message in found if message.id}


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def strings(message: Message) -> Iterator[str]:
    yield from [message.string] if isinstance(message.string, str) else message.string or ()


@pytest.mark.parametrize("area", areas())
def test_the_catalogue_has_every_text_and_no_other(area: str) -> None:
    assert ids(catalogue(area)) == ids(texts(area))


def test_no_catalogue_is_left_of_an_area_that_is_gone() -> None:
    assert set(areas_with_words()) == set(areas())


@pytest.mark.parametrize("area", areas())
def test_every_text_has_words_with_the_same_places(area: str) -> None:
    for message in catalogue(area):
        if message.id:
            assert not message.fuzzy
            for string in strings(message):
                assert string, message.id
                assert set(PLACE.findall(string)) == set(PLACE.findall(first(message))), message.id


def test_a_text_of_two_areas_has_the_same_words_in_both() -> None:
    """All catalogues are merged into one: the later would win unseen."""
    said: dict[str, dict[str, object]] = {}
    for area in areas():
        for message in catalogue(area):
            if message.id:
                said.setdefault(first(message), {})[area] = message.string
    assert not {text: by for text, by in said.items() if len({str(one) for one in by.values()}) > 1}


def test_latvian_counts_as_latvians_do() -> None:
    counted = [translations("lv").ngettext("call", "calls", count) for count in (0, 1, 2, 11, 21)]
    assert counted == ["izsaukumu", "izsaukums", "izsaukumi", "izsaukumi", "izsaukums"]


def test_every_audit_event_has_words() -> None:
    routes = all_routes(PageLinks(b"x" * 32, minutes=1, pages=1))
    events = {route.audit_event for route in routes} | {"token.issued", "address.unknown"}
    assert events <= set(EVENTS)


def test_every_act_of_the_portal_has_words() -> None:
    acts = {
        node.args[0].value
        for path in sorted((ROOT / "src" / "tilts" / "portal").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Act"
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert "gate.asked" in acts and acts <= set(EVENTS)


def test_every_kind_and_role_of_the_sandbox_has_words(exchange: Running) -> None:
    assert {client["kind"] for client in exchange.facts["clients"].values()} <= set(words.KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_in_short_has_no_open_place(language: Language) -> None:
    for rule in BY_ID.values():
        short = in_short(translations(language), language, rule, {})
        assert short
        assert not FACT.search(short)


def test_templates_words_and_assets_are_in_the_wheel() -> None:
    shipped = {file.distribution_path for file in WheelBuilder(".").recurse_included_files()}
    for name in (
        "templates/front.html",
        "static/portal.css",
        "static/portal.js",
        "static/favicon.svg",
        "locale/lv/LC_MESSAGES/portal.po",
        "static/forms.css",
        "templates/_forms.html",
        "templates/help/index.html",
        "locale/lv/LC_MESSAGES/help.po",
    ):
        assert f"tilts/portal/{name}" in shipped
    assert {
        "tilts/docs/howto/connector.md",
        "tilts/docs/GLOSSARY.md",
        "tilts/docs/pictures/house.svg",
    } <= shipped


def test_a_patient_has_words_for_every_event_of_the_feed() -> None:
    assert set(PRESCRIPTION_EVENTS) == KINDS
