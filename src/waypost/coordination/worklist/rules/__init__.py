"""Rules that make work from facts, and end it when the fact is gone.

Each is pure: one patient's record and an instant in, items out. A rule also says when to look again, where the clock
alone may change its answer. How to write one: docs/how-to/rule.md.
"""
