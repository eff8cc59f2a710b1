"""What is asked on a call, and what it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from waypost.coordination.contacts.kinds import (
    CHANNELS,
    IDENTIFIERS,
    IDENTIFIERS_MIN,
    OUTCOMES,
    REACHED,
    REASONS,
    TOPICS,
    WRONG_NUMBER,
)
from waypost.coordination.contacts.wishes import ELSE, PATIENT, ContactWish, ItemWish, PromiseWish
from waypost.coordination.problems import GivenUpTooSoon
from waypost.coordination.worklist.kinds import Outcome
from waypost.kernel.dates import read_moment
from waypost.web import asked
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.schedule.clocks import ClockField

WORDS_CHARACTERS_MAX, NAME_CHARACTERS_MAX, NUMBER_CHARACTERS_MAX = 2000, 120, 40
OPEN, AGAIN, NURSES = "open", "again", "nurses"
MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of work as the call's form offers it."""

    id: str
    version: int
    what: str
    outcomes: Sequence[Outcome]  # empty where this role may not end it
    opened: bool  # the call was opened from it
    again: datetime | None = None  # when another attempt would serve, where its rule asks for one

    @property
    def field(self) -> str:
        return f"item-{self.id}"


def choices_of(item: Item) -> list[tuple[str, str]]:
    ends = [(f"end:{one.code}", f"Done: {one.word}") for one in item.outcomes]
    if not ends:
        return [("", "Not on this call"), (OPEN, "Outreach: stays open"), (NURSES, "Hand to the nurses"), (AGAIN, "Try again later")]
    return [("", "Not on this call"), (OPEN, "Spoken of, stays open"), *ends, (AGAIN, "Try again later"), (NURSES, "Hand to the nurses")]


