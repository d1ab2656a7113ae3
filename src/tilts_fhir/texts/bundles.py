"""Texts of Bundles: entries, links, search results, documents, messages."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "bundle-no-first": Text(
        "required",
        "A Bundle of type {type} has at least one entry.",
        "{type} tipa Bundle jābūt vismaz vienam ierakstam.",
    ),
    "bundle-no-full-url": Text(
        "required",
        "An entry needs a fullUrl, except in a transaction or batch and their responses.",
        "Ierakstam jānorāda fullUrl, ja vien tā nav transakcija, pakete vai to atbilde.",
    ),
    "bundle-full-url-relative": Text(
        "invalid",
        "The fullUrl '{url}' is not absolute. Write the whole URL, or urn:uuid: with a UUID.",
        "fullUrl '{url}' nav absolūts. Norādiet pilnu URL vai urn:uuid: ar UUID.",
    ),
    "bundle-full-url-no-id": Text(
        "invalid",
        "The fullUrl '{url}' is that of a resource on a server, but the resource has no id.",
        "fullUrl '{url}' ir servera resursa adrese, bet resursam nav id.",
    ),
    "bundle-full-url-differs": Text(
        "invalid",
        "The fullUrl '{url}' does not end with the type and id of its resource, {name}.",
        "fullUrl '{url}' nebeidzas ar resursa tipu un id: {name}.",
    ),
    "bundle-request-type": Text(
        "invalid",
        "The request is for {type}, but the entry holds {name}.",
        "Pieprasījuma tips ir {type}, bet ierakstā ir {name}.",
    ),
    "bundle-request-id": Text(
        "invalid",
        "The request is for the id '{id}', but the resource does not have that id.",
        "Pieprasījums ir par id '{id}', bet resursam ir cits id vai tā nav.",
    ),
    "bundle-request-post": Text(
        "invalid",
        "A POST goes to a type, not to one resource: '{url}'. Use PUT to give the id.",
        "POST adresē tipu, nevis vienu resursu: '{url}'. Lai norādītu id, lietojiet PUT.",
        "warning",
    ),
    "bundle-link-twice": Text(
        "duplicate",
        "The link '{relation}' may be given only once.",
        "Saiti '{relation}' drīkst norādīt tikai vienreiz.",
    ),
    "bundle-stylesheet": Text(
        "not-found",
        "The stylesheet '{url}' is not in the Bundle.",
        "Stila lapas '{url}' nav šajā Bundle.",
    ),
    "bundle-stylesheet-external": Text(
        "business-rule",
        "The stylesheet '{url}' is outside the document. Put it in, or use https://hl7.org/fhir/fhir.css.",
        "Stila lapa '{url}' ir ārpus dokumenta. Iekļaujiet to vai lietojiet https://hl7.org/fhir/fhir.css.",
        "warning",
    ),
    "bundle-stylesheet-insecure": Text(
        "security",
        "The stylesheet '{url}' is fetched without encryption. Use https.",
        "Stila lapu '{url}' ielādē bez šifrēšanas. Lietojiet https.",
        "warning",
    ),
    "bundle-not-found": Text(
        "not-found",
        "No entry of the Bundle is '{name}', and this reference must lead to one.",
        "Neviens Bundle ieraksts nav '{name}', bet šai atsaucei jāved uz kādu no tiem.",
    ),
    "bundle-not-found-near": Text(
        "not-found",
        "No entry of the Bundle is '{name}'; '{near}' has its type and id, but is not what the reference leads to"
        " from the fullUrl of this entry.",
        "Neviens Bundle ieraksts nav '{name}'; tāds tips un id ir ierakstam '{near}', bet no šī ieraksta fullUrl"
        " atsauce uz to neved.",
    ),
    "document-unreached": Text(
        "invalid",
        "No link leads from the Composition to the entry '{name}'.",
        "No Composition uz ierakstu '{name}' neved neviena saite.",
    ),
    "document-backward": Text(
        "informational",
        "The entry '{name}' is only linked to the Composition backwards.",
        "Ieraksts '{name}' saistīts ar Composition tikai pretējā virzienā.",
        "warning",
    ),
    "message-unreached": Text(
        "informational",
        "No link joins the entry '{name}' to the MessageHeader. Is it needed?",
        "Ieraksts '{name}' nav saistīts ar MessageHeader. Vai tas vajadzīgs?",
        "warning",
    ),
    "search-no-self": Text(
        "required",
        "A page of search results should have a link 'self' that says what was searched.",
        "Meklēšanas rezultātu lapā vajadzīga saite 'self', kas rāda, kas meklēts.",
        "warning",
    ),
    "search-self-unclear": Text(
        "informational",
        "The link 'self' does not say which resource types were searched.",
        "Saite 'self' nerāda, kuri resursu tipi meklēti.",
        "information",
    ),
    "search-no-resource": Text(
        "required",
        "An entry of a search result holds a resource.",
        "Meklēšanas rezultāta ierakstā jābūt resursam.",
    ),
    "search-no-mode": Text(
        "required",
        "The entry should say by search.mode why it is here, as others do.",
        "Ierakstā jānorāda search.mode, kā tas darīts citos.",
        "warning",
    ),
    "search-no-id": Text(
        "required",
        "A resource found by a search has an id.",
        "Meklēšanā atrastam resursam ir id.",
    ),
    "search-type": Text(
        "invalid",
        "{type} was not searched; the link 'self' asks for: {expected}.",
        "{type} netika meklēts; saitē 'self' norādīts: {expected}.",
    ),
    "search-not-outcome": Text(
        "invalid",
        "An entry with the mode 'outcome' holds an OperationOutcome, not {type}.",
        "Ierakstā ar režīmu 'outcome' jābūt OperationOutcome, nevis {type}.",
    ),
}
