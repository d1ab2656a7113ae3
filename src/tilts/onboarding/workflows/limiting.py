"""The authority may limit which classifiers an operator agreement opens, and widen it again (Source page C4).

Section 3 of the real agreement is not public; that the authority may limit stands in our sample text (3.3).
"""

from typing import Final

from tilts.functionality import CLASSIFIER_CLAUSES
from tilts.workflow import Field, Step, Words

CLAUSE_WORDS: Final = {
    "registers": Words("Reģistru klasifikatori", "Classifiers of the registers"),
    "medicines": Words("Zāļu klasifikatori", "Classifiers of medicines"),
}
LIMIT: Final = Step(
    "set-classifiers",
    ("in-force",),
    "",
    "authority",
    Words("Noteikt pieejamos klasifikatorus", "Say which classifiers it opens"),
    (
        Field(
            "clauses",
            "choices",
            Words("Pieejami", "Open"),
            Words("Publiskie saraksti ir pieejami visiem.", "Public lists are open to everybody."),
            choices=tuple((name, CLAUSE_WORDS[name]) for name in CLASSIFIER_CLAUSES),
        ),
        Field("limit_reason", "long-text", Words("Iemesls", "Reason")),
    ),
    two_persons=True,
    warning=True,
)
# By the kind of agreement: steps that it has beside those of all.
FURTHER: Final[dict[str, tuple[Step, ...]]] = {"operator-agreement": (LIMIT,)}
