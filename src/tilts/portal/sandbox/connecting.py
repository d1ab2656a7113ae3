"""Lines for a shell that work as they stand on this machine: tokens, calls, and whom to trust."""

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tilts.lab.state import default_data_dir
from tilts.portal.sandbox_facts import SandboxFacts
from tilts.portal.words import N_

CA_NAME = "Tilts sandbox"


@dataclass(frozen=True, slots=True)
class Snippet:
    name: str
    title: str
    lines: str
    note: str = ""


def tilts_command(facts: SandboxFacts, words: str) -> str:
    """`tilts ..` as this machine finds it: on the path, or beside the Python that runs us."""
    beside = Path(sys.executable).with_name("tilts")
    program = "tilts" if shutil.which("tilts") or not beside.exists() else shlex.quote(str(beside))
    folder = "" if facts.data_dir == default_data_dir() else f" --data-dir {shlex.quote(str(facts.data_dir))}"
    return f"{program} {words}{folder}"


def story(facts: SandboxFacts) -> str:
    return tilts_command(facts, "story")


def first_calls(facts: SandboxFacts) -> list[Snippet]:
    practice = facts.clients["practice"]
    cert, key, ca = (shlex.quote(path) for path in (practice.cert, practice.key, practice.ca))
    found = [
        Snippet(
            "metadata",
            N_("Ask what the exchange can do"),
            f"curl --cacert {ca} \\\n  {facts.fhir}/metadata",
            N_("This needs neither a token nor a certificate."),
        ),
        Snippet(
            "read",
            N_("Get a token and read the register as the practice"),
            f"TOKEN=$({tilts_command(facts, 'token --as practice')})\n"
            f"curl --cert {cert} \\\n  --key {key} \\\n  --cacert {ca} \\\n"
            f"  -H \"Authorization: Bearer $TOKEN\" \\\n  '{facts.fhir}/Organization?_count=3'",
            N_("A token lives five minutes and works only with the certificate it was issued to."),
        ),
    ]
    if facts.plain:
        found.append(
            Snippet(
                "plain",
                N_("The same on the plain port, for tools that cannot show a certificate"),
                f"TOKEN=$({tilts_command(facts, 'token --as practice --plain')})\n"
                f"curl -H \"Authorization: Bearer $TOKEN\" \\\n  '{facts.plain}/Organization?_count=3'",
                N_("The plain port exists in the sandbox only and is refused everywhere else."),
            )
        )
    return found


def trust(facts: SandboxFacts) -> list[Snippet]:
    """How each tool learns to trust the sandbox's CA."""
    ca = shlex.quote(str(facts.authority))
    bundle = shlex.quote(str(facts.clients["practice"].file("browser.p12")))
    return [
        Snippet(
            "curl",
            "curl",
            f"export CURL_CA_BUNDLE={ca}",
            N_("For this shell only; then --cacert can be left out."),
        ),
        Snippet(
            "firefox",
            "Firefox",
            "",
            N_(
                "Settings, Privacy and security, View certificates: under Authorities import ca.pem and tick "
                "websites; under Your certificates import browser.p12 with the password tilts."
            ),
        ),
        Snippet(
            "chromium",
            N_("Chromium and Chrome on Linux"),
            f"certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n '{CA_NAME}' -i {ca}\n"
            f"pk12util -d sql:$HOME/.pki/nssdb -i {bundle} -W tilts",
            N_("The tools come with the package libnss3-tools (Debian) or nss-tools (Fedora)."),
        ),
        Snippet(
            "linux",
            N_("Linux, for all programs"),
            f"sudo trust anchor --store {ca}\n\n# Debian, Ubuntu\n"
            f"sudo cp {ca} /usr/local/share/ca-certificates/tilts-sandbox.crt\nsudo update-ca-certificates",
            N_("The first line is for systems with p11-kit (Fedora, Arch, openSUSE)."),
        ),
        Snippet(
            "macos",
            "macOS",
            f"security add-trusted-cert -r trustRoot \\\n  -k ~/Library/Keychains/login.keychain-db {ca}",
            N_("Safari and Chrome use the keychain; Firefox has its own list."),
        ),
    ]
