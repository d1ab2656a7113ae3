"""Why a registered certificate does not open the door any more, though nobody has revoked it."""

from tilts.rules import Rule

ACC_REVOCATION_UNKNOWN = Rule(
    id="ACC-014",
    http_status=401,
    issue_code="login",
    source="Security 1.6: an answer counts until its nextUpdate, then closed; the grace time is our decision",
    text_en="It is not known any more whether this certificate has been revoked; it is not taken from {until} on.",
    text_lv="Vairs nav zināms, vai šis sertifikāts nav anulēts; no {until} to nepieņem.",
    fix_en="Hand in an OCSP answer of your issuer in the portal, or ask the issuer why its list does not come.",
    fix_lv="Iesniedziet portālā sava izdevēja OCSP atbildi vai jautājiet izdevējam, kāpēc nav viņa saraksta.",
)
ACC_TRUST_LIST_OVERDUE = Rule(
    id="ACC-015",
    http_status=401,
    issue_code="login",
    source="ETSI TS 119 612 section 5.3.15: NextUpdate; the grace time is our decision",
    text_en="The list of trusted issuers is overdue; certificates of its issuers are not taken from {until} on.",
    text_lv="Uzticamo izdevēju saraksts ir novecojis; tā izdevēju sertifikātus nepieņem no {until}.",
    fix_en="Wait: the exchange takes them again with the next list; nothing is wrong with your certificate.",
    fix_lv="Nogaidiet: ar nākamo sarakstu tos atkal pieņems; jūsu sertifikātam nekas nekaiš.",
)
ACC_ISSUER_WITHDRAWN = Rule(
    id="ACC-016",
    http_status=401,
    issue_code="login",
    source="Source page B2; ETSI TS 119 612 section 5.5.4: status of the service",
    text_en="The issuer of this certificate is not granted on the trust list any more (since {until}).",
    text_lv="Šī sertifikāta izdevējam uzticamības sarakstā vairs nav spēkā esoša statusa (kopš {until}).",
    fix_en="Get a certificate of an issuer that is granted, or one of this exchange, and register it.",
    fix_lv="Saņemiet sertifikātu no izdevēja ar spēkā esošu statusu vai no šīs sistēmas un reģistrējiet to.",
)
CERT_ANSWER_NOT_USABLE = Rule(
    id="CERT-011",
    http_status=422,
    issue_code="business-rule",
    source="RFC 6960 sections 3.2 and 4.2.2: when an answer is to be believed",
    text_en="The OCSP answer cannot be used for this certificate: {fault}.",
    text_lv="OCSP atbilde šim sertifikātam neder: {fault}.",
    fix_en="Ask your issuer's responder again and hand in its answer unchanged, as DER.",
    fix_lv="Jautājiet izdevēja atbildētājam vēlreiz un iesniedziet tā atbildi negrozītu, DER formā.",
)
CERT_ONLY_AUTHORITY = Rule(
    id="CERT-012",
    http_status=403,
    issue_code="forbidden",
    source="Security 1.6: an operator override that is itself audited",
    text_en="Only the authority may let a certificate go on whose state is not known.",
    text_lv="Tikai pārzinis drīkst atstāt lietošanā sertifikātu, kura stāvoklis nav zināms.",
    fix_en="Ask the authority's desk.",
    fix_lv="Vērsieties pie pārziņa.",
)
CERT_OVERRIDE_WRONG = Rule(
    id="CERT-013",
    http_status=422,
    issue_code="invalid",
    source="Our decision: a week at a time, with a reason that somebody can check",
    text_en="It can go on for {days} days at most, with a reason of {characters} characters or more.",
    text_lv="To var atstāt lietošanā ne ilgāk par {days} dienām un ar vismaz {characters} rakstzīmes garu pamatojumu.",
    fix_en="Name a nearer day and say why.",
    fix_lv="Norādiet tuvāku dienu un pamatojumu.",
)
