"""Texts of the checks of code systems."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "code-system-supplement-content": Text(
        "business-rule",
        "A code system that supplements another has the content 'supplement', not '{content}'.",
        "Kodu sistēmai, kas papildina citu, saturs (content) ir 'supplement', nevis '{content}'.",
    ),
    "code-system-supplements-nothing": Text(
        "business-rule",
        "A code system with the content 'supplement' says in 'supplements' which one it adds to.",
        "Kodu sistēmai ar saturu 'supplement' jānorāda 'supplements': ko tā papildina.",
    ),
    "code-system-supplement-code": Text(
        "code-invalid",
        "The code '{code}' is not in {system}, which this code system supplements.",
        "Koda '{code}' nav sistēmā {system}, ko šī kodu sistēma papildina.",
    ),
    "code-system-count": Text(
        "invalid",
        "The code system is {content} and has {concepts} concepts, which does not fit its count of {count}.",
        "Kodu sistēma ir '{content}' ar {concepts} jēdzieniem, kas neatbilst norādītajam skaitam {count}.",
    ),
    "code-system-not-present": Text(
        "business-rule",
        "The code system says that its content is not present, but it has concepts.",
        "Kodu sistēma norāda, ka satura tajā nav, bet jēdzieni tajā ir.",
    ),
    "code-system-no-concepts": Text(
        "informational",
        "The code system says that it is complete, but it has no concepts.",
        "Kodu sistēma norāda, ka ir pilnīga, bet tajā nav jēdzienu.",
        "warning",
    ),
    "code-system-case": Text(
        "informational",
        "Say in 'caseSensitive' whether upper and lower case of a code differ.",
        "Norādiet 'caseSensitive': vai kodos lielie un mazie burti atšķiras.",
        "information",
    ),
    "code-system-hierarchy": Text(
        "informational",
        "Concepts stand under each other; say in 'hierarchyMeaning' what that means.",
        "Jēdzieni izkārtoti hierarhijā; norādiet 'hierarchyMeaning': ko tā nozīmē.",
        "information",
    ),
    "code-system-property-twice": Text(
        "duplicate",
        "There is already a property with the {what_en} '{value}'.",
        "Īpašība ar {what_lv} '{value}' jau ir.",
    ),
    "code-system-property-type": Text(
        "invalid",
        "The property '{name}' has the type {expected}, not '{type}'.",
        "Īpašības '{name}' tips ir {expected}, nevis '{type}'.",
    ),
    "code-system-property-code": Text(
        "invalid",
        "The URI '{uri}' belongs to the property '{expected}'; with the code '{name}' it will be mistaken.",
        "URI '{uri}' pieder īpašībai '{expected}'; ar kodu '{name}' to pārpratīs.",
    ),
    "code-system-property-uri": Text(
        "informational",
        "The property '{name}' has the code of a standard one; give its URI '{uri}' too, if it is meant.",
        "Īpašībai '{name}' ir standarta īpašības kods; ja tā domāta, norādiet arī tās URI '{uri}'.",
        "warning",
    ),
    "code-system-property-undeclared": Text(
        "code-invalid",
        "The property '{name}' is not declared in CodeSystem.property.",
        "Īpašība '{name}' nav deklarēta CodeSystem.property.",
        "warning",
    ),
    "code-system-property-value": Text(
        "invalid",
        "The property '{name}' is declared as {expected}, but its value is a {type}.",
        "Īpašība '{name}' deklarēta kā {expected}, bet vērtības tips ir {type}.",
    ),
    "code-system-property-concept": Text(
        "code-invalid",
        "The property '{name}' names the code '{code}', which is not in the code system.",
        "Īpašība '{name}' norāda kodu '{code}', kura kodu sistēmā nav.",
    ),
    "code-system-designation": Text(
        "informational",
        "The designation '{value}' has no use and the language of the display; say what makes it different.",
        "Apzīmējumam '{value}' nav lietojuma (use), un tā valoda ir tā pati; norādiet, ar ko tas atšķiras.",
        "warning",
    ),
    "code-system-value-set-type": Text(
        "invalid",
        "'{canonical}' is a {type}; 'valueSet' names the value set of all codes.",
        "'{canonical}' ir {type}; 'valueSet' norāda visu kodu vērtību kopu.",
    ),
    "code-system-value-set": Text(
        "invalid",
        "The value set {canonical} is not the one of all codes: it must include this code system, whole and alone.",
        "Vērtību kopa {canonical} nav visu kodu kopa: tajā jābūt iekļautai tikai šai kodu sistēmai, un visai.",
    ),
}
