"""Makes the papers of a procedure: a form with yellow fields to fill in, or the agreed text that is signed.

The same input gives the same bytes, so that the hash of an agreed text can be frozen.
"""

from collections.abc import Iterable, Mapping

from reportlab.platypus import Flowable, PageBreak

from tilts.onboarding.contacts import INVENTED, Contacts
from tilts.onboarding.procedures.contents import document_pages, documents_of_set
from tilts.onboarding.procedures.kinds import Document, Procedure
from tilts.onboarding.procedures.laying import lay_fields
from tilts.onboarding.procedures.paper import Imprint, print_pages
from tilts.onboarding.procedures.places import Place, Writing
from tilts.rules import Language

NOTHING: Mapping[str, str] = {}


def render_form(
    procedure: Procedure,
    language: Language,
    values: Mapping[str, str] = NOTHING,
    frozen: bool = False,
    contacts: Contacts | None = None,
) -> bytes:
    """All papers of the set but the cover letter, each beginning on a page of its own."""
    papers = documents_of_set(procedure, dict(values))
    some = [document for document in papers if document.kind != "cover-letter"]
    return _rendered(procedure, some, _writing(language, values, frozen), contacts)


def render_document(
    procedure: Procedure,
    document_id: str,
    language: Language,
    values: Mapping[str, str] = NOTHING,
    frozen: bool = False,
    contacts: Contacts | None = None,
) -> bytes:
    """One paper of the set: an annex, the cover letter."""
    some = [procedure.document(document_id)]
    return _rendered(procedure, some, _writing(language, values, frozen), contacts)


def _writing(language: Language, values: Mapping[str, str], frozen: bool) -> Writing:
    return Writing(language, dict(values), frozen, [])


def _rendered(
    procedure: Procedure, documents: list[Document], writing: Writing, contacts: Contacts | None
) -> bytes:
    desks = contacts or INVENTED.at(procedure.valid_from)
    title = (documents[0] if len(documents) == 1 else procedure).title.of(writing.language)
    imprint = Imprint(title, procedure.reference, writing.language, desks, writing.frozen)

    def story() -> list[Flowable]:
        writing.places.clear()
        return list(_pages(procedure, documents, writing, desks))

    pages = print_pages(imprint, story)
    if writing.frozen:
        return pages
    places = _once(writing.places)
    return lay_fields(pages, places, writing.values, writing.language, imprint.keywords)


def _pages(
    procedure: Procedure, documents: list[Document], writing: Writing, contacts: Contacts
) -> Iterable[Flowable]:
    for place, document in enumerate(documents):
        if place:
            yield PageBreak()
        yield from document_pages(procedure, document, writing, contacts)


def _once(places: list[Place]) -> list[Place]:
    """A box that the layout drew twice is one field."""
    return list({place.name: place for place in places}.values())
