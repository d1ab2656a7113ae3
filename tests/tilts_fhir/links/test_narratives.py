"""A narrative is one harmless piece of XHTML with something to read in it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tilts_fhir.links.findings import Json, found
from tilts_fhir.texts import TEXTS
from tilts_fhir.validation.narrative import MAX_FAULTS, narrative_faults

NAMESPACE = 'xmlns="http://www.w3.org/1999/xhtml"'


def a_div(content: str, attributes: str = "") -> str:
    return f"<div {NAMESPACE}{attributes}>{content}</div>"


def keys(content: str) -> list[str]:
    return [key for key, _ in narrative_faults(a_div(content))]


@pytest.mark.parametrize(
    "content",
    [
        "Text",
        "<p>A&nbsp;B &amp; &lt; &#233; &eacute;</p>",
        '<table border="1"><tbody><tr><td colspan="2" style="color: red">a</td></tr></tbody></table>',
        '<a href="https://a.example">a</a><a href="mailto:a@a.example">b</a><a href="#c">c</a><a href="Patient/1">d</a>',
        '<img src="data:image/png;base64,AAAA" alt="a"/>',
        '<p xml:lang="lv" dir="ltr">Ā</p>',
        '<a name="x">a</a><span title="t" class="c" id="i">b</span>',
    ],
)
def test_what_html_offers_for_reading_is_allowed(content: str) -> None:
    assert keys(content) == []


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("<script>alert(1)</script>", "xhtml-element"),
        ("<form>a</form>", "xhtml-element"),
        ("<iframe>a</iframe>", "xhtml-element"),
        ('<svg xmlns="http://www.w3.org/2000/svg">a</svg>', "xhtml-element"),
        ('<p onclick="x()">a</p>', "xhtml-attribute"),
        ('<p data-x="1">a</p>', "xhtml-attribute"),
        ('<a href="javascript:x()">a</a>', "xhtml-link"),
        ('<a href="urn:uuid:1">a</a>', "xhtml-link"),
        ('<img src="file:///etc/passwd" alt="a"/>', "xhtml-link"),
        ('<p style="width: expression(x())">a</p>', "xhtml-style"),
        ('<p id="a">a</p><p id="a">b</p>', "xhtml-same-id"),
        ("&nosuch;", "xhtml-entity"),
        ("<p>a", "xhtml-not-xml"),
        ("a & b", "xhtml-not-xml"),
        (" <p> </p>", "xhtml-empty"),
        ("<?php a ?>a", "xhtml-instruction"),
    ],
)
def test_what_runs_or_fetches_or_cannot_be_read_is_refused(content: str, key: str) -> None:
    assert keys(content) == [key]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"<p {NAMESPACE}>a</p>", "xhtml-root"),
        ("<div>a</div>", "xhtml-namespace"),
        ('<div xmlns="http://hl7.org/fhir">a</div>', "xhtml-namespace"),
        (f"<!DOCTYPE div>{a_div('a')}", "xhtml-doctype"),
        (f'<!DOCTYPE d [<!ENTITY a "b">]>{a_div("&amp;")}', "xhtml-doctype"),
        (a_div("a") + a_div("b"), "xhtml-not-xml"),
        ("", "xhtml-not-xml"),
    ],
)
def test_a_narrative_is_one_div_of_xhtml(text: str, key: str) -> None:
    assert [found for found, _ in narrative_faults(text)] == [key]


def test_faults_are_told_with_their_place() -> None:
    patient: Json = {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": a_div("<script>a</script>")},
    }
    assert found(patient) == [("xhtml-element", "Patient.text.div")]


def test_the_language_of_a_narrative_is_that_of_its_resource() -> None:
    def spoken(language: str) -> list[tuple[str, str]]:
        div = a_div("a", f' lang="{language}"')
        return found(
            {"resourceType": "Patient", "language": "lv", "text": {"status": "generated", "div": div}}
        )

    assert spoken("lv-LV") == []
    assert spoken("en") == [("xhtml-language", "Patient.text.div")]


def test_text_outside_of_the_sections_by_language_is_pointed_out() -> None:
    def sections(content: str) -> list[tuple[str, str]]:
        return found({"resourceType": "Patient", "text": {"status": "generated", "div": a_div(content)}})

    assert sections('<div lang="lv">a</div><div lang="en">b</div>') == []
    assert sections('a<div lang="en">b</div>') == [("xhtml-sections", "Patient.text.div")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>a<br/><span>b</span></p>", []),
        ("<ul><li><p>a</p></li></ul>", []),
        ("<p>a<div>b</div></p>", ["xhtml-in-paragraph"]),
        ("<p><span><ul><li>b</li></ul></span></p>", ["xhtml-in-paragraph"]),
        ("<p>a</p><p>b</p>", []),
    ],
)
def test_a_paragraph_holds_no_blocks(content: str, expected: list[str]) -> None:
    assert keys(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<table border="1" cellpadding="1"><tr><td nowrap="nowrap">a</td></tr></table>', []),
        ('<ol start="2"><li>a</li></ol>', []),
        ('<p border="1">a</p>', ["xhtml-attribute"]),
        ('<span href="https://a.example">a</span>', ["xhtml-attribute"]),
        ('<td cellpadding="1">a</td>', ["xhtml-attribute"]),
    ],
)
def test_an_attribute_stands_on_an_element_that_has_it(content: str, expected: list[str]) -> None:
    assert keys(content) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/b?c=d&amp;e=f#g", []),
        ("Patient/1", []),
        ("data:image/png;base64,AAAA", []),
        ("data: image/png;base64,AAAA", []),
        ("", ["xhtml-address"]),
        ("https://a.example/a b", ["xhtml-address"]),
        ("https://a.example/{b}", ["xhtml-address"]),
        ("data:image/png;base64,AAA", ["xhtml-address"]),
        ("data:image/png;base64,AA,AA", ["xhtml-address"]),
        ("data:image/png,AAAA", ["xhtml-address"]),
        ("data:base64,AAAA", ["xhtml-address"]),
    ],
)
def test_links_and_images_lead_to_urls(url: str, expected: list[str]) -> None:
    assert keys(f'<a href="{url}">a</a>') == expected
    assert keys(f'<img src="{url}" alt="a"/>') == expected


def test_deep_nesting_and_many_faults_end_early() -> None:
    deep = narrative_faults(a_div("<b>" * 100_000 + "a" + "</b>" * 100_000))
    many = narrative_faults(a_div("<x/>" * 100_000 + "a"))
    assert [key for key, _ in deep] == ["xhtml-deep"]
    assert len(many) == MAX_FAULTS


def test_the_time_is_linear_in_the_length() -> None:
    start = time.perf_counter()
    assert keys("<p>" + "a &lt; " * 200_000 + "</p>") == []
    assert time.perf_counter() - start < 5


@given(st.text() | st.text(alphabet='<>/&;"= divscriptx!?-[]'))
def test_no_text_raises_and_every_fault_can_be_told(text: str) -> None:
    for div in (text, a_div(text)):
        for key, facts in narrative_faults(div):
            assert TEXTS[key].en.format(**facts) and TEXTS[key].lv.format(**facts)


def test_a_declared_encoding_changes_nothing() -> None:
    assert narrative_faults('<?xml version="1.0" encoding="idna"?>' + a_div("Ā")) == []
