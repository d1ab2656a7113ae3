"""What a call did, in words that a patient reads; the code beside it never changes."""

from types import MappingProxyType
from typing import Final

from tilts.rules import Language

# event: (Latvian, English)
EVENTS: Final = MappingProxyType(
    {
        "acting.chosen": ("Izvēlas, kā vārdā rīkoties portālā", "Chooses for whom to act at the portal"),
        "address.unknown": ("Vēršas pie adreses, kuras nav", "Asks for an address that does not exist"),
        "audit.listed": ("Uzraugot skata piekļuves ierakstus", "Looks into the audit trail as overseer"),
        "audit.proved": ("Saņem piekļuves pierādījumu", "Has an access proved"),
        "audit.read": ("Lasa piekļuves ierakstu", "Reads the record of an access"),
        "audit.removed": ("Ar lēmumu izņem audita pierakstu", "Takes a record out under a decision"),
        "audit.searched": ("Skata piekļuves ierakstus", "Looks at the list of accesses"),
        "case.kept": ("Saglabā iesākto veidlapu", "Keeps a form that was begun"),
        "case.listed": ("Skata lietu sarakstu", "Looks at the list of cases"),
        "case.opened": ("Sāk lietu", "Opens a case"),
        "case.read": ("Lasa lietu", "Reads a case"),
        "case.step": ("Veic lietas soli", "Takes a step of a case"),
        "certificate.answer-shipped": (
            "Iesniedz izdevēja OCSP atbildi",
            "Hands in its issuer's OCSP answer",
        ),
        "certificate.kept-open": (
            "Atstāj sertifikātu lietošanā uz dažām dienām",
            "Lets a certificate go on for some days",
        ),
        "certificate.answer-brought": (
            "Iesniedz izdevēja atbildi par sertifikātu",
            "Brings an issuer's answer about a certificate",
        ),
        "certificate.issued": (
            "Saņem sertifikātu par apzīmogotu pieprasījumu",
            "Has a certificate issued on a sealed request",
        ),
        "certificate.listed": ("Skata sertifikātu sarakstu", "Looks at the list of certificates"),
        "certificate.revoked": ("Anulē sertifikātu", "Revokes a certificate"),
        "certificate.submitted": ("Iesniedz sertifikātu", "Submits a certificate"),
        "classifier.asked": ("Pārbauda klasifikatora kodu", "Asks about a code of a classifier"),
        "classifier.downloaded": ("Lejupielādē klasifikatoru", "Downloads a classifier"),
        "classifier.listed": ("Skata klasifikatoru sarakstu", "Looks at the list of classifiers"),
        "classifier.read": ("Lasa klasifikatoru", "Reads a classifier"),
        "classifier.searched": ("Meklē klasifikatoru", "Looks for a classifier"),
        "client.registered": ("Reģistrē testa savienojumu", "Registers a test connection"),
        "connection.declared": (
            "Piesaka savienojumu ar ražošanas vidi",
            "Declares a connection to production",
        ),
        "connection.listed": ("Skata savienojumu sarakstu", "Looks at the list of connections"),
        "consent.ended": ("Izbeidz aizliegumu vai pilnvarojumu", "Ends a ban or a delegation"),
        "consent.read": ("Lasa aizliegumu vai pilnvarojumu", "Reads a ban or a delegation"),
        "consent.recorded": ("Ieraksta aizliegumu vai pilnvarojumu", "Records a ban or a delegation"),
        "consent.searched": ("Skata aizliegumus un pilnvarojumus", "Looks at bans and delegations"),
        "content.validated": ("Pārbauda datu uzbūvi", "Has the build of content checked"),
        "definition.read": ("Lasa darbības definīciju", "Reads the definition of an operation"),
        "definition.given": ("Pievieno definīciju pārbaudēm", "Puts a definition beside its checks"),
        "dispense.amended": ("Labo izsniegšanu", "Corrects what was handed out"),
        "dispense.reconciled": (
            "Saskaņo pēc izdrukātas receptes izsniegto",
            "Reconciles what was handed out by a printed prescription",
        ),
        "outage.listed": (
            "Uzraugot skata izsniegšanas konfliktus",
            "Looks at conflicts of handing out as overseer",
        ),
        "dispense.withdrawn": ("Atsauc izsniegšanu", "Takes back what was handed out"),
        "dispense.read": ("Lasa par izsniegto", "Reads what was handed out"),
        "dispense.recorded": ("Izsniedz zāles", "Hands out medicine"),
        "dispense.searched": ("Meklē izsniegto", "Looks for what was handed out"),
        "document.read": ("Lasa lietas dokumentu", "Reads a document of a case"),
        "gate.asked": ("Jautā, vai savienojums ir atvērts", "Asks whether a connection is open"),
        "glass.listed": ("Skata ārkārtas piekļuvju sarakstu", "Looks at the list of emergency accesses"),
        "prescription.printed": ("Izdrukā recepti", "Prints a prescription"),
        "receipt.read": (
            "Lasa receptes slēgšanas apliecinājumu",
            "Reads the receipt of a closed prescription",
        ),
        "relationships.loaded": ("Ielādē saistības no reģistriem", "Loads relationships from registers"),
        "glass.released": ("Ļauj atkal izmantot ārkārtas piekļuvi", "Lets emergency access be used again"),
        "glass.reviewed": ("Izvērtē ārkārtas piekļuvi", "Reviews an emergency access"),
        "hold.listed": ("Skata brīdinājumus un aizturējumus", "Looks at alerts and holds"),
        "hold.ask": ("Lūdz atbrīvot aizturējumu", "Asks for the release of a hold"),
        "hold.confirm": ("Apstiprina aizturējuma atbrīvošanu", "Confirms the release of a hold"),
        "hold.decline": ("Noraida aizturējuma atbrīvošanu", "Declines the release of a hold"),
        "glass.broken": ("Izmanto ārkārtas piekļuvi", "Breaks the glass: access in an emergency"),
        "lab.read": ("Skata scenāriju izpildi", "Looks at a run of scenarios"),
        "lab.run-begun": ("Sāk scenāriju izpildi", "Begins a run of scenarios"),
        "mail.answered": ("Atbild uz vēstuli", "Answers a letter"),
        "mail.listed": ("Skata vēstuļu sarakstu", "Looks at the list of letters"),
        "mail.read": ("Lasa vēstuli", "Reads a letter"),
        "mail.sent-again": ("Nosūta vēstuli vēlreiz", "Sends a letter again"),
        "mail.sorted": ("Pievieno vēstuli lietai", "Puts a letter into a case"),
        "message.written": ("Raksta ziņu lietā", "Writes a message in a case"),
        "organization.read": ("Lasa iestādes ierakstu reģistrā", "Reads an organisation in the register"),
        "organization.searched": ("Meklē iestādi reģistrā", "Looks for an organisation in the register"),
        "event.acknowledged": ("Apstiprina saņemtos notikumus", "Acknowledges events it has received"),
        "event.fetched": ("Saņem notikumus par receptēm", "Fetches events about prescriptions"),
        "patient.read": ("Lasa pacienta pamatdatus", "Reads the patient's details"),
        "patient.searched": ("Meklē pacientu", "Looks for the patient"),
        "plan.proposed": ("Piedāvā testu plānu", "Proposes a test plan"),
        "plan.read": ("Lasa testu plānu", "Reads a test plan"),
        "practitioner.read": (
            "Lasa ārstniecības personas ierakstu reģistrā",
            "Reads a practitioner in the register",
        ),
        "practitioner.searched": (
            "Meklē ārstniecības personu reģistrā",
            "Looks for a practitioner in the register",
        ),
        "practitioner-role.read": ("Lasa darbavietas ierakstu reģistrā", "Reads a workplace in the register"),
        "practitioner-role.searched": ("Meklē darbavietu reģistrā", "Looks for a workplace in the register"),
        "prescription.cancelled": ("Anulē recepti", "Cancels a prescription"),
        "prescription.claimed": ("Piesaka recepti izsniegšanai", "Takes a prescription to hand it out"),
        "prescription.closed": ("Slēdz recepti", "Closes a prescription"),
        "prescription.closed-short": ("Slēdz recepti ar atlikumu", "Closes a prescription with a balance"),
        "prescription.digitised": ("Ievada papīra recepti", "Enters a paper prescription"),
        "prescription.found": ("Meklē recepti pēc numura", "Looks for a prescription by its number"),
        "prescription.prepared": ("Sagatavo recepti", "Prepares a prescription"),
        "prescription.prescribed": ("Izraksta recepti", "Writes a prescription"),
        "prescription.read": ("Lasa recepti", "Reads a prescription"),
        "prescription.released": ("Atbrīvo recepti", "Gives a prescription back"),
        "prescription.searched": ("Meklē receptes", "Looks for prescriptions"),
        "prescription.transfer-requested": (
            "Lūdz aptieku atdot recepti",
            "Asks a pharmacy to give a prescription up",
        ),
        "question.asked": ("Uzdod jautājumu", "Asks a question"),
        "question.listed": ("Skata jautājumu sarakstu", "Looks at the list of questions"),
        "repair.confirmed": (
            "Ar divu personu lēmumu labo receptes stāvokli",
            "Repairs the state of a prescription by two persons",
        ),
        "repair.declined": ("Noraida labojumu", "Declines a repair"),
        "repair.listed": ("Skata labojumu sarakstu", "Looks at the list of repairs"),
        "repair.ordered": ("Pieprasa labojumu", "Orders a repair"),
        "role.asked": ("Lūdz lomu portālā", "Asks for a role at the portal"),
        "workplace.chosen": ("Izvēlas darbavietu portālā", "Chooses a workplace at the portal"),
        "role.chosen": ("Izvēlas lomu portālā", "Chooses a role at the portal"),
        "role.decided": (
            "Izlemj, vai persona rīkojas organizācijas vārdā",
            "Decides who acts for the organisation",
        ),
        "seal.listed": ("Skata audita pierakstu aizzīmogošanu", "Looks at how the audit trail is sealed"),
        "session.ended": ("Izrakstās no portāla", "Signs out of the portal"),
        "session.ended-by-operator": ("Slēdz portāla sesijas", "Ends sessions of the portal"),
        "session.ended-others": ("Izrakstās visur citur", "Signs out everywhere else"),
        "session.opened": ("Pieslēdzas portālam", "Signs in to the portal"),
        "signature.read": ("Lasa parakstu", "Reads a signature"),
        "signature.searched": ("Meklē parakstus", "Looks for signatures"),
        "system.listed": ("Skata sistēmu sarakstu", "Looks at the list of systems"),
        "system.registered": ("Reģistrē sistēmas versiju", "Registers a version of a system"),
        "task.read": ("Lasa receptes stāvokli", "Reads the state of a prescription"),
        "task.searched": ("Meklē recepšu stāvokli", "Looks for the state of prescriptions"),
        "test-persons.handed-out": ("Saņem testa personas", "Has test persons handed out"),
        "test-persons.read": ("Skata testa personas", "Looks at test persons"),
        "testing.requested": ("Piesaka testēšanu", "Asks to begin testing"),
        "token.issued": ("Lūdz talonu", "Asks for a token"),
        "token.introspected": ("Pārbauda talonu", "Looks into a token"),
        "worksheet.read": ("Lasa testu analīzi", "Reads the analysis of tests"),
        "worksheet.written": ("Raksta testu analīzi", "Writes the analysis of tests"),
    }
)


REPEATED: Final = (" (atkārtots izsaukums: agrākā atbilde)", " (repeated call: the earlier answer again)")


def event_text(event: str, language: Language, *, repeated: bool = False) -> str:
    """The words of an audit event; one that has none yet is shown as its code."""
    place = 0 if language == "lv" else 1
    text = EVENTS.get(event, (event, event))[place]
    return text + REPEATED[place] if repeated else text
