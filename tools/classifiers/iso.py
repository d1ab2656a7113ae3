"""Countries, currencies and languages: codes and English names of pycountry (iso-codes), Latvian ones of CLDR.

Where CLDR (by way of Babel) has no Latvian name the translation of iso-codes is taken; where that has none
either, none is made up.
"""

import gettext
from pathlib import Path

import pycountry
from babel import Locale

from tools.classifiers.concepts import Code

LOCALES = Path(pycountry.__file__).with_name("locales")
LATVIAN = Locale("lv")


def countries() -> list[Code]:
    """Each country three times, as FHIR knows it: by two letters, by three letters, by number."""
    translated = catalogue("iso3166-1")
    codes = []
    for country in pycountry.countries:
        forms = {"alpha-2": country.alpha_2, "alpha-3": country.alpha_3, "numeric": country.numeric}
        latvian = LATVIAN.territories.get(country.alpha_2) or translated(country.name)
        codes += [
            Code(code, latvian, country.name, properties={"form": form, "alpha-2": country.alpha_2})
            for form, code in forms.items()
        ]
    return codes


def currencies() -> list[Code]:
    translated = catalogue("iso4217")
    return [
        Code(
            one.alpha_3,
            LATVIAN.currencies.get(one.alpha_3) or translated(one.name),
            one.name,
            properties={"numeric": one.numeric},
        )
        for one in pycountry.currencies
    ]


def languages_by_two() -> list[Code]:
    return [
        Code(one.alpha_2, latvian_language(one), one.name, properties={"alpha-3": one.alpha_3})
        for one in pycountry.languages
        if hasattr(one, "alpha_2")
    ]


def languages_by_three() -> list[Code]:
    return [
        Code(
            one.alpha_3,
            latvian_language(one),
            one.name,
            properties={"alpha-2": one.alpha_2} if hasattr(one, "alpha_2") else {},
        )
        for one in pycountry.languages
    ]


def latvian_language(one: object) -> str:
    short, name = getattr(one, "alpha_2", None) or one.alpha_3, one.name  # type: ignore[attr-defined]
    return LATVIAN.languages.get(short) or catalogue("iso639-3")(name)


def catalogue(domain: str):  # type: ignore[no-untyped-def]
    """English name -> Latvian name of iso-codes, or nothing."""
    found = gettext.translation(domain, LOCALES, ["lv"])

    def translated(name: str) -> str:
        text = found.gettext(name)
        return "" if text == name else text

    return translated
