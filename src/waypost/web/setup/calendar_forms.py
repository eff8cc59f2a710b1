"""The form of one calendar: weekly hours, what closes them each week, and days that differ. Rows, no script needed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import holidays
from django import forms
from django.forms import BaseFormSet, formset_factory

from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.setup.fields import ClockField

Json = dict[str, Any]
DAYS = [(str(n), name) for n, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))]
ROWS_MAX = 400
CLOSED, CLOSED_HOURS, OPEN = "closed", "closed-hours", "open"
HOLIDAY_YEARS = 2


class Row(DeskForm):
    """One row of a calendar. A row that is left empty, or marked to be removed, is none."""

    def has_typed(self) -> bool:
        """Say whether anything was put into the row, whatever it began with."""
        data: Any = self.data
        return any(data.getlist(self.add_prefix(name)) not in ([], [""]) for name in self.fields
                   if name not in {"DELETE", "what"})  # fmt: skip

    def order(self, early: str, late: str, words: str) -> None:
        low, high = self.cleaned_data.get(early), self.cleaned_data.get(late)
        if low and high and high < low:
            self.add_error(late, words)


class HoursRow(Row):
    days = forms.MultipleChoiceField(label="Days", choices=DAYS, widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one day."})
    start = ClockField(label="From")
    end = ClockField(label="To")

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("start") and given.get("end") and given["end"] <= given["start"]:
            self.add_error("end", "It ends before it starts. Write PM for the afternoon.")
        return given

    def times(self) -> Json:
        given = self.cleaned_data
        return {"days": sorted(int(day) for day in given["days"]), "from": given["start"], "to": given["end"]}


class WeeklyRow(HoursRow):
    """Open hours, kept for some visit types where any are named, from a day and until a day where these are set."""

    kinds = forms.MultipleChoiceField(label="Only for", required=False, widget=forms.SelectMultiple(attrs={"size": 4}),
                                      help_text="None chosen: for any visit.")  # fmt: skip
    valid_from = TypedDateField(label="First day", required=False, prefer="future")
    valid_until = TypedDateField(label="Last day", required=False, prefer="future")

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]
        for name in ("valid_from", "valid_until"):
            self.fields[name].today = today  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.order("valid_from", "valid_until", "The last day comes before the first.")
        return self.cleaned_data

    def body(self) -> Json:
        given = self.cleaned_data
        return {**self.times(), "valid_from": _iso(given["valid_from"]), "valid_until": _iso(given["valid_until"]),
                "visit_types": given["kinds"] or None}  # fmt: skip


class ClosedRow(HoursRow):
    reason = forms.CharField(label="What for", max_length=60, help_text="The board shows it: Lunch, Team meeting.")

    def __init__(self, *args: Any, kinds: Any = None, today: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def body(self) -> Json:
        return {**self.times(), "reason": self.cleaned_data["reason"]}


class ExceptionRow(Row):
    first = TypedDateField(label="Day", prefer="future")
    last = TypedDateField(label="Until", required=False, prefer="future", help_text="Where it is more than one day.")
    what = forms.ChoiceField(label="That day is", choices=[(CLOSED, "Closed"), (CLOSED_HOURS, "Closed from–to"), (OPEN, "Open from–to instead")])
    start = ClockField(label="From", required=False)
    end = ClockField(label="To", required=False)
    reason = forms.CharField(label="What for", required=False, max_length=60)

    def __init__(self, *args: Any, kinds: Any = None, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last"):
            self.fields[name].today = today  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        self.order("first", "last", "It ends before it starts.")
        if given.get("what") in {CLOSED_HOURS, OPEN}:
            for name in ("start", "end"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, "This is needed.")
            if given.get("start") and given.get("end") and given["end"] <= given["start"]:
                self.add_error("end", "It ends before it starts. Write PM for the afternoon.")
        return given

    def body(self) -> Json:
        given = self.cleaned_data
        made: Json = {"from": given["first"].isoformat(), "to": (given["last"] or given["first"]).isoformat()}
        if given["what"] == OPEN:
            made["open"] = [[given["start"], given["end"]]]
        else:
            made["closed"] = True
            if given["what"] == CLOSED_HOURS:
                made["hours"] = [[given["start"], given["end"]]]
        return {**made, "reason": given["reason"]} if given["reason"] else made


class Rows(BaseFormSet):
    """Rows in their order, with some empty ones below."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove this row"

    def kept(self) -> list[Any]:
        return [form for form in self.forms if self._counts(form)]

    def _counts(self, form: Any) -> bool:
        return form.has_typed() and not self._should_delete_form(form)  # pyright: ignore[reportAttributeAccessIssue]

    def bodies(self) -> list[Json]:
        return [form.body() for form in self.kept()]

    def full_clean(self) -> None:
        """Rows that are empty or to be removed are nothing: no error of theirs counts."""
        for form in self.forms if self.is_bound else ():
            form.empty_permitted = not form.has_typed()
            if form.empty_permitted:
                form.has_changed = bool  # what was emptied is as if it had never been there
        super().full_clean()