class CallForm(DeskForm):
    inbound = forms.ChoiceField(label="Who called?", choices=(("in", "They called"), ("out", "I called")), widget=forms.RadioSelect)
    channel = forms.ChoiceField(label="How", choices=[(one.code, one.word) for one in CHANNELS], initial="call")
    who = forms.ChoiceField(label="Who is it?")
    who_name = forms.CharField(label="Their name", required=False, max_length=NAME_CHARACTERS_MAX, help_text="Where it is someone else.")
    verified = forms.MultipleChoiceField(label="Asked and right", choices=IDENTIFIERS, required=False, widget=forms.CheckboxSelectMultiple(attrs={"data-focus": True}),
                                         help_text="Two before anything is told.")  # fmt: skip
    agreed = forms.MultipleChoiceField(label="The patient agreed on this call to talk about", choices=TOPICS, required=False,
                                       widget=forms.CheckboxSelectMultiple)  # fmt: skip
    call_back = forms.CharField(label="Number to call back", required=False, max_length=NUMBER_CHARACTERS_MAX,
                                widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))  # fmt: skip
    reason = forms.ChoiceField(label="What is it about?", choices=[(one.code, one.word) for one in REASONS], widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label="How did it end?", choices=[(one.code, one.word) for one in OUTCOMES], widget=forms.RadioSelect(attrs={"data-key": "o"}))
    words = forms.CharField(label="In a few words", required=False, max_length=WORDS_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 3}))
    wrong = forms.ChoiceField(label="Which number is wrong?", required=False)
    again_on = TypedDateField(label="Try again on", required=False, prefer="future")
    again_at = ClockField(label="at", required=False)
    promise = forms.CharField(label="Promised", required=False, max_length=NAME_CHARACTERS_MAX, help_text="For instance: call with the date of the scan.")
    promise_on = TypedDateField(label="By the day", required=False, prefer="future")
    promise_at = ClockField(label="by", required=False)
    promise_who = forms.ChoiceField(label="Who keeps it", required=False)

    def __init__(self, *args: Any, today: date, relations: Sequence[tuple[str, str]], numbers: Sequence[tuple[str, str]],
                 people: Sequence[tuple[str, str]], items: Sequence[Item], **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.items = items
        self._choose("who", [(PATIENT, "The patient"), *relations, (ELSE, "Someone else")])
        self._choose("wrong", [("", "None"), *numbers])
        self._choose("promise_who", people)
        for name in ("again_on", "promise_on"):
            field = self.fields[name]
            assert isinstance(field, TypedDateField)
            field.today = today
        for item in items:
            self.fields[item.field] = forms.ChoiceField(
                label=item.what, choices=choices_of(item), required=False, initial=OPEN if item.opened else ""
            )
        needed = {"reason": "Choose what it is about.", "outcome": "Choose how it ended.", "inbound": "Say who called."}
        for name, said in needed.items():
            self.fields[name].error_messages["required"] = said

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == REACHED and len(data.get("verified") or ()) < IDENTIFIERS_MIN:
            self.add_error("verified", "Tick two, or say that someone else answered.")
        if data.get("who") == ELSE and data.get("outcome") == REACHED and not data.get("who_name"):
            self.add_error("who_name", "Write who it is.")
        if data.get("outcome") == WRONG_NUMBER and len(self.fields["wrong"].choices) > 1 and not data.get("wrong"):  # type: ignore[attr-defined]
            self.add_error("wrong", "Choose the number that was dialed.")
        if data.get("promise") and not data.get("promise_on") and "promise_on" not in self.errors:
            self.add_error("promise_on", "A promise needs a day.")
        if any(data.get(one.field) == AGAIN for one in self.items) and not data.get("again_on") and "again_on" not in self.errors:
            self.add_error("again_on", "Write the day to try again.")
        return data

    def gone(self) -> bool:
        """Say whether the call was about work that is no longer open."""
        known = {one.field for one in self.items}
        return any(name.startswith("item-") and value and name not in known for name, value in self.data.items())

    def item_fields(self) -> list[tuple[Item, Any]]:
        return [(one, self[one.field]) for one in self.items]

    def _item(self, item: Item, chosen: str, again: datetime | None) -> ItemWish | None:
        if not chosen:
            return None
        return ItemWish(
            item.id,
            asked.number(self.data, f"seen-{item.id}"),
            outcome=chosen.removeprefix("end:") if chosen.startswith("end:") else "",
            until=again if chosen == AGAIN else None,
            nurses=chosen == NURSES,
        )

    def too_soon(self, problem: GivenUpTooSoon) -> None:
        """Say at the piece of work that it is too soon to give up, and what is still due."""
        self.add_error(f"item-{problem.extra['task']}", f"{problem.title} {problem.detail}")

    def wish(self, patient: str, zone: str, key: str) -> ContactWish:
        data = self.cleaned_data
        again = _moment(data["again_on"], data["again_at"], zone)
        due = _moment(data["promise_on"], data["promise_at"] or time(17), zone)
        names = dict(self.fields["promise_who"].choices)  # type: ignore[attr-defined]
        return ContactWish(
            patient=patient,
            outcome=data["outcome"],
            channel=data["channel"],
            inbound=data["inbound"] == "in",
            who=data["who"],
            who_name=data["who_name"],
            verified=tuple(data["verified"]),
            agreed=tuple(data["agreed"]),
            call_back=data["call_back"],
            reason=data["reason"],
            words=data["words"],
            items=tuple(made for one in self.items if (made := self._item(one, data[one.field], again))),
            promise=PromiseWish(data["promise"], due, data["promise_who"], names.get(data["promise_who"], "")) if data["promise"] and due else None,
            wrong_number=int(data["wrong"]) if data["wrong"] else None,
            key=key,
        )


def tried_again(data: QueryDict, items: Sequence[Item], zone: str) -> QueryDict:
    """Return what was sent, with the work that `instead` names put off until another attempt would serve."""
    id_, _, said = data.get("instead", "").partition("@")
    one = next((one for one in items if one.id == id_), None)
    when = (read_moment(said, zone) or one.again) if one else None
    if one is None or when is None:
        return data
    made, at = data.copy(), when.astimezone(ZoneInfo(zone))
    made[one.field] = AGAIN
    made["again_on"], made["again_at"] = at.date().isoformat(), at.strftime("%H:%M")
    return made


def _moment(day: date | None, at: time | None, zone: str) -> datetime | None:
    return datetime.combine(day, at or MORNING, ZoneInfo(zone)) if day else None
