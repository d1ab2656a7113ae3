"""Benchmarks: what an audited call costs, against PostgreSQL alone and against a handler that does nothing.

    python -m benchmarks   (make bench)

    scenes.py     which calls            load.py       many clients at once, and whose processor time it took
    recording.py  the statements of a call, as the exchange really sends them
    floor.py      the same statements by pgbench: PostgreSQL's own limit
    bare.py       the same JSON decoded and encoded by a bare handler on the same server
    page.py, drawing.py   table, JSON and picture

No time is asserted anywhere: machines differ. All three are measured in turn within one run; ratios count.
"""
