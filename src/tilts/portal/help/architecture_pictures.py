"""The pictures of the architecture page, as boxes and arrows; drawn by the template in the page's colours."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tilts.portal.words import N_

Kind: TypeAlias = Literal["ours", "theirs", "door", "data"]


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...] = ()
    kind: Kind = "ours"


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one point to another; the label stands at (x, y) if there is one."""

    path: str
    label: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    title: str
    text: str
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int = 760


WHO: Final = Picture(
    "who",
    N_("Who talks to whom"),
    N_(
        "Systems of practices, hospitals and pharmacies call the exchange over mutual TLS. People use the portal in a browser. Systems never call each other."
    ),
    400,
    (
        Box(10, 20, 200, 74, N_("System of a practice"), (N_("prescribes, reads"),), "theirs"),
        Box(10, 116, 200, 74, N_("System of a pharmacy"), (N_("finds, claims, dispenses"),), "theirs"),
        Box(10, 212, 200, 74, N_("System of a developer"), (N_("tests; classifiers"),), "theirs"),
        Box(
            10,
            308,
            200,
            74,
            N_("People in a browser"),
            (N_("developer, institution,"), N_("authority, resident")),
            "theirs",
        ),
        Box(
            330,
            20,
            190,
            266,
            N_("Exchange"),
            (N_("FHIR R4 and tokens"), N_("certificate, token, scope,"), N_("person; audit first")),
            "door",
        ),
        Box(330, 308, 190, 74, N_("Portal"), (N_("path, help, own data"),), "door"),
        Box(600, 20, 150, 74, N_("Registers"), (N_("who is who"),), "data"),
        Box(600, 116, 150, 74, N_("Prescriptions"), (N_("with their states"),), "data"),
        Box(600, 212, 150, 74, N_("Classifiers"), (N_("with versions"),), "data"),
        Box(600, 308, 150, 74, N_("Identity provider"), (N_("OpenID Connect"),), "theirs"),
    ),
    (
        Arrow("M210 57H324", N_("mutual TLS"), 267, 49),
        Arrow("M210 153H324", N_("mutual TLS"), 267, 145),
        Arrow("M210 249H324", N_("mutual TLS"), 267, 241),
        Arrow("M210 345H324", N_("https"), 267, 337),
        Arrow("M520 57H594"),
        Arrow("M520 153H594"),
        Arrow("M520 249H594"),
        Arrow("M520 345H594", N_("sign-in"), 557, 337),
        Arrow("M425 308V292"),
    ),
)
ENVIRONMENTS: Final = Picture(
    "environments",
    N_("Environments"),
    N_(
        "The sandbox runs on one machine. The test environment opens with a testing agreement, production with approval and the institution's own agreement. Test and production share agreements and approvals, never patients."
    ),
    250,
    (
        Box(
            10,
            30,
            200,
            120,
            N_("Sandbox"),
            (N_("own machine, no agreement"), N_("invented persons"), N_("keys to download")),
            "theirs",
        ),
        Box(
            280,
            30,
            200,
            120,
            N_("Test"),
            (N_("testing agreement"), N_("test persons"), N_("scenarios, report")),
            "ours",
        ),
        Box(
            550,
            30,
            200,
            120,
            N_("Production"),
            (N_("approved version,"), N_("agreement, certificate"), N_("real data")),
            "door",
        ),
        Box(280, 190, 470, 46, N_("Parties, agreements, approvals: seen from both"), (), "data"),
    ),
    (
        Arrow("M210 90H274", N_("agree"), 244, 82),
        Arrow("M480 90H544", N_("approve"), 514, 82),
        Arrow("M380 190V156"),
        Arrow("M650 190V156"),
    ),
)
TOKENS: Final = Picture(
    "tokens",
    N_("Certificates and tokens"),
    N_(
        "A system connects with its institution's certificate, proves itself with a signed assertion that names the practitioner, the workplace and the purpose, and gets a token that works only with that certificate, for five minutes."
    ),
    330,
    (
        Box(10, 20, 210, 54, N_("System of an institution"), (), "theirs"),
        Box(540, 20, 210, 54, N_("Exchange"), (), "door"),
        Box(250, 250, 260, 64, N_("The gate"), (N_("agreement, approval, certificate"),), "data"),
    ),
    (
        Arrow("M115 74V320"),
        Arrow("M645 74V320"),
        Arrow("M115 110H639", N_("1. TLS with the institution's own certificate"), 380, 102),
        Arrow("M115 150H639", N_("2. assertion: who, where, why; signed by a registered key"), 380, 142),
        Arrow("M645 190H121", N_("3. token, bound to the certificate"), 380, 182),
        Arrow("M115 230H639", N_("4. call with token; writes are signed"), 380, 222),
        Arrow("M645 282H516"),
    ),
)
ROOMS: Final = Picture(
    "rooms",
    N_("What is where"),
    N_(
        "One program. Each floor may use those below it; the rooms are strangers to each other. Whatever comes in passes the door: who is it, may they, write it down."
    ),
    330,
    (
        Box(10, 20, 236, 54, N_("FHIR and OAuth"), (N_("for systems"),), "ours"),
        Box(262, 20, 236, 54, N_("Portal"), (N_("for people"),), "ours"),
        Box(514, 20, 236, 54, N_("Command line"), (N_("for operators"),), "ours"),
        Box(10, 96, 740, 54, N_("The door"), (N_("certificate, token, gate, audit, repeats"),), "door"),
        Box(10, 172, 173, 54, N_("Exchange"), (N_("prescriptions"),), "ours"),
        Box(199, 172, 173, 54, N_("Terminology"), (N_("classifiers"),), "ours"),
        Box(388, 172, 173, 54, N_("Onboarding"), (N_("agreements, trust"),), "ours"),
        Box(577, 172, 173, 54, N_("Lab"), (N_("scenarios, sandbox"),), "ours"),
        Box(
            10,
            248,
            740,
            54,
            N_("Store"),
            (N_("PostgreSQL: a schema for each environment, one for onboarding"),),
            "data",
        ),
    ),
    (Arrow("M380 74V90"), Arrow("M380 150V166"), Arrow("M380 226V242")),
)
PICTURES: Final = (WHO, ENVIRONMENTS, TOKENS, ROOMS)
