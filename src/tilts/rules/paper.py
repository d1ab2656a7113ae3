"""Why an agreement on paper, or a second signature of one side, is not taken in."""

from tilts.rules import Rule

SGN_TWO_COPIES = Rule(
    id="SGN-031",
    http_status=422,
    issue_code="incomplete",
    source="Latvia 4.2; on paper each side gets a copy with both signatures",
    text_en="Signed copies that came: {copies}; {needed} are needed, one for each side.",
    text_lv="Saņemto parakstīto eksemplāru skaits: {copies}; nepieciešami {needed}, pa vienam katrai pusei.",
    fix_en="Ask the party for the missing copy; enter the letter when all are there.",
    fix_lv="Lūdziet pusei trūkstošo eksemplāru; reģistrējiet vēstuli, kad ir saņemti visi.",
)
SGN_NO_COVER_LETTER = Rule(
    id="SGN-032",
    http_status=422,
    issue_code="required",
    source="Latvia 4.2; the cover letter says who sends what, its number is what both sides quote",
    text_en="The cover letter or its number is missing.",
    text_lv="Trūkst pavadvēstules vai tās numura.",
    fix_en="Ask the party for the cover letter and enter its number as it stands on it.",
    fix_lv="Lūdziet pusei pavadvēstuli un ierakstiet tās numuru tā, kā tas norādīts vēstulē.",
)
SGN_RECEIVED_WHEN = Rule(
    id="SGN-033",
    http_status=422,
    issue_code="invariant",
    source="Design 3: only the agreed text is signed, and nothing is received tomorrow",
    text_en="The letter cannot have been received on {received}: it must be from {earliest} to {latest}.",
    text_lv="Vēstule nevar būt saņemta {received}: datumam jābūt no {earliest} līdz {latest}.",
    fix_en="Correct the date; a paper signed before the text was agreed must be signed anew.",
    fix_lv="Izlabojiet datumu; pirms teksta saskaņošanas parakstīts dokuments jāparaksta no jauna.",
)
SGN_SCAN_KIND = Rule(
    id="SGN-034",
    http_status=415,
    issue_code="not-supported",
    source="Security 0: only kinds of files that a desk needs",
    text_en="The scan {file} is not PDF, JPEG, PNG or TIFF, or no scan was entered.",
    text_lv="Skenējums {file} nav PDF, JPEG, PNG vai TIFF, vai skenējums nav pievienots.",
    fix_en="Scan every page and attach it as PDF, JPEG, PNG or TIFF.",
    fix_lv="Noskenējiet visas lapas un pievienojiet kā PDF, JPEG, PNG vai TIFF.",
)
SGN_LETTER_TWICE = Rule(
    id="SGN-035",
    http_status=409,
    issue_code="duplicate",
    source="Latvia 4.2; one letter is entered once",
    text_en="The letter {letter} of this party is already entered, in case {case}.",
    text_lv="Šīs puses vēstule {letter} jau ir reģistrēta lietā {case}.",
    fix_en="Open that case; if it is another letter, enter it with its own number.",
    fix_lv="Atveriet minēto lietu; ja tā ir cita vēstule, reģistrējiet to ar tās numuru.",
)
SGN_CAME_BY_MAIL = Rule(
    id="SGN-036",
    http_status=409,
    issue_code="duplicate",
    source="Latvia 4.2; the same document by two ways is one document",
    text_en="The signed document of this party in case {case} already came by {channel}.",
    text_lv="Šīs puses parakstītais dokuments lietā {case} jau ir saņemts ({channel}).",
    fix_en="Keep the one that came first; withdraw it in the case if the paper is to count.",
    fix_lv="Paturiet pirmo saņemto; ja jāņem vērā papīra dokuments, vispirms atsauciet to lietā.",
)
SGN_SECOND_PERSON = Rule(
    id="SGN-037",
    http_status=403,
    issue_code="forbidden",
    source="Design 3: four eyes where a person's word replaces a check by machine",
    text_en="Who entered the letter cannot confirm it.",
    text_lv="Vēstuli nevar apstiprināt tas, kas to reģistrēja.",
    fix_en="Ask a colleague to compare the paper with the entry and to confirm it.",
    fix_lv="Lūdziet kolēģi salīdzināt dokumentu ar ierakstu un to apstiprināt.",
)
SGN_SIGNED_ALREADY = Rule(
    id="SGN-038",
    http_status=409,
    issue_code="duplicate",
    source="Latvia 4.2; each side signs an agreement once",
    text_en="This side has already signed this case.",
    text_lv="Šī puse lietu jau ir parakstījusi.",
    fix_en="Open the case: the signature that counts is shown there.",
    fix_lv="Atveriet lietu: tajā redzams paraksts, kas ir spēkā.",
)
SGN_CHANNEL = Rule(
    id="SGN-039",
    http_status=422,
    issue_code="value",
    source="Latvia 4.2; paper comes by post or in person",
    text_en="Paper comes by post or in person, not by {channel}.",
    text_lv="Papīra dokumentu iesniedz pa pastu vai klātienē, nevis ar {channel}.",
    fix_en="Choose post or in person; a signed file that came by mail is checked as a file.",
    fix_lv="Izvēlieties pastu vai klātieni; pa e-pastu saņemtu parakstītu datni pārbaudiet kā datni.",
)
SGN_NOT_A_CODE = Rule(
    id="SGN-040",
    http_status=422,
    issue_code="value",
    source="Latvia 3.1; a signer is known by the person code in the certificate",
    text_en="What was written is not a person code.",
    text_lv="Ierakstītais nav personas kods.",
    fix_en="Copy the code from the power of attorney or the register: 11 digits.",
    fix_lv="Pārrakstiet kodu no pilnvaras vai reģistra izraksta: 11 cipari.",
)
SGN_ENTITLED_ALREADY = Rule(
    id="SGN-041",
    http_status=409,
    issue_code="duplicate",
    source="Latvia 4.2; an entitlement is registered once",
    text_en="{signer} is already registered as entitled in this role.",
    text_lv="{signer} šajā statusā jau ir reģistrēts kā paraksttiesīgs.",
    fix_en="Nothing has to be registered; hand in what this person signed.",
    fix_lv="Nekas nav jāreģistrē; iesniedziet šīs personas parakstīto dokumentu.",
)
