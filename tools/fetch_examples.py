"""Fetches the published definitions and examples of FHIR R4, and lets nothing but those bytes in.

`make examples` runs this. The package is CC0 and stands on npm; it is fetched by the ordinary client
(`npm pack`), checked against the hash below and unpacked into `.cache/`. Nothing at run time needs it:
what the product uses of it is compiled into `src/tilts_fhir/data/` (ADR 0014).
"""

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

PACKAGE: Final = "hl7.fhir.r4.examples"
VERSION: Final = "4.0.1"
ARCHIVE: Final = f"{PACKAGE}-{VERSION}.tgz"
SHA512: Final = "DXBdIZOeQaSKIgCU7w6HOC7sw/6BzylmipLkBW4f//pT+Bc94x+8LImwTdvaNThPJoOzpBzvxAzNqjeu3X/zLw=="
CACHE: Final = Path(__file__).resolve().parent.parent / ".cache"


class FetchFailed(Exception):
    """The package could not be had, or is not the one we know."""


def examples_folder(cache: Path = CACHE) -> Path:
    """Where the unpacked package stands once it has been fetched."""
    return cache / f"{PACKAGE}-{VERSION}"


def fetch(cache: Path = CACHE) -> Path:
    """
    Bring the package into `cache`; does nothing if it is there.

    Raises:
        FetchFailed: npm is missing or failed, or the archive has another hash than `SHA512`.
    """
    folder = examples_folder(cache)
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    archive = cache / ARCHIVE
    if not archive.is_file():
        _npm_pack(cache)
    _check(archive)
    _unpack(archive, folder)
    return folder


def _npm_pack(cache: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FetchFailed(
            f"npm is not installed; install it (apt-get install npm), or put {ARCHIVE} into {cache}"
        )
    done = subprocess.run([npm, "pack", f"{PACKAGE}@{VERSION}", "--silent"], cwd=cache, check=False)
    if done.returncode != 0:
        raise FetchFailed(f"npm pack ended with status {done.returncode}")


def _check(archive: Path) -> None:
    with archive.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode("ascii")
    if found != SHA512:
        raise FetchFailed(f"{archive.name} has the hash sha512-{found}, not the one that is written here")


def _unpack(archive: Path, folder: Path) -> None:
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with tarfile.open(archive) as tar:
        # Python before 3.11.4 knows no filter; what is in the archive is known by its hash.
        tar.extractall(unfinished, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (unfinished / "package").rename(folder)
    shutil.rmtree(unfinished)


def main() -> int:
    """Exit status: 0 the package is there, 1 it is not."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        print(fetch())
    except FetchFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
