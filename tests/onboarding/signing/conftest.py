"""One invented provider for all tests of signatures."""

import pytest

from tests.onboarding.signing.desk import Desk, make_desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("providers"))
