"""What is revoked is refused within a minute on open connections; what cannot be learnt goes on, then closes and says why."""

import asyncio
import random
from collections import Counter as Tally
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from cryptography.hazmat.primitives import hashes

from proofs.keeping import Entry, Journal
from proofs.revoking import Member, Pace, Scene, systems
from proofs.stopping import Stop
from proofs.watching import watching
from tilts.lab.pki_trust.listing import signed_list
from tilts.store.onboarding import trust
from tilts.store.onboarding.trust import TrustListRecord

NAME: Final = "revocation"
TITLE: Final = "Revoked under load"
WHAT: Final = (
    "With the intervals as they are shipped, forty connections of four systems call without a pause longer than a fifth of a "
    "second. At a moment drawn by the seed one certificate is put on its issuer's list, one is called revoked by its issuer's "
    "OCSP responder, one is revoked by an officer at the command line; list, responder and trust list are servers on loopback "
    "that the egress worker asks. Counted are the seconds until the first refusal and until the last success, over connections "
    "that stay open. Then these servers go down: calls go on within the grace time. For its end the moment of the last word is "
    "set back in the database by as much as the grace time of 24 (lists and answers) or 72 hours (trust list), less a little."
)
SIZE: Final = 6  # rounds
MOST_SECONDS: Final = 60
KINDS: Final = ("crl", "ocsp", "officer")
GRACES: Final = {"ACC-014": timedelta(hours=24), "ACC-015": timedelta(hours=72)}


def prove(
    journal: Journal, size: int, seed: int, stop: Stop, pace: Pace | None = None
) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    pace = pace or Pace()
    with watching(TITLE, size + 1) as watcher:
        scene = Scene(journal, pace, stop, watcher)
        try:
            journal.begin(seed=seed)
            for number in range(size):
                if stop.wanted:
                    return None
                if number not in {entry["number"] for entry in journal.of("round")}:
                    scene.run(partial(one_round, scene, number, seed))
                watcher.at(number + 1)
            if not journal.of("down"):
                scene.run(partial(sources_down, scene))
            watcher.at(size + 1)
            return judge(journal) | {"postgres": scene.environment.cluster.version}
        finally:
            scene.close()


