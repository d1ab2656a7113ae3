"""The first page: every step of the path and every door leads to a page that is there."""

import pytest

from tests.running import Running
from tilts.lab.walker import PageWalker
from tilts.portal.start import PATH


@pytest.mark.parametrize("step", PATH, ids=lambda step: step.title)
def test_a_step_of_the_path_leads_to_its_page(exchange: Running, step: object) -> None:
    with PageWalker(exchange.facts["portal"], language="en") as walker:
        page = walker.follow(step.title)  # type: ignore[attr-defined]
        assert page.status == 200


@pytest.mark.parametrize("door", ["I develop a system", "I work for an institution", "I am a resident"])
def test_a_door_leads_somewhere(exchange: Running, door: str) -> None:
    with PageWalker(exchange.facts["portal"], language="en") as walker:
        [card] = [one for one in walker.page.document.find_class("card") if door in one.text_content()]
        links = [" ".join(link.text_content().split()) for link in card.iter("a")]
        assert links
        for link in links:
            walker.home()
            assert walker.follow(link, near=door).status == 200


def test_every_entry_of_the_menu_opens(exchange: Running) -> None:
    with PageWalker(exchange.facts["portal"], language="en") as walker:
        [menu] = walker.page.document.xpath("//nav[@aria-label='Pages']")
        for address in [link.get("href") for link in menu.iter("a")]:
            assert walker._get(exchange.facts["portal"].rstrip("/") + address).status == 200


def test_the_two_desks_stand_in_the_foot_of_the_page(exchange: Running) -> None:
    with PageWalker(exchange.facts["portal"], language="en") as walker:
        [foot] = walker.page.document.iter("footer")
        assert "Contract desk" in foot.text_content()
        assert "Test help desk" in foot.text_content()
