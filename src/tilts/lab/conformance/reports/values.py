"""What a report says, as plain values: verdicts, what they rest on, versions and hashes.

Nothing in it depends on when or where it is asked for, so the same run gives the same bytes.
"""

import hashlib
import json
from datetime import datetime
from typing import Any, Final

from tilts import __version__
from tilts.lab.conformance.evidence import Observation
from tilts.lab.conformance.language import ENGINE_VERSION, LANGUAGE_VERSION, Text
from tilts.lab.conformance.runs import JudgedRun, Played
from tilts.lab.conformance.verdicts import StepVerdict

FORMAT: Final = "https://tilts.example/lab/report/1"
LEFT_OUT: Final = frozenset({"certificate_file", "key_file", "fhir", "token_url"})  # of one machine


def report_json(judged: JudgedRun) -> bytes:
    return (json.dumps(report_values(judged), ensure_ascii=False, indent=1) + "\n").encode()


def report_values(judged: JudgedRun) -> dict[str, Any]:
    """The whole report; `sha256` is over everything else in it."""
    run, client = judged.run, judged.client
    values: dict[str, Any] = {
        "format": FORMAT,
        "run": str(run.run_id),
        "verdict": judged.verdict,
        "evidence_complete": judged.complete,
        "counts": {
            verdict: judged.count(verdict) for verdict in ("passed", "failed", "inconclusive", "open")
        },
        "state": run.state,
        "started_at": instant(run.started_at),
        "finished_at": instant(run.finished_at),
        "system": {
            "client_id": client.client_id,
            "organization": client.organization_name,
            "organization_id": str(client.organization_id),
            "version_id": str(run.version_id) if run.version_id else None,
            "role": run.role,
        },
        "plan": run.plan,
        "versions": {"tilts": __version__, "engine": ENGINE_VERSION, "language": LANGUAGE_VERSION},
        "scenarios": [scenario_values(one) for one in judged.played],
    }
    whole = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {**values, "sha256": hashlib.sha256(whole.encode()).hexdigest()}


def scenario_values(played: Played) -> dict[str, Any]:
    scenario, verdict, situation = played.scenario, played.verdict, played.situation
    return {
        "id": scenario.id,
        "version": scenario.version,
        "sha256": scenario.sha256,
        "title": both(scenario.title),
        "kind": scenario.kind,
        "requirement": {
            **both(scenario.requirement.text),
            "rules": list(scenario.requirement.rules),
            "sources": list(scenario.requirement.sources),
        },
        "verdict": verdict.verdict,
        "reason": both(verdict.reason),
        "attempt": situation.attempt if situation else None,
        "prepared_at": instant(situation.prepared_at) if situation else None,
        "closed_at": instant(situation.closed_at) if situation else None,
        "facts": {
            name: fact
            for name, fact in sorted((situation.facts if situation else {}).items())
            if name not in LEFT_OUT
        },
        "steps": [step_values(step) for step in verdict.steps],
        "calls": [call_values(call) for call in played.observations],
    }


def step_values(step: StepVerdict) -> dict[str, Any]:
    return {
        "id": step.step_id,
        "title": both(step.title),
        "verdict": step.verdict,
        "expected": step.expected,
        "reason": both(step.reason),
        "call": step.observation,
    }


def call_values(call: Observation) -> dict[str, Any]:
    return {
        "number": call.number,
        "at": instant(call.at),
        "method": call.method,
        "route": call.route,
        "status": call.status,
        "rule": call.rule or None,
        "proven": call.proven,
        "whole": call.whole,
        "reply_lost": call.reply_lost,
        "request": {**call.request, "body": text(call.request_body)},
        "answer": {**call.answer, "body": text(call.answer_body)},
    }


def both(words: Text) -> dict[str, str]:
    return {"lv": words.lv, "en": words.en}


def instant(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None


def text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
