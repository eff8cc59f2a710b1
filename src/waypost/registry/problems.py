"""What a caller of the registry can meet."""

from waypost.kernel.problem import Problem


class MrnTaken(Problem):
    code, status, issue = "registry.mrn-taken", 409, "duplicate"
    title = "That record number belongs to another patient."
    remedy = "Leave the number out: Waypost gives the next free one."


class PatientMerged(Problem):
    code, status, issue = "registry.patient-merged", 409, "conflict"
    title = "This record was merged into another."
    remedy = "Open the one that goes on; what was here stands there."


class NotToBeMerged(Problem):
    code, status, issue = "registry.not-to-be-merged", 422, "business-rule"
    title = "These two records cannot be merged."
    remedy = "Choose two different patients, neither merged before."


class BornInFuture(Problem):
    code, status, issue = "registry.born-in-future", 422, "invalid"
    title = "The birth date is in the future."
    remedy = "Check the year."
