"""What a caller can meet."""

from waypost.kernel.problem import Problem


class ReferralEnded(Problem):
    code, status, issue = "coordination.referral-ended", 409, "conflict"
    title = "This referral has ended."
    remedy = "Undo its end if that was a slip, or make a new one."


class ReferrerDecides(Problem):
    code, status, issue = "coordination.referrer-decides", 422, "business-rule"
    title = "Only a clinician decides that a referral ends."
    remedy = "Name the clinician who decided, or ask whoever referred."


class WhyNeeded(Problem):
    code, status, issue = "coordination.end-needs-reason", 422, "required"
    title = "It needs a reason."
    remedy = "Say in a few words why it ends here."


class NotHappenedYet(Problem):
    code, status, issue = "coordination.step-in-future", 422, "value"
    title = "That day has not come yet."
    remedy = "Note a step once it is done."


class WhoOrdered(Problem):
    code, status, issue = "coordination.orderer-unknown", 422, "required"
    title = "An order needs the clinician who ordered it."
    remedy = "Choose one; whoever types it is named beside."
