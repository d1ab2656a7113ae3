"""On what a figure was taken: said without names of places or people."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import psutil


def machine(postgres_version: str) -> dict[str, Any]:
    return {
        "cores": len(psutil.Process().cpu_affinity()),
        "memory GiB": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "PostgreSQL": postgres_version,
        "uvicorn": version("uvicorn"),
        "psycopg": version("psycopg"),
    }


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def commit() -> str:
    """Of the source; `+` says that something was changed since, `unknown` that there is no repository."""
    try:
        head = ["git", "rev-parse", "--short=10", "HEAD"]
        name = subprocess.run(head, capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--", "src", "proofs", "benchmarks"],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return name + ("+" if changed.strip() else "")
