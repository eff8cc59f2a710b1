"""What a caller of coordination can meet."""

from waypost.kernel.problem import Problem


class TooManyMatches(Problem):
    code, status, issue = "coordination.too-many-matches", 412, "multiple-matches"
    title = "The condition matches more than one resource."
    remedy = "Name it so that one resource at most is meant."


class ConditionUnmet(Problem):
    code, status, issue = "coordination.condition-unmet", 412, "not-found"
    title = "A conditional reference matches nothing."
    remedy = "File what is meant first, or put it into the same transaction."


class OrderNeeded(Problem):
    code, status, issue = "coordination.order-needed", 422, "business-rule"
    title, remedy = "This kind of visit needs an order.", "Choose an active order of this patient's, or ask for one."


class PatientDeceased(Problem):
    code, status, issue = "coordination.patient-deceased", 422, "business-rule"
    title, remedy = "The patient has died.", "If that is a mistake, correct it on the patient's page first."


class NoDoor(Problem):
    code, status, issue = "coordination.no-door", 404, "not-found"
    title = "There is no calendar of that room, provider or device."
    remedy = "Open its day on the board, and print from there."


class WhoseNotice(Problem):
    code, status, issue = "coordination.whose-notice", 422, "required"
    title = "This visit is for several patients."
    remedy = "Say for whom: each one's letter and calendar file stand beside their name on the visit's page."


class PatientMerged(Problem):
    code, status, issue = "coordination.patient-merged", 409, "conflict"
    title, remedy = "This chart was merged into another.", "Book on the surviving chart."


class SeriesNotFree(Problem):
    """`extra["taken"]` lists the starts that are not free, `extra["free"]` those that are."""

    code, status, issue = "coordination.series-not-free", 409, "conflict"
    title, remedy = "Not every date of the series is free.", "Leave those dates out, or choose another hour."


class SeriesMoveNotFree(Problem):
    """`extra["taken"]` lists each visit that cannot come along, `extra["free"]` counts those that could."""

    code, status, issue = "coordination.series-move-not-free", 409, "conflict"
    title = "Not every visit of the series can move along. Nothing was moved."
    remedy = "Leave that one where it is, give it a time of its own, or choose another hour for all."


class SeriesTooLong(Problem):
    code, status, issue = "coordination.series-too-long", 422, "too-long"
    title, remedy = "A series has 2 to 60 visits within two years.", "End it earlier; it can be continued later."


class NotASeries(Problem):
    code, status, issue = "coordination.not-a-series", 409, "business-rule"
    title = "This visit is not part of a series."


class AnswerNeedsWho(Problem):
    code, status, issue = "coordination.answer-needs-who", 422, "required"
    title, remedy = "Nobody is named who confirmed it.", "Write the interpreter, driver or company that comes."


class NotOnRoster(Problem):
    code, status, issue = "coordination.not-on-roster", 409, "business-rule"
    title = "That patient is not on the roster of this visit."


class AlreadyOnRoster(Problem):
    code, status, issue = "coordination.already-on-roster", 409, "duplicate"
    title = "That patient is on the roster already."


class AlreadyWaiting(Problem):
    """`extra["appointment"]` is the one that waits."""

    code, status, issue = "coordination.already-waiting", 409, "duplicate"
    title, remedy = (
        "The patient is on the waitlist for this visit already.",
        "Find times from there, or take it off the list first.",
    )


class NotWaiting(Problem):
    code, status, issue = "coordination.not-waiting", 409, "conflict"
    title, remedy = "That visit is no longer on the waitlist.", "Look at the patient's page: it may be booked."


class NotYours(Problem):
    code, status, issue = "coordination.not-yours", 403, "forbidden"
    title, remedy = "Someone else did that.", "Ask them, or change it on its own page."


class UndoTooLate(Problem):
    code, status, issue = "coordination.undo-too-late", 409, "conflict"
    title, remedy = "That can no longer be undone at a key.", "Change it on its own page; its history is kept."


class NotABooking(Problem):
    code, status, issue = "coordination.not-a-booking", 422, "required"
    title = "The appointment does not say what is to be booked."
    remedy = "Send a slot, or a serviceType of this clinic with a start; and at least one patient."


class WorkEnded(Problem):
    code, status, issue = "coordination.work-ended", 409, "conflict"
    title, remedy = "Someone has finished this meanwhile.", "It is off the list; its page shows who and how."


class WorkForLicensed(Problem):
    code, status, issue = "coordination.work-for-licensed", 403, "forbidden"
    title = "Only a nurse or a clinician can close this."
    remedy = "Hand it to a nurse; a call of your own is noted in the chart."


class GivenUpTooSoon(Problem):
    """`detail` says in words what is still due; `extra` says it in figures, `task` which work it is about."""

    code, status, issue = "coordination.given-up-too-soon", 409, "business-rule"
    title = "It is too soon to give up."
    remedy = "Try again, and file each attempt as a contact."


