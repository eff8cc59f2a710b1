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


class AnswersMissing(Problem):
    code, status, issue = "coordination.answers-missing", 422, "required"
    title, remedy = "A question has no answer.", "Choose one; “Not sure” is an answer too."


class NotAnAmount(Problem):
    code, status, issue = "coordination.not-an-amount", 422, "invalid"
    title, remedy = "That is no amount.", "Write it as 25 or 25.00, and choose how it was paid."


class NotAPicture(Problem):
    code, status, issue = "coordination.not-a-picture", 422, "invalid"
    title, remedy = "That file is no picture.", "Photograph the card, or choose a JPEG or PNG of it."


class PaymentDayClosed(Problem):
    code, status, issue = "coordination.payment-day-closed", 409, "business-rule"
    title, remedy = "The day of this payment has been closed with it.", "Give it back on a later day: that is noted then, with a receipt of its own."


class PaymentDayOpen(Problem):
    code, status, issue = "coordination.payment-day-open", 409, "business-rule"
    title, remedy = "The day of this payment is still open.", "Take the payment back instead; then it counts no more."


class PaymentSettled(Problem):
    code, status, issue = "coordination.payment-settled", 409, "conflict"
    title, remedy = "This payment was taken back or given back before.", "The receipt says when and why; what is left of it can be given back."


class MoreThanTaken(Problem):
    code, status, issue = "coordination.more-than-taken", 422, "invalid"
    title, remedy = "That is more than is left of this payment.", "Write what is left, or less."


class MoneyStays(Problem):
    code, status, issue = "coordination.money-stays", 409, "business-rule"
    title, remedy = "What was taken at the desk is not undone.", "Take it back on its receipt, with a reason."


class DayClosed(Problem):
    code, status, issue = "coordination.day-closed", 409, "conflict"
    title, remedy = "The day has been closed at this site.", "Reopen it with a reason, on the page that closes the day."


class DayNotClosed(Problem):
    code, status, issue = "coordination.day-not-closed", 409, "conflict"
    title, remedy = "The day is open.", "Close it first."


class DayNotResolved(Problem):
    """`extra["open"]` says how many."""

    code, status, issue = "coordination.day-not-resolved", 409, "business-rule"
    title, remedy = "The day does not close with a visit unresolved.", "Each one below has the key that resolves it."


class CountsMissing(Problem):
    code, status, issue = "coordination.counts-missing", 422, "required"
    title, remedy = "Something was taken by a method that was not counted.", "Count each one, 0 where there is nothing."


class ReasonNeeded(Problem):
    code, status, issue = "coordination.reason-needed", 422, "required"
    title, remedy = "Say why, in a few words.", "It is kept with the day."


class NoFollowUp(Problem):
    code, status, issue = "coordination.no-follow-up", 409, "conflict"
    title, remedy = "That order does not wait for a visit any more.", "The list is fresh now."


class OrdersOpen(Problem):
    """`extra["orders"]` says which, by their ids."""

    code, status, issue = "coordination.orders-open", 409, "business-rule"
    title = "A follow-up order is neither booked nor said why not."
    remedy = "At checkout, book each one or choose why not; then the visit can be finished."


class NotLate(Problem):
    code, status, issue = "coordination.not-late", 409, "business-rule"
    title, remedy = "There is nothing to shorten.", "All of the time is left, or too little of it: choose another way."


class NobodyDecided(Problem):
    code, status, issue = "coordination.nobody-decided", 422, "required"
    title, remedy = "It is not said who decided.", "Choose the nurse or provider who did; a clerk can send to a nurse."


class NoTimeNow(Problem):
    code, status, issue = "coordination.no-time-now", 409, "conflict"
    title, remedy = "Nobody has a free time for that left today.", "Send to a nurse, or find a time on another day."
