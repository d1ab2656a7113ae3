"""The one error of a patch, and the bounds that both kinds share."""

from typing import Final

from tilts_fhir.texts import TEXTS

MAX_OPERATIONS: Final = 1_000


class PatchError(Exception):
    """
    A patch that cannot be applied; nothing was changed.

    Attributes:
        key: Stable, for programs: `patch-...`, one of the keys of `texts.patch`.
        code: FHIR issue-type.
        operation: Index of the operation, from 0; None where it is the patch as a whole.
        text_en, text_lv: What is wrong and with which operation; may quote up to 40 characters of the patch.
    """

    def __init__(self, key: str, operation: int | None, **facts: object) -> None:
        text = TEXTS[key]
        where_en = "" if operation is None else f" (operation {operation})"
        where_lv = "" if operation is None else f" (operācija {operation})"
        self.key = key
        self.code = text.code
        self.operation = operation
        self.text_en = text.en.format(**facts) + where_en
        self.text_lv = text.lv.format(**facts) + where_lv
        super().__init__(self.text_en)
