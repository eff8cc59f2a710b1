"""The living copy of the desk's parts: every one in every state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse

from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Page, render_page
from waypost.web.parts import Act, Band, BoardVisit, Fact, Item, Mark, Status, Strip, StripPart, TimeRow

TOKENS = (
    "paper",
    "surface",
    "sunk",
    "selected",
    "late-tint",
    "soon-tint",
    "ok-tint",
    "info-tint",
    "quiet-tint",
)
STATUSES = (
    Status("late", "Since Mon"),
    Status("soon", "By 3:10 PM"),
    Status("info", "Wed, Nov 25"),
    Status("ok", "Arrived"),
    Status("", "Parked"),
)
CASTILLO = Band(
    name="Castillo Reyes, Marisol",
    pronouns="she/her",
    name_alert="Name alert: 2 alike",
    initials="MC",
    birth="Mar 12, 1957",
    age="69 years",
    mrn="004182",
    phone="2025550142",
    phone_note="mornings, voicemail OK",
    facts=(
        Fact("Speaks", "Spanish, interpreter"),
        Fact("OK to talk to", "Lucía, daughter: visits, bills"),
        Fact("Payer", "Northfield, verify"),
        Fact("PCP", "Dr Osei"),
        Fact("Allergies", "Penicillin: rash"),
    ),
    status=Status("late", "Discharged Nov 20"),
    acts=(Act("Book", "#book", "b"), Act("Call", "#call", "c")),
)
OPEN_ITEM = Item(
    status=Status("late", "Since Mon"),
    what="Call after discharge, first attempt",
    whom="Castillo Reyes, Marisol · Mar 12, 1957 · MRN 004 182",
    note="window ends today 11:59 PM",
    why="Above the rest because a Medicare payment clock runs out today: discharged Fri, Nov 20, contact within 2 business days.",
    acts=(
        Act("Call (202) 555-0142", "#c", "c"),
        Act("Log contact", "#l", "l"),
        Act("Book 7-day visit", "#b", "b"),
    ),
)
ITEM = Item(
    status=Status("soon", "Today 5 PM"),
    what="Prior authorization missing for MRI knee, Mon, Nov 30, 8:40 AM",
    whom="Brandt, Eva · Sep 30, 1969 · MRN 002 310",
    why="Northfield asks for approval (payer’s answer, Nov 19). A standard decision may take 7 days.",
    act=Act("Build request", "#request"),
)
STRIP = Strip(
    "Ultrasound 40 minutes, then Dr Lind 25",
    (StripPart("dev", "Ultrasound 2", 57), StripPart("room", "", 7), StripPart("doc", "Dr Lind", 36)),
)
TIMES = (
    TimeRow(
        day="Wed, Nov 25",
        hours="8:30–9:40 AM",
        place="Room 4, Riverside · interpreter on site, to ask",
        why="Morning, her cardiologist, within the 7 days",
        url="#choose",
        strip=STRIP,
        chosen=True,
    ),
    TimeRow(
        day="Wed, Dec 2",
        hours="8:05–9:15 AM",
        place="Room 4, Riverside · same trip as 9:20",
        why="one trip fewer",
        url="#choose-2",
        strip=STRIP,
        status=Status("soon", "After the window"),
    ),
)
VISITS = (
    BoardVisit(
        top=0,
        height=51,
        url="#v1",
        name="Silva, Rui ’64",
        line="Follow-up · done",
        kind="done",
        said="Silva, Rui, born 1964, follow-up, 8:00 to 8:40, done",
    ),
    BoardVisit(
        top=60,
        height=51,
        url="#v2",
        name="Haddad, Samir ’90",
        line="With provider, 9:40",
        kind="here",
        said="Haddad, Samir, born 1990, with provider",
        marks=(Mark("languages", "Interpreter"),),
    ),
    BoardVisit(
        top=120,
        height=51,
        url="#v3",
        name="Weiss, Jonah ’75",
        line="Not confirmed",
        kind="risk",
        said="Weiss, Jonah, born 1975, not confirmed",
    ),
    BoardVisit(
        top=180,
        height=31,
        url="#v4",
        name="Brandt, Eva ’69",
        line="Consult",
        said="Brandt, Eva, born 1969, consult",
        marks=(Mark("users-round", "Name alert"),),
    ),
)


class SampleForm(DeskForm):
    """One field of each kind, two of them with something to fix."""

    family = forms.CharField(label="Family name", help_text="As on the card.")
    birth = TypedDateField(
        label="Birth date", help_text="As you would say it: 3/12/1957, Mar 12 1957.", today=date(2026, 11, 24)
    )
    preferred = forms.CharField(label="Preferred name", required=False)
    language = forms.ChoiceField(label="Speaks", choices=(("en", "English"), ("es", "Spanish")))
    sex = forms.ChoiceField(
        label="Sex",
        widget=forms.RadioSelect,
        choices=(("female", "Female"), ("male", "Male"), ("unknown", "Unknown")),
    )
    text_ok = forms.BooleanField(label="Texts are OK", required=False)
    note = forms.CharField(label="Note to staff", widget=forms.Textarea(attrs={"rows": 3}), required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignPage(Page):
    template: ClassVar[str] = "waypost/design.html"
    tokens: Sequence[str] = TOKENS
    statuses: Sequence[Status] = STATUSES
    band: Band = CASTILLO
    open_item: Item = OPEN_ITEM
    item: Item = ITEM
    times: Sequence[TimeRow] = TIMES
    visits: Sequence[BoardVisit] = VISITS
    form: SampleForm
    hours: Sequence[tuple[int, str]] = ((80, "9:00"), (160, "10:00"))


def design(request: HttpRequest) -> HttpResponse:
    """Show every part of the desk."""
    form = SampleForm(
        {
            "family": "",
            "birth": "31/31/1957",
            "preferred": "Mari",
            "language": "es",
            "sex": "female",
            "note": "Weigh on arrival",
        }
    )
    form.is_valid()
    return render_page(request, DesignPage(title="Design", form=form))
