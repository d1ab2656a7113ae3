"""A sandbox of its own for the scaled twins of the proofs: its server is a process, so that it can be killed."""

from collections.abc import Iterator

import pytest

from proofs.sandbox import sandbox
from proofs.watching import Silent
from tilts.lab.environment import Environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with sandbox(tmp_path_factory.mktemp("proofs") / "sandbox", Silent()) as found:
        yield found
