"""Why a filled form is not accepted: the file, what it carries, which form it is, what it lacks."""

from tilts.rules import Rule

PRC_TOO_LARGE = Rule(
    id="PRC-001",
    http_status=413,
    issue_code="too-long",
    source="Security 0: a limit for everything that comes from outside",
    text_en="The form has {size} bytes; at most {limit} are accepted.",
    text_lv="Veidlapas lielums ir {size} baiti; pieņemam ne vairāk kā {limit}.",
    fix_en="Fill in the form that you downloaded and send that file, not a scan of it.",
    fix_lv="Aizpildiet lejupielādēto veidlapu un sūtiet tieši šo datni, nevis tās skenējumu.",
)
PRC_NOT_READABLE = Rule(
    id="PRC-002",
    http_status=422,
    issue_code="structure",
    source="ISO 32000-1",
    text_en="The file is not a PDF that can be read.",
    text_lv="Datne nav nolasāms PDF.",
    fix_en="Download the form again, fill it in and save it as PDF; or fill in the page in the portal.",
    fix_lv="Lejupielādējiet veidlapu vēlreiz, aizpildiet un saglabājiet kā PDF vai aizpildiet to portālā.",
)
PRC_ENCRYPTED = Rule(
    id="PRC-003",
    http_status=422,
    issue_code="security",
    source="Security 0: what cannot be looked into is not taken",
    text_en="The PDF is encrypted or protected by a password.",
    text_lv="PDF ir šifrēts vai aizsargāts ar paroli.",
    fix_en="Save the form without a password and send it again.",
    fix_lv="Saglabājiet veidlapu bez paroles un nosūtiet vēlreiz.",
)
PRC_ACTIVE = Rule(
    id="PRC-004",
    http_status=422,
    issue_code="security",
    source="Security 0; ISO 32000-1 section 12.6.4",
    text_en="The PDF carries something that runs or is attached: {found}.",
    text_lv="PDF ir kaut kas izpildāms vai pievienots: {found}.",
    fix_en="Fill in the form as it was downloaded, without scripts and attachments; send annexes as files of their own.",
    fix_lv="Aizpildiet veidlapu tādu, kādu to lejupielādējāt, bez skriptiem un pielikumiem; pielikumus sūtiet atsevišķi.",
)
PRC_NOT_A_FORM = Rule(
    id="PRC-005",
    http_status=422,
    issue_code="invalid",
    source="Source page C3: the form is filled in electronically",
    text_en="The PDF is none of the forms that are offered here, or its fields are gone.",
    text_lv="PDF nav neviena no šeit piedāvātajām veidlapām, vai tās lauki ir zuduši.",
    fix_en="Download the form of the procedure, fill in its fields and save it; do not print it into a new PDF.",
    fix_lv="Lejupielādējiet procedūras veidlapu, aizpildiet laukus un saglabājiet; nedrukājiet to jaunā PDF.",
)
PRC_OTHER_VERSION = Rule(
    id="PRC-006",
    http_status=409,
    issue_code="conflict",
    source="Source page C3: the text is agreed before it is signed; texts have versions with days",
    text_en="This is the form {found}; now {wanted} is in use here.",
    text_lv="Šī ir veidlapa {found}; tagad šeit lieto {wanted}.",
    fix_en="Download the form that is in use now from the page of the procedure and fill that in.",
    fix_lv="Procedūras lapā lejupielādējiet veidlapu, kas ir spēkā, un aizpildiet to.",
)
PRC_INCOMPLETE = Rule(
    id="PRC-007",
    http_status=422,
    issue_code="incomplete",
    source="Source page C3, B5; Latvia 3.3",
    text_en="The form has gaps or wrong values in {count} places: {fields}.",
    text_lv="Veidlapā nepilnības vai kļūdainas vērtības ir {count} vietās: {fields}.",
    fix_en="Mend every field that is named and send the form again; until then nothing is opened.",
    fix_lv="Izlabojiet katru nosaukto lauku un nosūtiet veidlapu vēlreiz; līdz tam lieta netiek sākta.",
)
PRC_NOT_IN_TIME = Rule(
    id="PRC-008",
    http_status=422,
    issue_code="too-costly",
    source="Security 0: reading what came from outside has limits of time and memory",
    text_en="The PDF could not be read within the limits of time and memory.",
    text_lv="PDF nevarēja nolasīt atļautajā laikā un atmiņā.",
    fix_en="Download the form again and fill in that file; or fill in the page in the portal.",
    fix_lv="Lejupielādējiet veidlapu vēlreiz un aizpildiet šo datni vai aizpildiet lapu portālā.",
)
PRC_CHANGED_MEANWHILE = Rule(
    id="PRC-009",
    http_status=409,
    issue_code="conflict",
    source="Design 3: lock, decide, save; of two who write at once nobody is overwritten unseen",
    text_en="Somebody else of your organisation changed {count} of these answers meanwhile.",
    text_lv="Kāds cits no jūsu organizācijas pa šo laiku ir mainījis atbildes; atšķirību skaits: {count}.",
    fix_en="Compare your answers with those kept beside them and send the form again; yours then take their place.",
    fix_lv="Salīdziniet savas atbildes ar blakus redzamajām un nosūtiet vēlreiz; tad paliks jūsējās.",
)
PRC_TOO_MANY_FILES = Rule(
    id="PRC-010",
    http_status=413,
    issue_code="too-costly",
    source="Security 0: a limit for everything that comes from outside",
    text_en="{name} was not kept: a declaration has at most {limit} files.",
    text_lv="{name} netika saglabāta: deklarācijai var būt ne vairāk kā {limit} datnes.",
    fix_en="Put several documents into one PDF or one .asice container.",
    fix_lv="Apvienojiet vairākus dokumentus vienā PDF vai vienā .asice konteinerā.",
)
PRC_QUESTIONS_CHANGED = Rule(
    id="PRC-011",
    http_status=409,
    issue_code="conflict",
    source="Source page B1: a declaration counts until its questions are replaced",
    text_en="These answers are to version {answered} of the questions; version {wanted} is in use now.",
    text_lv="Šīs atbildes ir uz jautājumu {answered}. versiju; tagad lieto {wanted}. versiju.",
    fix_en="Answer the questions that are in use now; a declaration that was handed in is sent back for that.",
    fix_lv="Atbildiet uz jautājumiem, kas ir spēkā tagad; jau iesniegtu deklarāciju šim nolūkam atdod labošanai.",
)
PRC_NO_QUESTIONS = Rule(
    id="PRC-012",
    http_status=409,
    issue_code="not-found",
    source="Source page B1: point 14 of Regulation 134, asked as dated questions",
    text_en="On {day} no version of the questions is in force, and none is published for later.",
    text_lv="{day} nav spēkā neviena jautājumu versija, un vēlākam laikam tāda nav izsludināta.",
    fix_en="Ask the contract desk named in the footer.",
    fix_lv="Jautājiet kājenē norādītajam līgumu kontaktpunktam.",
)
