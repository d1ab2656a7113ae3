"""Texts of what values say: attachments, identifiers, URLs, element ids, suspicious texts."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "attachment-size": Text(
        "invalid",
        "The stated size is {stated} bytes, but the data has {actual}.",
        "Norādītais izmērs ir {stated} baiti, bet datos ir {actual}.",
    ),
    "attachment-hash": Text(
        "invalid",
        "The hash is not the SHA-1 of the data.",
        "Kontrolsumma nav šo datu SHA-1.",
    ),
    "attachment-hash-length": Text(
        "invalid",
        "The hash has {bytes} bytes; in R4 it is a SHA-1 of 20 bytes.",
        "Kontrolsummā ir {bytes} baiti; R4 tā ir SHA-1 ar 20 baitiem.",
        "warning",
    ),
    "attachment-nothing": Text(
        "incomplete",
        "The attachment has neither data nor url, and says nothing about its content.",
        "Pielikumam nav ne data, ne url, un par tā saturu nekas nav norādīts.",
        "warning",
    ),
    "base64-blanks": Text(
        "value",
        "base64 should have no blanks and no line breaks.",
        "base64 pierakstā nevajadzētu būt atstarpēm un rindu pārnesumiem.",
        "warning",
    ),
    "media-type": Text(
        "value",
        "'{value}' is not a media type such as application/pdf.",
        "'{value}' nav datu tips, piemēram, application/pdf.",
    ),
    "identifier-not-uri": Text(
        "value",
        "The system says that the value is a URI, but '{value}' is none: write urn:oid:, urn:uuid: or https: before it.",
        "Pēc sistēmas vērtība ir URI, bet '{value}' tāds nav: pirms tās jāraksta urn:oid:, urn:uuid: vai https:.",
    ),
    "system-relative": Text(
        "value",
        "{type}.system must be an absolute URI, not '{value}'.",
        "{type}.system jābūt absolūtam URI, nevis '{value}'.",
    ),
    "canonical-relative": Text(
        "value",
        "A canonical is an absolute URL, or # with the id of a contained resource; '{value}' is neither.",
        "Kanoniskā adrese ir absolūts URL vai # ar iekļauta resursa id; '{value}' nav ne viens, ne otrs.",
        "warning",
    ),
    "url-relative": Text(
        "value",
        "The url of a {type} is absolute, so that others can name it; '{value}' is not.",
        "Resursa {type} url ir absolūts, lai citi varētu uz to atsaukties; '{value}' tāds nav.",
    ),
    "uuid-form": Text(
        "value",
        "'{value}' is not a UUID: write urn:uuid: and 36 characters.",
        "'{value}' nav UUID: jāraksta urn:uuid: un 36 rakstzīmes.",
    ),
    "oid-form": Text(
        "value",
        "'{value}' is not an OID: write urn:oid: and numbers with dots, such as urn:oid:1.2.3.",
        "'{value}' nav OID: jāraksta urn:oid: un skaitļi ar punktiem, piemēram, urn:oid:1.2.3.",
    ),
    "element-same-id": Text(
        "duplicate",
        "Another element of the resource has the id '{id}' too.",
        "Tāds pats id '{id}' ir vēl kādam šī resursa elementam.",
    ),
    "element-id-blank": Text(
        "value",
        "The id '{id}' of an element should have no blanks.",
        "Elementa id '{id}' nevajadzētu saturēt atstarpes.",
        "warning",
    ),
    "text-blanks": Text(
        "value",
        "The text '{value}' begins or ends with a blank.",
        "Teksts '{value}' sākas vai beidzas ar atstarpi.",
        "warning",
    ),
    "text-hidden": Text(
        "security",
        "The text has characters that cannot be seen and may change how it reads.",
        "Tekstā ir neredzamas rakstzīmes, kas var mainīt to, kā to lasa.",
        "warning",
    ),
    "text-tags": Text(
        "security",
        "The text has what looks like a tag of HTML: {tag}. It will be shown as it stands.",
        "Tekstā ir kas līdzīgs HTML tagam: {tag}. To rādīs tā, kā tas uzrakstīts.",
        "information",
    ),
    "markdown-tags": Text(
        "security",
        "The Markdown has what looks like a tag of HTML: {tag}. Viewers will not render it.",
        "Markdown tekstā ir kas līdzīgs HTML tagam: {tag}. Skatītāji to nerādīs kā HTML.",
        "warning",
    ),
    "date-unlikely": Text(
        "business-rule",
        "The year of '{value}' is unlikely. Is it a slip?",
        "Gads vērtībā '{value}' ir maz ticams. Vai tā nav kļūda?",
        "warning",
    ),
}
