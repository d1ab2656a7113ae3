"""Health professionals at the portal: where they work, by what the registers say at each page, behind the same door."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.portal.attacking import Visitor, said
from tests.running import Running
from tests.transport.tables import Tables


def subject_of(exchange: Running, client: str) -> str:
    return f"practitioner-{exchange.facts['clients'][client]['practitioner']}"


@pytest.fixture(scope="module")
def tables(exchange: Running) -> Iterator[Tables]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        yield Tables(connection)


@pytest.fixture
def pharmacist(exchange: Running) -> Iterator[Visitor]:
    with Visitor(exchange.facts["portal"], subject_of(exchange, "pharmacy")) as found:
        yield found


def test_the_one_workplace_is_chosen_at_the_sign_in(exchange: Running, pharmacist: Visitor) -> None:
    page = pharmacist.get("/my/roles")
    assert exchange.facts["clients"]["pharmacy"]["name"] in said(page)
    assert "you work here now" in said(page)
    assert pharmacist.get("/my").headers["location"] == "/my/roles", "until pages of this work are there"
