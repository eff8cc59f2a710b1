"""Contacts: a call, a visit at the desk, a text, a letter answered. Each is one Communication, filed in one act with what follows.

What was tried for a piece of work stands in the projection `coordination_contact`; how many attempts a rule asks for is
a dated row in `attempts.py`.
"""
