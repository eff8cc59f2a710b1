"""What can be wrong with what surrounds the program: its disk and its database."""

from waypost.kernel.problem import Problem


class DiskFull(Problem):
    code, status, issue = "kernel.disk-full", 507, "no-store"
    title = "The disk is full. Nothing of this was kept."
    remedy = "Whoever looks after Waypost frees some space; then do it again."


class DatabaseAway(Problem):
    code, status, issue = "kernel.database-away", 503, "transient"
    title = "The database does not answer at the moment."
    remedy = "Try again in a few seconds; if it stays so, tell whoever looks after Waypost."
