"""What a caller of the schedule can meet."""

from waypost.kernel.problem import Problem


class SlotTaken(Problem):
    """`extra["times"]` carries the next best times where they were looked for."""

    code, status, issue = "scheduling.slot-taken", 409, "conflict"
    title, remedy = "That time has just been taken.", "Choose another; the list is fresh."


class PatientElsewhere(SlotTaken):
    code = "scheduling.patient-elsewhere"
    title = "The patient has another visit at that time."
    remedy = "Choose another time, or move the other visit first."


class LengthTaken(SlotTaken):
    """The detail says who or what is taken, from when until when; never by whom."""

    code = "scheduling.length-taken"
    title, remedy = "It cannot end then.", "End it earlier, or move what is in the way first."


class TooShort(Problem):
    """The detail names the part that would have no time left."""

    code, status, issue = "scheduling.too-short", 422, "business-rule"
    title, remedy = "It cannot end then.", "End it later, or move the visit."


class NotOpen(Problem):
    code, status, issue = "scheduling.not-open", 409, "conflict"
    title, remedy = (
        "That time is outside open hours.",
        "Choose a time within them, or have a supervisor override.",
    )


class NobodyFree(SlotTaken):
    code = "scheduling.nobody-free"
    title = "Nobody and nothing is left that this visit needs at that time."


class UnknownVisitType(Problem):
    code, status, issue = "scheduling.unknown-visit-type", 422, "code-invalid"
    title, remedy = "This clinic has no such kind of visit.", "Use a code from its list of visit types."


class UnknownCalendar(Problem):
    code, status, issue = "scheduling.unknown-calendar", 404, "not-found"
    title = "There is no calendar for that person, room or device."


class UnknownSlot(Problem):
    code, status, issue = "scheduling.unknown-slot", 404, "not-found"
    title = "There is no such slot."


class CannotServe(Problem):
    code, status, issue = "scheduling.cannot-serve", 422, "business-rule"
    title = "One of those named cannot take part in this kind of visit."
    remedy = "Leave it out and one will be chosen, or name another."


class InThePast(Problem):
    code, status, issue = "scheduling.in-the-past", 422, "business-rule"
    title, remedy = "That time is past.", "Choose a time that is still to come."


class TooFarAhead(Problem):
    code, status, issue = "scheduling.too-far-ahead", 422, "business-rule"
    title, remedy = "That is more than two years ahead.", "Choose an earlier time."


class NotAllowedNow(Problem):
    code, status, issue = "scheduling.not-allowed-now", 409, "business-rule"
    title, remedy = "The visit is not in a state that allows this.", "Look at its present state first."


class BadTemplate(Problem):
    code, status, issue = "scheduling.bad-template", 422, "invalid"
    title, remedy = (
        "The calendar or visit type does not hold together.",
        "The place named says what is wrong.",
    )


class ComputedSlots(Problem):
    code, status, issue = "scheduling.computed-slots", 422, "business-rule"
    title = "Slots of this schedule are computed from its template."
    remedy = "Change the calendar, or book an appointment."


class GroupFull(Problem):
    code, status, issue = "scheduling.group-full", 409, "conflict"
    title, remedy = "The group is full.", "Choose another date of the group."


class TimesDisagree(Problem):
    code, status, issue = "scheduling.times-disagree", 422, "invariant"
    title, remedy = (
        "Start and end do not fit this kind of visit.",
        "Leave the end out, or send the visit's own length.",
    )
