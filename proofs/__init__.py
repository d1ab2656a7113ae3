"""The full-size proofs: what the exchange promises, done ten thousand times from outside, then looked up in SQL.

python -m proofs [name]   (make proof ONLY=name)

last_pack.py   two pharmacies, one last pack     races.py    one such race
dispense_races.py  everything at once, at every prescription; rivals/  the clients at one of them
kill.py        kill -9 in the middle of the work  killing.py  who is killed, and who starts it again
thief.py       nobody copies the register         theft.py    every way to try, workday.py a normal day
checks.py      what must not be in the database afterwards, each as one query
driver/        the client side                    report.py   figures to docs/proof
"""
