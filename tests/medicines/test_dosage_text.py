"""A Dosage in one sentence: what is said in both languages, and what is left to the given text."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as having
from hypothesis import strategies as st

from tilts.exchange.medicines.dosage_text import NO_TEXT, dose_text, dose_texts
from tilts.exchange.medicines.dosage_words import DAYS, EVENTS, ROUTE_SYSTEM, ROUTES, SPANS, UNITS

Row = dict[str, Any]
UCUM = "http://unitsofmeasure.org"
HALF = Decimal("0.5")


def of(value: int | Decimal, code: str = "{tablet}") -> Row:
    return {"value": value, "system": UCUM, "code": code}


def dose(value: int | Decimal = 1, code: str = "{tablet}", **members: Any) -> Row:
    return {"doseAndRate": [{"doseQuantity": of(value, code)}], **members}


def often(frequency: int, period: int | Decimal = 1, unit: str = "d", **more: Any) -> Row:
    return {"timing": {"repeat": {"frequency": frequency, "period": period, "periodUnit": unit, **more}}}


def coded(code: str, **repeat: Any) -> Row:
    system = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
    timing: Row = {"code": {"coding": [{"system": system, "code": code}]}}
    return {"timing": {**timing, **({"repeat": repeat} if repeat else {})}}


def between(low: int | Decimal, high: int | Decimal, code: str = "{tablet}") -> Row:
    return {"doseAndRate": [{"doseRange": {"low": of(low, code), "high": of(high, code)}}]}


def route(code: str) -> Row:
    return {"route": {"coding": [{"system": ROUTE_SYSTEM, "code": code}]}}


SAID: dict[str, tuple[Row, str, str]] = {
    "one tablet": (dose(1), "1 tablete.", "1 tablet."),
    "two tablets": (dose(2), "2 tabletes.", "2 tablets."),
    "eleven tablets": (dose(11), "11 tabletes.", "11 tablets."),
    "twenty-one tablets": (dose(21), "21 tablete.", "21 tablets."),
    "a hundred and eleven": (dose(111), "111 tabletes.", "111 tablets."),
    "a hundred and one": (dose(101), "101 tablete.", "101 tablets."),
    "half a tablet": (dose(HALF), "0,5 tabletes.", "0.5 tablets."),
    "one and a half": (dose(Decimal("1.50")), "1,5 tabletes.", "1.5 tablets."),
    "a number with a zero behind": (dose(Decimal("2.0")), "2 tabletes.", "2 tablets."),
    "a number with an exponent": (dose(Decimal("1E+1")), "10 tabletes.", "10 tablets."),
    "one drop": (dose(1, "[drp]"), "1 piliens.", "1 drop."),
    "three drops": (dose(3, "[drp]"), "3 pilieni.", "3 drops."),
    "a part of a drop": (dose(Decimal("1.5"), "[drp]"), "1,5 piliena.", "1.5 drops."),
    "millilitres": (dose(Decimal("2.5"), "mL"), "2,5 ml.", "2.5 ml."),
    "micrograms": (dose(25, "ug"), "25 mikrogrami.", "25 micrograms."),
    "twenty-one micrograms": (dose(21, "ug"), "21 mikrograms.", "21 micrograms."),
    "international units": (dose(1000, "[IU]"), "1000 SV.", "1000 IU."),
    "capsules": (dose(2, "{capsule}"), "2 kapsulas.", "2 capsules."),
    "a patch": (dose(1, "{patch}"), "1 plāksteris.", "1 patch."),
    "a unit in words": ({"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tabletes"}}]}, "2 tabletes.", "2 tablets."),
    "a unit of English words": ({"doseAndRate": [{"doseQuantity": {"value": 21, "unit": "Tablet(s)"}}]}, "21 tablete.", "21 tablets."),
    "a unit that nobody knows, as it was given": ({"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "mērkaroīte"}}]}, "2 mērkaroīte.", "2 mērkaroīte."),
    "code and words agree": ({"doseAndRate": [{"doseQuantity": {**of(1), "unit": "tabl."}}]}, "1 tablete.", "1 tablet."),
    "a code that says nothing beside its words": ({"doseAndRate": [{"doseQuantity": {"value": 2, "system": UCUM, "code": "1", "unit": "tabletes"}}]}, "2 tabletes.", "2 tablets."),
    "a range": (between(1, 2), "1–2 tabletes.", "1 to 2 tablets."),
    "a range that ends in one": (between(20, 21), "20–21 tablete.", "20 to 21 tablets."),
    "a range of halves": (between(HALF, Decimal("1.5")), "0,5–1,5 tabletes.", "0.5 to 1.5 tablets."),
    "once a day": (dose(1, **often(1)), "1 tablete 1 reizi dienā.", "1 tablet once a day."),
    "twice a day": (dose(1, **often(2)), "1 tablete 2 reizes dienā.", "1 tablet twice a day."),
    "three times a day": (dose(1, **often(3)), "1 tablete 3 reizes dienā.", "1 tablet 3 times a day."),
    "twenty-one times a week": (dose(1, **often(21, 1, "wk")), "1 tablete 21 reizi nedēļā.", "1 tablet 21 times a week."),
    "eleven times a month": (dose(1, **often(11, 1, "mo")), "1 tablete 11 reizes mēnesī.", "1 tablet 11 times a month."),
    "once a year": (dose(1, **often(1, 1, "a")), "1 tablete 1 reizi gadā.", "1 tablet once a year."),
    "once an hour": (dose(1, **often(1, 1, "h")), "1 tablete 1 reizi stundā.", "1 tablet once an hour."),
    "two or three times": (dose(1, **often(2, frequencyMax=3)), "1 tablete 2–3 reizes dienā.", "1 tablet 2 to 3 times a day."),
    "one to twenty-one times": (dose(1, **often(1, frequencyMax=21)), "1 tablete 1–21 reizi dienā.", "1 tablet 1 to 21 times a day."),
    "every eight hours": (dose(1, **often(1, 8, "h")), "1 tablete ik pēc 8 stundām.", "1 tablet every 8 hours."),
    "every twenty-one hours": (dose(1, **often(1, 21, "h")), "1 tablete ik pēc 21 stundas.", "1 tablet every 21 hours."),
    "every hour and a half": (dose(1, **often(1, Decimal("1.5"), "h")), "1 tablete ik pēc 1,5 stundas.", "1 tablet every 1.5 hours."),
    "every four to six hours": (dose(1, **often(1, 4, "h", periodMax=6)), "1 tablete ik pēc 4–6 stundām.", "1 tablet every 4 to 6 hours."),
    "every two days": (dose(1, **often(1, 2)), "1 tablete 1 reizi 2 dienās.", "1 tablet every 2 days."),
    "every two to three days": (dose(1, **often(1, 2, periodMax=3)), "1 tablete 1 reizi 2–3 dienās.", "1 tablet every 2 to 3 days."),
    "every three months": (dose(1, **often(1, 3, "mo")), "1 tablete 1 reizi 3 mēnešos.", "1 tablet every 3 months."),
    "every twenty-one days": (dose(1, **often(1, 21)), "1 tablete 1 reizi 21 dienā.", "1 tablet every 21 days."),
    "three times in two weeks": (dose(1, **often(3, 2, "wk")), "1 tablete 3 reizes 2 nedēļās.", "1 tablet 3 times in 2 weeks."),
    "a week long": (dose(1, **often(2, boundsDuration=of(7, "d"))), "1 tablete 2 reizes dienā, 7 dienas.", "1 tablet twice a day, for 7 days."),
    "one day long": (dose(1, **often(2, boundsDuration=of(1, "d"))), "1 tablete 2 reizes dienā, 1 dienu.", "1 tablet twice a day, for 1 day."),
    "twenty-one days long": (dose(1, **often(1, boundsDuration=of(21, "d"))), "1 tablete 1 reizi dienā, 21 dienu.", "1 tablet once a day, for 21 days."),
    "one month long": (dose(1, **often(1, boundsDuration=of(1, "mo"))), "1 tablete 1 reizi dienā, 1 mēnesi.", "1 tablet once a day, for 1 month."),
    "three months long": (dose(1, **often(1, boundsDuration=of(3, "mo"))), "1 tablete 1 reizi dienā, 3 mēnešus.", "1 tablet once a day, for 3 months."),
    "a week and a half long": (dose(1, **often(1, boundsDuration=of(Decimal("1.5"), "wk"))), "1 tablete 1 reizi dienā, 1,5 nedēļas.", "1 tablet once a day, for 1.5 weeks."),
    "from day to day": (dose(1, **often(1, boundsPeriod={"start": "2026-12-01", "end": "2026-12-07"})), "1 tablete 1 reizi dienā, no 01.12.2026. līdz 07.12.2026.", "1 tablet once a day, from 2026-12-01 to 2026-12-07."),
    "until a day": (dose(1, **often(1, boundsPeriod={"end": "2026-12-07"})), "1 tablete 1 reizi dienā, līdz 07.12.2026.", "1 tablet once a day, until 2026-12-07."),
    "ten times in all": (dose(1, **often(1, count=10)), "1 tablete 1 reizi dienā, kopā 10 reizes.", "1 tablet once a day, 10 times in all."),
    "after a meal": (dose(1, **often(3, when=["PC"])), "1 tablete 3 reizes dienā pēc ēšanas.", "1 tablet 3 times a day after a meal."),
    "morning and evening": (dose(1, timing={"repeat": {"when": ["MORN", "EVE"]}}), "1 tablete no rīta un vakarā.", "1 tablet in the morning and in the evening."),
    "half an hour before breakfast": (dose(1, **often(1, when=["ACM"], offset=30)), "1 tablete 1 reizi dienā 30 minūtes pirms brokastīm.", "1 tablet once a day 30 minutes before breakfast."),
    "an hour before a meal": (dose(1, timing={"repeat": {"when": ["AC"], "offset": 60}}), "1 tablete 1 stundu pirms ēšanas.", "1 tablet 1 hour before a meal."),
    "twenty-one minutes after a meal": (dose(1, timing={"repeat": {"when": ["PC"], "offset": 21}}), "1 tablete 21 minūti pēc ēšanas.", "1 tablet 21 minutes after a meal."),
    "on days of the week": (dose(1, timing={"repeat": {"dayOfWeek": ["fri", "mon", "wed"]}}), "1 tablete pirmdienās, trešdienās un piektdienās.", "1 tablet on Mondays, Wednesdays and Fridays."),
    "at times of the day": (dose(1, **often(2, timeOfDay=["20:00:00", "08:30:00"])), "1 tablete 2 reizes dienā plkst. 08.30 un 20.00.", "1 tablet twice a day at 08:30 and 20:00."),
    "as needed": (dose(1, asNeededBoolean=True), "1 tablete, pēc vajadzības.", "1 tablet as needed."),
    "not as needed": (dose(1, asNeededBoolean=False), "1 tablete.", "1 tablet."),
    "as needed for a reason": (dose(1, asNeededCodeableConcept={"text": "sāpes"}, **often(1, 6, "h")), "1 tablete ik pēc 6 stundām, pēc vajadzības („sāpes”).", "1 tablet every 6 hours as needed (“sāpes”)."),
    "as needed with bounds": (dose(1, asNeededBoolean=True, **often(2, boundsDuration=of(3, "d"))), "1 tablete 2 reizes dienā, pēc vajadzības, 3 dienas.", "1 tablet twice a day as needed, for 3 days."),
    "by mouth": (dose(1, **often(1), **route("PO")), "Iekšķīgi: 1 tablete 1 reizi dienā.", "By mouth: 1 tablet once a day."),
    "a route as it was given": (dose(1, route={"text": "acīs"}), "Lietošanas veids „acīs”: 1 tablete.", "Route “acīs”: 1 tablet."),
    "no more than in a day": (dose(1, maxDosePerPeriod={"numerator": of(3), "denominator": of(1, "d")}), "1 tablete. Ne vairāk kā 3 tabletes dienā.", "1 tablet. No more than 3 tablets in 1 day."),
    "no more than in 24 hours": (dose(1, maxDosePerPeriod={"numerator": of(8), "denominator": of(24, "h")}), "1 tablete. Ne vairāk kā 8 tabletes 24 stundās.", "1 tablet. No more than 8 tablets in 24 hours."),
    "no more than at one time": (dose(1, maxDosePerAdministration=of(2)), "1 tablete. Ne vairāk kā 2 tabletes vienā reizē.", "1 tablet. No more than 2 tablets at one time."),
    "instructions of others": (dose(1, additionalInstruction=[{"text": "Uzdzert ūdeni."}, {"coding": [{"display": "Ar pilnu glāzi"}]}]), "1 tablete. „Uzdzert ūdeni”. „Ar pilnu glāzi”.", "1 tablet. “Uzdzert ūdeni”. “Ar pilnu glāzi”."),
    "words for the patient": (dose(1, patientInstruction="Nelauzt"), "1 tablete. „Nelauzt”.", "1 tablet. “Nelauzt”."),
    "a code for the whole": (dose(1, **coded("BID")), "1 tablete 2 reizes dienā.", "1 tablet twice a day."),
    "a code with bounds": (dose(1, **coded("Q8H", boundsDuration=of(2, "d"))), "1 tablete ik pēc 8 stundām, 2 dienas.", "1 tablet every 8 hours, for 2 days."),
    "a code and the same again": (dose(1, **coded("QD", frequency=1, period=1, periodUnit="d")), "1 tablete 1 reizi dienā.", "1 tablet once a day."),
    "times without a dose": (often(2, when=["C"]), "2 reizes dienā ēšanas laikā.", "Twice a day with a meal."),
    "structure before text": (dose(1, text="cits teksts"), "1 tablete.", "1 tablet."),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_a_dose_is_said_in_latvian_and_english(name: str) -> None:
    given, lv, en = SAID[name]

    assert [dose_text(given, "lv").text, dose_text(given, "en").text] == [lv, en]
    assert dose_text(given, "lv").from_structure
    assert not dose_text(given, "lv").note("lv")


UNSAID: dict[str, tuple[Row, str]] = {
    "a site": (dose(1, site={"text": "kreisā acs"}), "Dosage.site"),
    "a method": (dose(1, method={"text": "sūkāt"}), "Dosage.method"),
    "an extension": (dose(1, extension=[{"url": "urn:x"}]), "Dosage.extension"),
    "a modifier": (dose(1, modifierExtension=[{"url": "urn:x"}]), "Dosage.modifierExtension"),
    "a limit of a life": (dose(1, maxDosePerLifetime=of(3)), "Dosage.maxDosePerLifetime"),
    "a rate": ({"doseAndRate": [{"doseQuantity": of(1), "rateQuantity": of(1, "mL/h")}]}, "Dosage.doseAndRate.rateQuantity"),
    "two doses at once": ({"doseAndRate": [{"doseQuantity": of(1)}, {"doseQuantity": of(2)}]}, "Dosage.doseAndRate"),
    "a comparator": ({"doseAndRate": [{"doseQuantity": {**of(1), "comparator": "<"}}]}, "Dosage.doseAndRate.doseQuantity.comparator"),
    "nothing to count": (dose(0), "Dosage.doseAndRate.doseQuantity"),
    "less than nothing": (dose(-1), "Dosage.doseAndRate.doseQuantity"),
    "no unit": ({"doseAndRate": [{"doseQuantity": {"value": 1}}]}, "Dosage.doseAndRate.doseQuantity"),
    "one of what": (dose(1, "1"), "Dosage.doseAndRate.doseQuantity"),
    "a code against its words": ({"doseAndRate": [{"doseQuantity": {**of(1), "unit": "capsule"}}]}, "Dosage.doseAndRate.doseQuantity"),
    "a code that is not ours against its words": ({"doseAndRate": [{"doseQuantity": {"value": 1, "system": UCUM, "code": "kg", "unit": "tablete"}}]}, "Dosage.doseAndRate.doseQuantity"),
    "a range of two units": ({"doseAndRate": [{"doseRange": {"low": of(1), "high": of(2, "mL")}}]}, "Dosage.doseAndRate.doseRange"),
    "a range upside down": (between(2, 1), "Dosage.doseAndRate.doseRange"),
    "half a range": ({"doseAndRate": [{"doseRange": {"low": of(1)}}]}, "Dosage.doseAndRate.doseRange.high"),
    "single moments": (dose(1, timing={"event": ["2026-12-01"]}), "Dosage.timing.event"),
    "a code that is not known": (dose(1, **coded("AM")), "Dosage.timing.code"),
    "a code against its structure": (dose(1, **coded("BID", frequency=3, period=1, periodUnit="d")), "Dosage.timing.code"),
    "no frequency": (dose(1, timing={"repeat": {"period": 8, "periodUnit": "h"}}), "Dosage.timing.repeat.frequency"),
    "no period": (dose(1, timing={"repeat": {"frequency": 2, "periodUnit": "d"}}), "Dosage.timing.repeat.period"),
    "a unit of time that there is not": (dose(1, **often(1, 1, "fortnight")), "Dosage.timing.repeat.periodUnit"),
    "half a time": (dose(1, **often(HALF)), "Dosage.timing.repeat.frequency"),  # type: ignore[arg-type]
    "a day and a half": (dose(1, **often(1, Decimal("1.5"))), "Dosage.timing.repeat.period"),
    "after falling asleep": (dose(1, timing={"repeat": {"when": ["PHS"]}}), "Dosage.timing.repeat.when"),
    "an offset from two events": (dose(1, timing={"repeat": {"when": ["AC", "HS"], "offset": 30}}), "Dosage.timing.repeat.offset"),
    "an offset from the evening": (dose(1, timing={"repeat": {"when": ["EVE"], "offset": 30}}), "Dosage.timing.repeat.offset"),
    "event and time at once": (dose(1, timing={"repeat": {"when": ["AC"], "timeOfDay": ["08:00:00"]}}), "Dosage.timing.repeat.when"),
    "a time with seconds": (dose(1, timing={"repeat": {"timeOfDay": ["08:00:30"]}}), "Dosage.timing.repeat.timeOfDay"),
    "how long each takes": (dose(1, **often(1, duration=30, durationUnit="min")), "Dosage.timing.repeat.duration"),
    "a range of bounds": (dose(1, **often(1, boundsRange={"low": of(1, "d")})), "Dosage.timing.repeat.boundsRange"),
    "bounds with a moment": (dose(1, **often(1, boundsPeriod={"start": "2026-12-01T08:00:00Z"})), "Dosage.timing.repeat.boundsPeriod"),
    "at most so many": (dose(1, **often(1, count=2, countMax=3)), "Dosage.timing.repeat.countMax"),
    "a reason without words": (dose(1, asNeededCodeableConcept={"coding": [{"code": "x"}]}), "Dosage.asNeededCodeableConcept"),
    "a limit in a part of a day": (dose(1, maxDosePerPeriod={"numerator": of(3), "denominator": of(HALF, "d")}), "Dosage.maxDosePerPeriod.denominator"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize("name", UNSAID)
def test_what_cannot_be_said_is_left_to_the_given_text_and_named(name: str, language: Any) -> None:
    given, where = UNSAID[name]

    found = dose_text({**given, "text": " Kā teikts. "}, language)

    assert (found.text, found.from_structure) == ("Kā teikts.", False)
    assert where in found.unsaid and where in found.note(language)
    assert dose_text(given, language).text == NO_TEXT[language], "nothing is invented where there is no text"


def test_a_text_alone_is_given_as_it_is_and_nothing_was_unsaid() -> None:
    found = dose_text({"text": "Pa 1 tabletei"}, "lv")

    assert (found.text, found.from_structure, found.unsaid) == ("Pa 1 tabletei", False, ())


def test_several_doses_are_said_in_their_sequence() -> None:
    first, then = dose(2, sequence=1), dose(1, sequence=2)

    assert dose_texts([then, first], "lv").text == "2 tabletes. Pēc tam: 1 tablete."
    assert dose_texts([then, first], "en").text == "2 tablets. Then: 1 tablet."
    assert dose_texts([first], "en").from_structure


def test_several_doses_without_a_sequence_have_no_order_that_could_be_said() -> None:
    found = dose_texts([dose(2), dose(1)], "en")

    assert (found.from_structure, found.unsaid) == (False, ("Dosage.sequence",))
    assert found.text == "2 tablets. / 1 tablet."


@pytest.mark.parametrize("number", range(1, 131))
def test_whole_numbers_agree_as_latvian_does(number: int) -> None:
    singular = number % 10 == 1 and number % 100 != 11
    noun, times, day = ("piliens", "reizi", "dienu") if singular else ("pilieni", "reizes", "dienas")

    said = dose_text(dose(number, "[drp]", **often(number, boundsDuration=of(number, "d"))), "lv").text

    assert said == f"{number} {noun} {number} {times} dienā, {number} {day}."


def test_every_word_is_there_in_both_languages_and_none_twice() -> None:
    for table in (EVENTS, DAYS, ROUTES):
        pairs = [both for both in table.values() if all(both)]
        assert len(pairs) == len(table)
        for language in (0, 1):
            assert len({both[language] for both in pairs}) == len(pairs)
    assert len({noun.lv_one for noun in UNITS.values()}) == len(UNITS)
    assert len({span.en for span in SPANS.values()}) == len(SPANS)


@pytest.mark.parametrize(
    "member",
    ["doseAndRate", "timing", "asNeededBoolean", "asNeededCodeableConcept", "route", "maxDosePerPeriod",
     "maxDosePerAdministration", "additionalInstruction", "patientInstruction"],
)  # fmt: skip
@pytest.mark.parametrize(
    "spoiled", [7, "x", [], {}, None, [7], [{}], {"repeat": 7}, {"coding": 7}, {"coding": [7]}]
)
def test_whatever_stands_there_is_said_or_left_and_nothing_breaks(member: str, spoiled: Any) -> None:
    for language in ("lv", "en"):
        found = dose_text({**dose(1), "text": "t", member: spoiled}, language)  # type: ignore[arg-type]
        assert found.text == "t" or found.from_structure


JUNK = st.one_of(st.none(), st.booleans(), st.integers(-3, 300), st.sampled_from(["", "x", "d", [], {}, [[]], [{}], {"code": []}]))  # fmt: skip


def replaced(element: Any, draw: Any) -> Any:
    """One place in it, wherever that is, with something else there."""
    if isinstance(element, dict) and element and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(element)))
        return {**element, name: replaced(element[name], draw)}
    if isinstance(element, list) and element and draw(st.integers(0, 3)):
        return [replaced(element[0], draw), *element[1:]]
    return draw(JUNK)


@having(st.data(), st.sampled_from(sorted(SAID)), st.sampled_from(["lv", "en"]))
def test_a_dose_with_anything_anywhere_is_said_or_left(data: Any, name: str, language: Any) -> None:
    spoiled = replaced(SAID[name][0], data.draw)

    found = dose_text({**(spoiled if isinstance(spoiled, dict) else {}), "text": "t"}, language)

    assert found.from_structure or found.text == "t"