class OutcomeNeeded(Problem):
    code, status, issue = "coordination.outcome-needed", 422, "required"
    title, remedy = "Work ends with an outcome.", "Choose one of those listed."


class SnoozeNeedsReason(Problem):
    code, status, issue = "coordination.snooze-needs-reason", 422, "required"
    title, remedy = "Say why it can wait.", "A few words are enough."


class SnoozeTooLong(Problem):
    code, status, issue = "coordination.snooze-too-long", 422, "invalid"
    title, remedy = "Work can be put off until a later moment, 90 days at most.", "Choose a nearer one."


class TwoIdentifiers(Problem):
    code, status, issue = "coordination.two-identifiers", 422, "required"
    title = "Two identifiers are needed before anything is told."
    remedy = "Ask for the full name and the birth date, and tick them; or say that someone else answered."


class PromiseInPast(Problem):
    code, status, issue = "coordination.promise-in-past", 422, "invalid"
    title, remedy = "A promise is for a later moment.", "Choose a day and hour still to come."


class CallBackNeeded(Problem):
    code, status, issue = "coordination.call-back-needed", 422, "required"
    title, remedy = "The nurse needs a number to call back.", "Ask for it and write it down."


class WorkOfAnother(Problem):
    code, status, issue = "coordination.work-of-another", 409, "conflict"
    title, remedy = "That belongs to another patient.", "Open the call from the right patient's page."


class ParkedTooLarge(Problem):
    code, status, issue = "coordination.parked-too-large", 413, "too-long"
    title, remedy = "That form is too long to be parked.", "Send it, or shorten what was typed."


class ParkedTooMany(Problem):
    code, status, issue = "coordination.parked-too-many", 409, "too-costly"
    title, remedy = "Your shelf is full.", "Finish or drop some of what is parked first."


class ParkedGone(Problem):
    code, status, issue = "coordination.parked-gone", 404, "not-found"
    title, remedy = "That is no longer parked.", "It was sent or dropped, or its week was over."


class RuleUnknown(Problem):
    code, status, issue = "coordination.rule-unknown", 404, "not-found"
    title, remedy = "There is no such rule.", "`waypost rules --work` lists them."


class RuleSwitchPast(Problem):
    code, status, issue = "coordination.rule-switch-past", 422, "invalid"
    title, remedy = "A rule is switched from today or a later day.", "What it made before stands as it was."


class RuleFigure(Problem):
    code, status, issue = "coordination.rule-figure", 422, "invalid"
    title, remedy = "A figure is out of its bounds, or is none of this rule's.", "The page of the rule says what may be set."


class BumpsOpen(Problem):
    code, status, issue = "coordination.bumps-open", 409, "conflict"
    title = "Visits still stand in that time, and nobody looks for another for them."
    remedy = "Move each to another time, or give the search to a team."


class NothingToBump(Problem):
    code, status, issue = "coordination.nothing-to-bump", 409, "conflict"
    title, remedy = "That visit no longer stands in this time.", "Nothing is left to do for it here."


class NobodyToShare(Problem):
    code, status, issue = "coordination.nobody-to-share", 422, "required"
    title, remedy = "Nobody is chosen to share it among.", "Tick at least one colleague."


class CoverNeedsColleague(Problem):
    code, status, issue = "coordination.cover-needs-colleague", 422, "required"
    title, remedy = "Cover is lent by one member of staff to another.", "Choose a colleague."


class CoverTooLong(Problem):
    code, status, issue = "coordination.cover-too-long", 422, "invalid"
    title, remedy = "A cover ends at a later moment, within 60 days.", "Choose a day and hour within that."


class CoverStands(Problem):
    code, status, issue = "coordination.cover-stands", 409, "conflict"
    title, remedy = "Your work is lent already.", "Take it back first, then lend it anew."


class CoverChain(Problem):
    code, status, issue = "coordination.cover-chain", 409, "conflict"
    title = "That would lend on what is lent."
    remedy = "Choose a colleague who covers nobody and is covered by nobody, or end the other cover first."


class ColleagueOnLeave(Problem):
    code, status, issue = "coordination.colleague-on-leave", 409, "conflict"
    title, remedy = "That colleague is away in this time.", "Choose another, or an earlier end."


class ViewNeedsName(Problem):
    code, status, issue = "coordination.view-needs-name", 422, "required"
    title, remedy = "A view needs a name.", "Two or three words, for instance: Late calls."


class TooManyViews(Problem):
    code, status, issue = "coordination.too-many-views", 409, "too-costly"
    title, remedy = "There are 30 views of yours already.", "Remove one first."


class WaitsForItself(Problem):
    code, status, issue = "coordination.waits-for-itself", 422, "business-rule"
    title, remedy = "Work waits for other open work of the same patient.", "Choose a piece of work that is open."