async def one_round(scene: Scene, number: int, seed: int) -> None:
    """Three systems lose their certificates at the same moment, each in another way; a fourth goes on."""
    names, pace = systems(scene.environment), scene.pace
    chosen = [names[(3 * number + place) % (len(names) - 1)] for place in range(3)]
    members = {
        kind: await scene.member(client, "ocsp" if kind == "ocsp" else "crl")
        for kind, client in zip(KINDS, chosen, strict=True)
    }
    other = await scene.member(names[-1], "crl")
    everybody = [*members.values(), other]
    await scene.until(lambda: all(scene.standing(one)["status"] == "good" for one in everybody), "good")
    crowds = {kind: await scene.crowd(member, pace.sockets) for kind, member in members.items()}
    beside = await scene.crowd(other, max(1, pace.sockets // 3))
    for crowd in (*crowds.values(), beside):
        crowd.start()
    await asyncio.sleep(random.Random(f"{seed}:{number}").uniform(0, pace.phase_seconds))
    for crowd in crowds.values():
        crowd.cut()
    now = datetime.now(UTC)
    scene.issuer.listed[members["crl"].serial] = now
    scene.issuer.told[members["ocsp"].serial] = now
    await scene.command("certificates", "revoke", members["officer"].fingerprint.hex(), "--as", scene.officer)
    seconds = 2 * MOST_SECONDS
    told = {kind: await crowd.until_refused(seconds) for kind, crowd in crowds.items()}
    went_on = await beside.stopped()
    scene.journal.add("round", number=number, told=told, beside=went_on)
    scene.watcher.say(
        f"{number}: " + ", ".join(f"{kind} {one['last_success']} s" for kind, one in told.items())
    )
    for one in everybody:
        one.party.line.close()


async def sources_down(scene: Scene) -> None:
    """Nothing comes any more: neither list nor answer nor trust list."""
    pace, names = scene.pace, systems(scene.environment)
    stale = await scene.member(names[0], "ocsp", short=timedelta(seconds=pace.word_seconds))
    listed = await scene.member(names[1], "crl")
    await scene.until(lambda: scene.standing(stale)["status"] == "good", "an answer")
    await scene.until(lambda: scene.standing(listed)["status"] == "good", "a list")
    scene.issuer.go_down()
    await scene.until(lambda: scene.standing(stale)["stale_from"] < datetime.now(UTC), "the last word's end")
    await scene.until(lambda: scene.standing(stale)["status"] == "unknown", "unknown")
    crowds = {
        "ACC-014": await scene.crowd(stale, pace.sockets),
        "ACC-015": await scene.crowd(listed, pace.sockets),
    }
    for crowd in crowds.values():
        crowd.start()
    await asyncio.sleep(pace.phase_seconds)
    grace = scene.standing(stale)
    within = {rule: dict(crowd.answers) for rule, crowd in crowds.items()}
    ahead = await scene.why_not(stale)
    ends = await set_back(scene, stale)
    told = {}
    for rule, member in (("ACC-014", stale), ("ACC-015", listed)):
        await scene.until(partial(scene.ends_at, member, ends[rule]), rule)
        crowds[rule].cut(ends[rule])
    for rule, member in (("ACC-014", stale), ("ACC-015", listed)):
        told[rule] = await crowds[rule].until_refused(2 * MOST_SECONDS)
        why = await scene.why_not(member)
        told[rule] |= {"open": why["open"], "why": [one["rule"] for one in why["conditions"]]}
        member.party.line.close()
    seconds = (grace["usable_until"] - grace["stale_from"]).total_seconds()
    ahead_rules = [one["rule"] for one in ahead["ahead"]]
    scene.journal.add(
        "down", within=within, grace_hours=seconds / 3600, open=ahead["open"], ahead=ahead_rules, ended=told
    )


async def set_back(scene: Scene, stale: Member) -> dict[str, datetime]:
    """So that both grace times end soon: the last word, and the trust list, are as old as that."""
    now = datetime.now(UTC).replace(microsecond=0)
    lead = timedelta(seconds=int(scene.pace.lead_seconds))
    ends = {"ACC-014": now + lead, "ACC-015": now + lead + timedelta(seconds=2)}
    word, next_update = (ends[rule] - GRACES[rule] for rule in ("ACC-014", "ACC-015"))
    issued = next_update - timedelta(days=1)
    xml = signed_list(scene.issuer.trust, issued, next_update, 1)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(xml)
    record = TrustListRecord(digest.finalize(), 1, issued, next_update, now, xml)

    async def work(tx: Any) -> None:
        await trust.lock_refresh(tx)
        await trust.put_in_use(tx, record)
        await tx.execute(
            "UPDATE onboarding.certificate_standing SET known_good_until = %s WHERE fingerprint = %s",
            [word, stale.fingerprint],
        )

    await scene.within(work)
    return ends


def judge(journal: Journal) -> dict[str, Any]:
    findings: list[str] = []
    figures: dict[str, Any] = {"rounds": len(journal.of("round"))}
    for kind in KINDS:
        told = [entry["told"][kind] for entry in journal.of("round")]
        findings += [
            f"round {n} {kind}: {fault}" for n, one in enumerate(told) for fault in faults_of(one, "ACC-003")
        ]
        for figure in ("first_refusal", "last_success"):
            named = f"{kind}: seconds until the {figure.replace('_', ' ')}"
            figures[f"{named}, each round"] = [one[figure] for one in told]
    figures["connections at once"] = max(
        sum(one["sockets"] for one in (*entry["told"].values(), entry["beside"]))
        for entry in journal.of("round")
    )
    figures["calls answered before"] = sum(
        one["answers"].get("200", 0) for entry in journal.of("round") for one in entry["told"].values()
    )
    others = sum((Tally(entry["beside"]["answers"]) for entry in journal.of("round")), Tally[str]())
    figures |= {f"calls beside, not revoked: {said}": number for said, number in sorted(others.items())}
    findings += [f"a certificate that was not revoked was told {said}" for said in others if said != "200"]
    for entry in journal.of("down"):
        findings += faults_of_down(entry)
        figures["sources down: calls within the grace time"] = sum(
            sum(one.values()) for one in entry["within"].values()
        )
        figures["sources down: hours of grace"] = entry["grace_hours"]
        for rule, one in entry["ended"].items():
            figures[f"end of grace: seconds until the last success, {rule}"] = one["last_success"]
    return {"findings": findings, "figures": figures}


def faults_of(one: Entry, rule: str) -> list[str]:
    faults = []
    if (
        one["last_success"] > MOST_SECONDS
        or one["first_refusal"] is None
        or one["first_refusal"] > MOST_SECONDS
    ):
        faults.append(f"refused after {one['first_refusal']} s, last success after {one['last_success']} s")
    if set(one["answers"]) - {"200", rule} or not one["answers"].get("200"):
        faults.append(f"answers: {one['answers']}")
    if one["refused"] != one["sockets"] or one["opened"] != one["sockets"]:
        faults.append(
            f"{one['refused']} of {one['sockets']} connections refused, {one['opened']} were opened"
        )
    return faults


def faults_of_down(entry: Entry) -> list[str]:
    faults = [
        f"sources down, within the grace time: {answers}"
        for answers in entry["within"].values()
        if set(answers) != {"200"}
    ]
    if not entry["open"] or entry["ahead"] != ["ACC-014"] or abs(entry["grace_hours"] - 24) > 0.01:
        faults.append(
            f"the grace time is not told: {entry['open']}, {entry['ahead']}, {entry['grace_hours']}"
        )
    for rule, one in entry["ended"].items():
        faults += [f"end of grace: {fault}" for fault in faults_of(one, rule)]
        if one["open"] or one["why"] != [rule]:
            faults.append(f"end of grace: the gate says {one['why']}, calls say {rule}")
    return faults