def row_set(row: type[Row], extra: int, **more: Any) -> type[Rows]:
    made: Any = formset_factory(row, formset=Rows, extra=extra, can_delete=True, **more)
    return made


class CalendarForm:
    """Three lists of rows; `body` is what they say together."""

    parts = (("weekly", WeeklyRow), ("closed", ClosedRow), ("exceptions", ExceptionRow))

    def __init__(self, data: Any, body: Mapping[str, Any], *, kinds: Sequence[tuple[str, str]], today: date, more: str = "") -> None:
        self.sets: dict[str, Rows] = {}
        for name, row in self.parts:
            initial = [_READ[name](entry) for entry in body.get(name) or ()]
            extra = 1 if name == more or not initial else 0
            self.sets[name] = row_set(row, extra, max_num=ROWS_MAX, absolute_max=ROWS_MAX + 20)(
                data, initial=initial, prefix=name, form_kwargs={"kinds": kinds, "today": today}
            )

    def is_valid(self) -> bool:
        judged = [one.is_valid() for one in self.sets.values()]  # every list, so that all faults are said at once
        return all(judged)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Return where each fault stands and what it is, for the summary."""
        found = []
        for name, rows in self.sets.items():
            for number, form in enumerate(rows.forms, 1):
                for field, errors in (form.errors.items() if rows.is_bound and form in rows.kept() else ()):
                    bound = form[field] if field in form.fields else None
                    label = f"{_WORDS[name]} {number}, {bound.label}" if bound else _WORDS[name]
                    found += [((bound.id_for_label or bound.auto_id) if bound else "", f"{label}: {error}") for error in errors]
        return found

    def body(self, before: Mapping[str, Any]) -> Json:
        """Return the calendar's body with these rows. Opening hours of one and the same day are one exception."""
        made = {**before, "weekly": self.sets["weekly"].bodies(), "closed": self.sets["closed"].bodies()}
        return {**made, "exceptions": _joined(self.sets["exceptions"].bodies())}


_WORDS = {"weekly": "Open hours", "closed": "Closed each week", "exceptions": "Other day"}


def _joined(entries: Iterable[Json]) -> list[Json]:
    """Put together the rows that speak of the same days in the same way, as open 9 to 11 and 1 to 3."""
    found: list[Json] = []
    for entry in entries:
        key = next((name for name in ("open", "hours") if name in entry), "")
        same = next((one for one in found if key and key in one and all(one.get(k) == entry.get(k) for k in ("from", "to", "reason"))), None)
        if same is None:
            found.append(entry)
        else:
            same[key] = sorted([*same[key], *entry[key]])
    return found


def split(entries: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Return exceptions with one stretch of hours each, as the rows of the form have them."""
    found: list[Json] = []
    for entry in entries:
        key = "hours" if entry.get("closed") else "open"
        pairs = entry.get(key) or []
        found += [{**entry, key: [pair]} for pair in pairs] if len(pairs) > 1 else [dict(entry)]
    return found


def _read_hours(entry: Mapping[str, Any]) -> Json:
    return {"days": [str(day) for day in entry["days"]], "start": entry["from"], "end": entry["to"], "reason": entry.get("reason", ""),
            "kinds": entry.get("visit_types") or [], "valid_from": _day(entry.get("valid_from")),
            "valid_until": _day(entry.get("valid_until"))}  # fmt: skip


def _read_exception(entry: Mapping[str, Any]) -> Json:
    pairs = entry.get("hours" if entry.get("closed") else "open") or ()
    first, last = entry["from"], entry.get("to") or entry["from"]
    what = OPEN if not entry.get("closed") else CLOSED_HOURS if pairs else CLOSED
    start, end = pairs[0] if pairs else ("", "")
    return {"first": _day(first), "last": _day(last) if last != first else "", "what": what, "start": start, "end": end,
            "reason": entry.get("reason", "")}  # fmt: skip


_READ: dict[str, Any] = {"weekly": _read_hours, "closed": _read_hours, "exceptions": _read_exception}


def _day(text: Any) -> str:
    """Return a day as it stands in a form: '11/26/2026'."""
    if not text:
        return ""
    day = date.fromisoformat(text)
    return f"{day.month}/{day.day}/{day.year}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def with_holidays(body: Mapping[str, Any], today: date) -> tuple[Json, int]:
    """Return the calendar closed on the federal holidays of two years ahead, and how many of them were not yet."""
    federal = holidays.country_holidays("US", years=range(today.year, today.year + HOLIDAY_YEARS + 1), observed=True)
    last = today + timedelta(days=365 * HOLIDAY_YEARS)
    entries = list(body.get("exceptions") or ())
    closed = {entry["from"] for entry in entries if entry.get("closed") and not entry.get("hours")}
    new = [
        {"from": day.isoformat(), "to": day.isoformat(), "closed": True, "reason": name.removesuffix(" (observed)")}
        for day, name in sorted(federal.items())
        if today <= day <= last and day.isoformat() not in closed and day.weekday() < 5
    ]
    return {**body, "exceptions": sorted([*entries, *new], key=lambda entry: entry["from"])}, len(new)
