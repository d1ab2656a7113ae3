"""Where a connection stands: the gate's page, found as the people of the party find it."""

from tilts.lab.path.cast import Organisation
from tilts.lab.path.telling import Event
from tilts.lab.path.visitor import No
from tilts.lab.path.walk import Walk


def unmet(walk: Walk, party: Organisation) -> No:
    head = walk.at(party.first)
    head.follow("My connections")
    head.follow(site_of(walk, party))
    return head.unmet()


def told(walk: Walk, party: Organisation) -> Event:
    no = unmet(walk, party)
    if not no.reasons:
        return walk.shown(party.first, "Nekas vairs netrūkst.", "Nothing is missing any more.")
    return walk.shown(party.first, "Trūkst vēl:", "Still missing:", no)


def site_of(walk: Walk, party: Organisation) -> str:
    return str(walk.facts["production"]["institutions"][party.client]["site"])
