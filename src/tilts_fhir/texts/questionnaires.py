"""Texts of questionnaires in themselves (`form-`)."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "form-link-id-twice": Text(
        "business-rule",
        "The linkId '{link_id}' is used before; each item of a questionnaire needs a linkId of its own.",
        "linkId '{link_id}' jau izmantots; katram anketas vienumam vajadzīgs savs linkId.",
    ),
    "form-behaviour": Text(
        "required",
        "With more than one enableWhen, enableBehavior must say whether all or any of them must be met (que-12).",
        "Ja enableWhen ir vairāki, enableBehavior jānorāda, vai jāizpildās visiem vai kādam no tiem (que-12).",
    ),
    "form-condition-unknown": Text(
        "business-rule",
        "enableWhen asks for '{link_id}', but the questionnaire has no item with this linkId.",
        "enableWhen atsaucas uz '{link_id}', bet anketā nav vienuma ar šādu linkId.",
    ),
    "form-condition-itself": Text(
        "business-rule",
        "enableWhen cannot ask for the answer to its own item.",
        "enableWhen nevar atsaukties uz sava vienuma atbildi.",
    ),
    "form-condition-inside": Text(
        "business-rule",
        "enableWhen cannot ask for '{link_id}', which stands inside the item that it enables.",
        "enableWhen nevar atsaukties uz '{link_id}', kas atrodas tā paša vienuma iekšienē.",
    ),
    "form-condition-later": Text(
        "business-rule",
        "enableWhen asks for '{link_id}', which comes after this item; put the condition's question first.",
        "enableWhen atsaucas uz '{link_id}', kas seko pēc šī vienuma; nosacījuma jautājums jāliek pirms tā.",
        "warning",
    ),
    "form-condition-type": Text(
        "business-rule",
        "The condition compares with a {found}, but answers to a question of type '{type}' are: {allowed}.",
        "Nosacījums salīdzina ar {found}, bet '{type}' jautājuma atbildes tips ir: {allowed}.",
        "warning",
    ),
    "form-condition-operator": Text(
        "business-rule",
        "The operator '{operator}' needs values with an order; {type} has none.",
        "Operatoram '{operator}' vajadzīgas sakārtojamas vērtības; tipam {type} kārtības nav.",
        "warning",
    ),
    "form-option-type": Text(
        "business-rule",
        "An option of type {found} cannot answer a question of type '{type}'; allowed: {allowed}.",
        "Variants ar tipu {found} nevar būt '{type}' jautājuma atbilde; atļauts: {allowed}.",
    ),
    "form-option-twice": Text(
        "business-rule",
        "The same option is offered before; leave one of them out.",
        "Šāds variants jau ir piedāvāts; viens no tiem jāizlaiž.",
        "warning",
    ),
    "form-initial-type": Text(
        "business-rule",
        "An initial value of type {found} cannot answer a question of type '{type}'; allowed: {allowed}.",
        "Sākuma vērtība ar tipu {found} nevar būt '{type}' jautājuma atbilde; atļauts: {allowed}.",
    ),
    "form-initial-many": Text(
        "business-rule",
        "There are several initial values, but the question does not repeat (que-13).",
        "Ir vairākas sākuma vērtības, bet jautājums neatkārtojas (que-13).",
    ),
    "form-initial-twice": Text(
        "business-rule",
        "The same initial value is given before; leave one of them out.",
        "Šāda sākuma vērtība jau ir norādīta; viena no tām jāizlaiž.",
        "warning",
    ),
    "form-limit-unfit": Text(
        "business-rule",
        "The extension '{name}' has no meaning on an item of type '{type}'; leave it out or change the type.",
        "Paplašinājumam '{name}' nav nozīmes '{type}' vienumam; tas jāizlaiž vai jāmaina tips.",
        "warning",
    ),
    "form-limit-type": Text(
        "business-rule",
        "The value of '{name}' is a {found}, so it does not bound answers of type '{type}'.",
        "'{name}' vērtība ir {found}, tāpēc tā neierobežo '{type}' atbildes.",
        "warning",
    ),
    "form-limits-crossed": Text(
        "business-rule",
        "minValue is more than maxValue, so that no answer can be right.",
        "minValue ir lielāka par maxValue, tāpēc pareizas atbildes nav iespējamas.",
        "warning",
    ),
    "form-occurs-crossed": Text(
        "business-rule",
        "At least {min} answers and at most {max} cannot be given together.",
        "Nav iespējams dot vismaz {min} un reizē ne vairāk kā {max} atbildes.",
        "warning",
    ),
    "form-occurs-once": Text(
        "business-rule",
        "The item is to be answered more than once, but 'repeats' is not true.",
        "Uz vienumu jāatbild vairākkārt, bet 'repeats' nav true.",
        "warning",
    ),
    "form-definition": Text(
        "value",
        "'{value}' names no element; write the url of a StructureDefinition, '#', and the id of its element.",
        "'{value}' nenorāda elementu; jāraksta StructureDefinition url, '#' un tās elementa id.",
        "warning",
    ),
}
