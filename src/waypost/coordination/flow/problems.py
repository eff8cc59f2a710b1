"""What a caller of the flow can meet."""

from waypost.kernel.problem import Problem


class FlowMoved(Problem):
    """`extra["step"]` says where the patient stands."""

    code, status, issue = "coordination.flow-moved", 409, "conflict"
    title = "Someone has taken this visit along meanwhile."
    remedy = "The board is fresh now: look where the patient stands."


class NotNext(Problem):
    code, status, issue = "coordination.flow-not-next", 409, "business-rule"
    title, remedy = "That does not follow from where the patient stands.", "Choose one of the steps beside the name."


class RoomTaken(Problem):
    code, status, issue = "coordination.room-taken", 409, "conflict"
    title, remedy = "Someone is in that room.", "Choose one of the free rooms."


class RoomElsewhere(Problem):
    code, status, issue = "coordination.room-elsewhere", 422, "business-rule"
    title, remedy = "That room is not at the site of this visit.", "Choose one of the free rooms there."


class NotThisPatient(Problem):
    code, status, issue = "coordination.not-this-patient", 404, "not-found"
    title, remedy = "That patient does not take part in this visit.", "Go back to the board."


class NotComeYet(Problem):
    code, status, issue = "coordination.not-come-yet", 409, "business-rule"
    title, remedy = "The patient has not come yet.", "Note the arrival first."
