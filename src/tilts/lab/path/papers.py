"""Papers as a person handles them: a form filled in with any program for PDF, a scan of what came by post."""

from collections.abc import Mapping
from io import BytesIO

from pypdf import PdfReader, PdfWriter

from tilts.lab.walker import Upload

PDF = "application/pdf"


def filled_in(form: bytes, values: Mapping[str, str], filename: str) -> Upload:
    """The yellow fields get values; nothing else of the file changes."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(form)))
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
    written = BytesIO()
    writer.write(written)
    return Upload(filename, written.getvalue(), PDF)


def with_one_page_more(text: bytes) -> bytes:
    """A text changed after it was agreed."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(text)))
    writer.add_blank_page()
    written = BytesIO()
    writer.write(written)
    return written.getvalue()
