"""A register of medicines that nobody sells: for the sandbox, the same for the same seed.

Products, substances and holders are made of syllables and say that they are invented. The codes have the shape of ATC,
but begin with X, which names no anatomical group; the diagnoses have the shape of ICD-10, from U90 on, where it has
none. Written as records of the register's file and rows of the list of prices, so that the loader is what takes them in.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, Final

SEED: Final = 1
PRODUCTS: Final = 300
VALID_FROM: Final = date(2026, 1, 1)
MARK: Final = "PARAUGS"
FIRST: Final = (
    "Ar",
    "Bel",
    "Cel",
    "Dar",
    "El",
    "Fel",
    "Gal",
    "Lo",
    "Mir",
    "Nor",
    "Or",
    "Pel",
    "Ro",
    "Sal",
    "Tel",
    "Ver",
)
MIDDLE: Final = ("an", "di", "ga", "lu", "mo", "ne", "ri", "so", "ta", "vi")
LAST: Final = ("da", "fra", "ka", "ma", "na", "ra", "xa", "za")
HOLDERS: Final = (
    "SIA Parauga zāles",
    "AS Izdomātā farmācija",
    "SIA Neesošais ražotājs",
    "AS Mācību preparāti",
)
# form lv, form en, unit, sizes of packages, may be opened, strengths
FORMS: Final = (
    (
        "apvalkotās tabletes",
        "film-coated tablets",
        "{tablet}",
        (20, 28, 30, 60, 98),
        True,
        ("5 mg", "10 mg", "20 mg"),
    ),
    ("tabletes", "tablets", "{tablet}", (10, 30, 50, 100), True, ("25 mg", "50 mg", "100 mg")),
    ("cietās kapsulas", "hard capsules", "{capsule}", (14, 28, 56), True, ("75 mg", "150 mg")),
    ("šķīdums iekšķīgai lietošanai", "oral solution", "mL", (100, 150, 200), False, ("2 mg/ml",)),
    ("acu pilieni, šķīdums", "eye drops, solution", "mL", (5, 10), False, ("1 mg/ml", "5 mg/ml")),
    ("šķīdums injekcijām", "solution for injection", "{ampule}", (5, 10), True, ("10 mg/ml",)),
    ("transdermāls plāksteris", "transdermal patch", "{patch}", (4, 8), True, ("25 mikrogrami/h",)),
)
# The rate belongs to the diagnosis, so it is the same in every group; .0 and .1 differ, and the whole has none.
DIAGNOSES: Final = {
    "U90.0": 100, "U90.1": 75, "U91.0": 75, "U91.1": 50, "U92.0": 50, "U92.1": 100,
    "U93.0": 75, "U93.1": 75, "U94.0": 50, "U94.1": 100,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invented:
    """Records in the form of the register's file, and rows of the list of prices."""

    products: tuple[dict[str, str], ...]
    prices: tuple[dict[str, Any], ...]

    @property
    def content_hash(self) -> bytes:
        return hashlib.sha256(json.dumps([self.products, self.prices], sort_keys=True).encode()).digest()


def invented(seed: int = SEED, products: int = PRODUCTS) -> Invented:
    random = Random(seed)
    made = [one for number in range(1, products + 1) for one in _substance(random, number)][:products]
    return Invented(tuple(product for product, _ in made), tuple(price for _, price in made))


def _substance(random: Random, number: int) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """All products of one substance and form: strengths, brands, package sizes; a group for each strength."""
    substance = f"{_word(random)}ums (izdomāta viela)"
    form_lv, form_en, unit, sizes, may_open, strengths = random.choice(FORMS)
    atc = f"X{number % 100:02d}{random.choice('ABCDG')}{random.choice('ABCX')}{random.randrange(1, 60):02d}"
    names = [_word(random) for _ in range(random.randint(1, 4))]
    for place, strength in enumerate(strengths[: random.randint(1, len(strengths))]):
        group = f"G-{number:03d}-{place + 1}" if len(names) > 1 else ""
        terms = _reimbursed(random, several=bool(group))
        of_unit = Decimal(random.randint(4, 260)) / 100
        for brand, name in enumerate(names):
            for size in random.sample(sizes, random.randint(1, 2)):
                product_id = f"XX-{number:04d}-{place}{brand}{sizes.index(size)}"
                yield (
                    {
                        "product_id": product_id,
                        "authorisation_no": f"XX-{number:04d}",
                        "medicine_name": f"{name} {MARK} {strength} {form_lv}",
                        "original_name": f"{name} {MARK}",
                        "active_substance": substance,
                        "atc_code": atc,
                        "strength_lv": strength,
                        "pharmaceutical_form": form_en,
                        "pharmaceutical_form_lv": form_lv,
                        "package": f"N{size}" if unit.startswith("{") else f"{size} ml",
                        "package_size": str(size),
                        "marketing_authorisation_holder": HOLDERS[brand],
                        "status": "1",
                        "prd_removed": "0",
                    },
                    {
                        "product_id": product_id,
                        "substitutes": group,
                        "unit": unit,
                        "may_open": may_open,
                        "price": f"{of_unit * size * random.randint(85, 130) / 100:.2f}",
                        "reimbursed": terms,
                    },
                )


def _word(random: Random) -> str:
    return random.choice(FIRST) + random.choice(MIDDLE) + random.choice(LAST)


def _reimbursed(random: Random, *, several: bool) -> list[dict[str, Any]]:
    """List A where there is something to choose from, else B or C; of some nothing is paid."""
    if random.random() < 0.4:
        return []
    listed = "A" if several else random.choice("BC")
    chosen = sorted(random.sample(sorted(DIAGNOSES), random.randint(1, 3)))
    return [{"icd": icd, "list": listed, "rate_percent": DIAGNOSES[icd]} for icd in chosen]
