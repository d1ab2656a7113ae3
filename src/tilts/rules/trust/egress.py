"""Why something was not fetched from outside: never an answer to a caller, but a note for whoever runs the exchange."""

from tilts.rules import Rule

EGR_ADDRESS = Rule(
    id="EGR-001",
    http_status=422,
    issue_code="security",
    source="Security 1.2: SSRF at registration; our decision which addresses are fetched",
    text_en="Nothing is fetched from this address ({purpose}): {fault}.",
    text_lv="No šīs adreses nekas netiek saņemts ({purpose}): {fault}.",
    fix_en="Give an address with https and a name, without a user, with the usual port or one that is named in TILTS_EGRESS_HOSTS.",
    fix_lv="Norādiet https adresi ar nosaukumu, bez lietotāja, ar parasto portu vai tādu, kas minēts TILTS_EGRESS_HOSTS.",
)
EGR_HOST = Rule(
    id="EGR-002",
    http_status=422,
    issue_code="security",
    source="Security 1.2: hosts are allow-listed",
    text_en="{host} is not on the list of hosts from which something is fetched ({purpose}).",
    text_lv="{host} nav to vietu sarakstā, no kurām kaut ko saņem ({purpose}).",
    fix_en="If it is right, name it in TILTS_EGRESS_HOSTS.",
    fix_lv="Ja tā ir pareiza, norādiet to iestatījumā TILTS_EGRESS_HOSTS.",
)
EGR_INSIDE = Rule(
    id="EGR-003",
    http_status=422,
    issue_code="security",
    source="Security 1.2: the address is checked after it was resolved; RFC 6890",
    text_en="{host} leads to an address that is not public ({purpose}).",
    text_lv="{host} ved uz adresi, kas nav publiska ({purpose}).",
    fix_en="Correct the name; a network of your own is named in TILTS_EGRESS_NETWORKS.",
    fix_lv="Izlabojiet nosaukumu; savu tīklu norāda iestatījumā TILTS_EGRESS_NETWORKS.",
)
EGR_UNREACHED = Rule(
    id="EGR-004",
    http_status=422,
    issue_code="transient",
    source="RFC 9110; RFC 9525: the server is who it says it is",
    text_en="{host} could not be reached ({purpose}): {fault}.",
    text_lv="{host} neizdevās sasniegt ({purpose}): {fault}.",
    fix_en="It is tried again. If it stays so, look at name, certificate (TILTS_EGRESS_CA_FILE) and firewall.",
    fix_lv="Tiks mēģināts vēlreiz. Ja tā paliek, pārbaudiet nosaukumu, sertifikātu (TILTS_EGRESS_CA_FILE) un ugunsmūri.",
)
EGR_SLOW = Rule(
    id="EGR-005",
    http_status=422,
    issue_code="timeout",
    source="Security 1.2: 5 s",
    text_en="{host} did not answer within {seconds} seconds ({purpose}).",
    text_lv="{host} neatbildēja {seconds} sekundēs ({purpose}).",
    fix_en="It is tried again; what was good before stays in use.",
    fix_lv="Tiks mēģināts vēlreiz; iepriekš derīgais paliek spēkā.",
)
EGR_ANSWER = Rule(
    id="EGR-006",
    http_status=422,
    issue_code="processing",
    source="Security 1.2: no redirects; RFC 9110 section 8.4: asked for as it is",
    text_en="{host} answered with something else than what was asked for ({purpose}): {fault}.",
    text_lv="{host} atbildēja ar ko citu, nekā prasīts ({purpose}): {fault}.",
    fix_en="Give the address at which the thing itself stands: redirects are not followed, nothing is unpacked.",
    fix_lv="Norādiet adresi, kurā ir pats saturs: pāradresācijām neseko, saspiestu saturu neatver.",
)
EGR_SIZE = Rule(
    id="EGR-007",
    http_status=422,
    issue_code="too-long",
    source="Security 1.2: the size is limited",
    text_en="The answer of {host} has more than {limit_bytes} bytes ({purpose}).",
    text_lv="{host} atbildē ir vairāk nekā {limit_bytes} baiti ({purpose}).",
    fix_en="See whether the address is right; the limits stand in docs/adr/0037-egress.md.",
    fix_lv="Pārbaudiet, vai adrese ir pareiza; robežas ir aprakstītas docs/adr/0037-egress.md.",
)
