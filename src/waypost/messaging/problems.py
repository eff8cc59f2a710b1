"""What a caller can meet."""

from waypost.kernel.problem import Problem


class NothingToSend(Problem):
    code, status, issue = "messaging.nothing-to-send", 409, "business-rule"
    title = "There is nothing to send again."
    remedy = "Only what was refused, or what may or may not have gone out, can be sent again."


class NoSuchDelivery(Problem):
    code, status, issue = "messaging.no-such-delivery", 404, "not-found"
    title, remedy = "Nothing of that kind is in the outbox.", "Go back to the outbox; the list is fresh."
