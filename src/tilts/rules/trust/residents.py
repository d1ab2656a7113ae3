"""Why a resident at the portal is held up, beyond the rules of consents and of permission."""

from tilts.rules import Rule

RES_MISSES = Rule(
    id="RES-001",
    http_status=429,
    issue_code="throttled",
    source="Our decision (setting delegate_misses): who does not know somebody's code and name finds out neither here",
    text_en="Code and name did not fit {most} times in 24 hours; for now nobody can be named from here.",
    text_lv="Kods un vārds 24 stundu laikā {most} reizes nesakrita; pagaidām no šejienes nevienu nevar pilnvarot.",
    fix_en="Ask the person for their code and for the name as it stands in their passport, and try again tomorrow.",
    fix_lv="Palūdziet personai kodu un vārdu, kā tas rakstīts pasē, un mēģiniet rīt vēlreiz.",
)
