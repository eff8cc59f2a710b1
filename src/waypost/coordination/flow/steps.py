"""The steps of a visit and what may follow what. Pure; printed in docs/rules/flow.md."""

from enum import StrEnum


class Step(StrEnum):
    """Where a patient stands in a visit."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    FORMS = "forms"
    ROOMED = "roomed"
    WITH_PROVIDER = "with-provider"
    CHECKOUT = "checkout"
    DONE = "done"
    LEFT = "left"  # left without being seen
    MISSED = "missed"  # did not come
    OFF = "off"  # canceled, or never booked: no part of the day


WORDS = {
    Step.BOOKED: "Booked", Step.ARRIVED: "Arrived", Step.FORMS: "Forms", Step.ROOMED: "Roomed",
    Step.WITH_PROVIDER: "With provider", Step.CHECKOUT: "Checkout", Step.DONE: "Done",
    Step.LEFT: "Left without being seen", Step.MISSED: "Did not come", Step.OFF: "Canceled",
}  # fmt: skip
HERE = frozenset({Step.ARRIVED, Step.FORMS, Step.ROOMED, Step.WITH_PROVIDER, Step.CHECKOUT})
WAITING = frozenset({Step.ARRIVED, Step.FORMS})  # in the waiting room
IN_ROOM = frozenset({Step.ROOMED, Step.WITH_PROVIDER})
ENDED = frozenset({Step.DONE, Step.LEFT, Step.MISSED, Step.OFF})
MOVES: dict[Step, tuple[Step, ...]] = {  # the likeliest first
    Step.BOOKED: (Step.ARRIVED, Step.WITH_PROVIDER, Step.DONE),
    Step.MISSED: (Step.ARRIVED,),
    Step.ARRIVED: (Step.ROOMED, Step.FORMS, Step.WITH_PROVIDER, Step.DONE, Step.LEFT),
    Step.FORMS: (Step.ROOMED, Step.ARRIVED, Step.WITH_PROVIDER, Step.DONE, Step.LEFT),
    Step.ROOMED: (Step.WITH_PROVIDER, Step.ROOMED, Step.ARRIVED, Step.DONE, Step.LEFT),
    Step.WITH_PROVIDER: (Step.CHECKOUT, Step.DONE, Step.ROOMED),
    Step.CHECKOUT: (Step.DONE, Step.WITH_PROVIDER),
}


def may(old: Step, new: Step, *, seen: bool = False) -> bool:
    """Say whether a patient may go from one step to another. Who has been seen cannot leave unseen."""
    return new in MOVES.get(old, ()) and not (seen and new is Step.LEFT)


def encounter_status(new: Step, before: str) -> str:
    """Return the status of the Encounter at a step; once begun it goes back to waiting no more."""
    if new is Step.DONE:
        return "finished"
    if new is Step.LEFT:
        return "cancelled"
    if new in {Step.WITH_PROVIDER, Step.CHECKOUT} or before == "in-progress":
        return "in-progress"
    return "arrived"


def appointment_status(everyone: list[Step], before: str) -> str:
    """Return the status of the Appointment when all its patients stand so: it follows them and never goes back."""
    if all(step in ENDED for step in everyone):
        if Step.DONE in everyone:
            return "fulfilled"
        return "cancelled" if Step.LEFT in everyone else "noshow"
    seen = {Step.WITH_PROVIDER, Step.CHECKOUT, Step.DONE}
    if before == "checked-in" or any(step in seen for step in everyone):
        return "checked-in"
    return "arrived" if any(step in HERE for step in everyone) else before
