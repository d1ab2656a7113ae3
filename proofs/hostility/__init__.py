"""A seeded generator of what no well-behaved client sends, and the eyes that look at the answers.

words.py     strings and headers that mean harm    bodies.py   JSON, XML and packed bodies
framing.py   broken HTTP, pairs that smuggle       cases.py    one case drawn from all of these, for one route
sending.py   bytes out, answers in, a probe after  place.py    the exchange with its ports and HAProxy
crowd.py     many slow clients at once
"""
