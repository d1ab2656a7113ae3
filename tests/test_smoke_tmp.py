import re
from tests.running import Running
from tilts.lab.walker import PageWalker, Upload

def enter(w, name):
    w.home(); w.follow("Sign in"); w.submit(name)

def ok(w, what=""):
    if w.page.problem or w.page.status >= 400:
        print("PROBLEM", what, w.page.status, w.page.heading, w.page.problem, w.page.text[:600]); assert 0
    return w.page

def test_smoke(exchange: Running) -> None:
    start = exchange.facts["portal"]
    with PageWalker(start, language="en") as v, PageWalker(start, language="en") as c, PageWalker(start, language="en") as c2:
        enter(v, "Dace Vētraine")
        v.submit("Register", {"For whom do you act?": "A developer of systems", "Registration number": "99990005000", "Name of the organisation": 'Parauga sistēmu izstrādātājs "Vētra"', "As what do you come?": "I act for the organisation"})
        ok(v, "register"); print(v.page.heading, v.page.links)
        v.follow("My work"); ok(v)
        v.submit("Begin: Agreement on testing"); ok(v, "begin")
        number = re.search(r"TL-\d+-\d+", v.page.text)[0]
        v.follow("Fill in on this page"); ok(v)
        print(v.page.labels)
        v.submit("Check and keep"); print("GAPS", v.page.problem)
        values = {"Legal address": "Bērzu iela 1, Rīga, LV-1000", "E-mail": "ligumi@vetra.example", "Phone": "+371 00000000",}
        assert 0
