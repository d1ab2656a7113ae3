"""One prescription and everybody who wants something of it at once: four clients and the clock.

drawing.py   what is prescribed and what each of them tries, from the seed
asking.py    a client that does not give up, hangs up, and asks again
table.py     the four at one prescription, and what they were told
looking.py   the clock, and what a supervisor sees in the database beside it and afterwards
"""
