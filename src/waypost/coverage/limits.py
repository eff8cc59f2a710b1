"""Bounds of the coverage room."""

VERIFIED_DAYS_MAX = 30  # an answer older than this says what was, not what is: plans change by the month [P]
ENDING_DAYS = 30  # a coverage that ends within this many days is said so in time to renew it [P]
