"""Finding a medicine of the register while somebody types: by general name or product, case and accents do not count.

The register is read once for each of its versions and each day, so that a keystroke costs no reading of it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tilts.indexing import fold
from tilts.store.medicines import register
from tilts.store.medicines.records import Medicine
from tilts.store.tx import Tx

MOST_OFFERED: Final = 8
SHORTEST: Final = 2  # letters, before anything is offered
BY_INN, BY_BRAND = "inn", "brand"


@dataclass(frozen=True, slots=True)
class Shelved:
    medicine: Medicine
    words: tuple[str, ...]
    names: tuple[str, str]  # folded: substance, product


@dataclass(slots=True)
class MedicineShelf:
    """What may be prescribed on a day, by the newest version of the register."""

    _marked: tuple[bytes, date] | None = None
    _shelved: list[Shelved] = field(default_factory=list)
    _by_id: dict[str, Medicine] = field(default_factory=dict)

    async def open(self, tx: Tx, day: date) -> None:
        """Reads the register anew when there is another version of it, or another day."""
        versions = await register.versions(tx)
        marked = (versions[0].content_hash if versions else b"", day)
        if marked == self._marked:
            return
        sold = [one for one in await register.on_day(tx, day) if one.is_sold_on(day)]
        self._shelved = [shelved(one) for one in sold]
        self._by_id = {one.product_id: one for one in sold}
        self._marked = marked

    def offer_of(self, value: str) -> "Offer | None":
        """What a form sent back; None for what is not sold today."""
        how, _, product_id = value.partition(":")
        medicine = self._by_id.get(product_id)
        return Offer(medicine, by_inn=how == BY_INN) if medicine and how in (BY_INN, BY_BRAND) else None

    def find(self, written: str) -> list["Offer"]:
        """
        Each word begins a word of the medicine. What is called so by its general name stands first, then products.

        A general name that only a product's name led to comes after both: the first of the list is never another
        substance than the one whose name was begun, where there is one.
        """
        asked = words_of(written)
        if len("".join(asked)) < SHORTEST:
            return []
        found = [one for one in self._shelved if fits(one, asked)]
        placed: dict[str, tuple[int, str, Offer]] = {}
        for one in found:
            for offer, name in zip(offers_of(one.medicine), one.names, strict=True):
                if name:
                    begun = any(name.startswith(part) for part in asked)
                    place = (0 if begun else 2) if offer.by_inn else (1 if begun else 3)
                    placed.setdefault(offer.label, (place, name, offer))
        return [offer for _, _, offer in sorted(placed.values(), key=lambda one: one[:2])]

    def meant(self, written: str) -> list["Offer"]:
        """The one whose words were written out, or all that fit."""
        found = self.find(written)
        exact = [one for one in found if fold(one.label) == fold(written)]
        return exact[:1] or found


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to prescribe: a product, or by the general name what that product is."""

    medicine: Medicine
    by_inn: bool

    @property
    def value(self) -> str:
        return f"{BY_INN if self.by_inn else BY_BRAND}:{self.medicine.product_id}"

    @property
    def label(self) -> str:
        """As it stands on the prescription."""
        one = self.medicine
        if self.by_inn:
            return " ".join(part for part in (one.substance, one.strength, one.form_lv, one.package) if part)
        name = one.name if one.strength in one.name else f"{one.name} {one.strength}"
        return f"{name} {one.package}".strip()

    @property
    def beside(self) -> str:
        """What else helps to choose."""
        return self.medicine.substance if not self.by_inn else ""


def offers_of(medicine: Medicine) -> tuple[Offer, Offer]:
    return Offer(medicine, by_inn=True), Offer(medicine, by_inn=False)


def words_of(text: str) -> list[str]:
    return fold(text).replace(",", " ").replace("(", " ").replace(")", " ").split()


def fits(one: Shelved, asked: list[str]) -> bool:
    return all(any(word.startswith(part) for word in one.words) for part in asked)


def shelved(medicine: Medicine) -> Shelved:
    told = (medicine.substance, medicine.name, medicine.strength, medicine.form_lv, medicine.package)
    words = words_of(" ".join((*told, medicine.form_en, medicine.atc)))
    return Shelved(medicine, tuple(words), (fold(medicine.substance), fold(medicine.name)))
