"""What the set-up pages share: who may see them, one page of one form, what a list's row says."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse

from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.kernel.ids import uuid7
from waypost.kernel.problem import Problem
from waypost.records.problems import Stale
from waypost.scheduling.rules.types import Calendar
from waypost.web import asked
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFormPage(Page):
    """One form. `version` is what was seen; `key` is the form's own id, by which a second sending is known."""

    template: ClassVar[str] = "waypost/setup/form.html"
    place: str = "settings"
    form: Form
    verb: str
    back: str
    key: str
    version: int = 0
    hint: str = ""
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    acts: Sequence[Act] = ()
    retire_url: str = ""
    retired: bool = False
    tab: str = ""


def needs(request: Request, *permissions: Permission) -> None:
    """Refuse who holds none of these permissions."""
    if not any(allowed(request.ctx.actor.roles, one) for one in permissions):
        raise NotPermitted


def may(request: Request, permission: Permission) -> bool:
    return allowed(request.ctx.actor.roles, permission)


def key_of(request: Request) -> str:
    """Return the form's own id, new where it has none."""
    try:
        return str(UUID(request.POST.get("key", "")))
    except ValueError:
        return str(uuid7(request.ctx.now))


def seen(request: Request) -> int:
    return asked.number(request.POST, "version") or 0


def digest(what: Sequence[str]) -> str:
    """Return what stands for a list that was shown, so that the same one is meant when it is accepted; '' for none."""
    return hashlib.sha256("\n".join(what).encode()).hexdigest() if what else ""


def show(request: Request, page: Page, form: Form) -> HttpResponse:
    return render_page(request, page, 422 if form.errors else 200)


def refused(form: Form, problem: Problem) -> None:
    """Put what an action refused on top of its form, in words."""
    if isinstance(problem, Stale):
        form.add_error(None, "Someone else changed this while you were typing. What is on record now is below, beside what you typed; saving keeps yours.")
        return
    for issue in problem.issues:
        form.add_error(None, issue.diagnostics)
    if not problem.issues:
        form.add_error(None, problem.detail or str(problem.title))


def days_said(days: Any) -> str:
    """Return 'Mon–Fri' or 'Mon, Wed' for weekdays by number."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    wanted = sorted(set(days))
    if len(wanted) > 2 and wanted == list(range(wanted[0], wanted[-1] + 1)):
        return f"{names[wanted[0]]}–{names[wanted[-1]]}"
    return ", ".join(names[day] for day in wanted)


def hours_said(calendar: Calendar | None) -> str:
    """Return 'Mon–Fri 8 AM–5 PM; Sat 9 AM–1 PM', or that there are none."""
    if calendar is None or not calendar.weekly:
        return ""
    return "; ".join(f"{days_said(one.days)} {minutes_said(one.start, one.end)}" for one in calendar.weekly)


def minutes_said(start: int, end: int) -> str:
    """Return '8 AM–5 PM' or '8:30–11 AM' for minutes of a day."""
    low, high = _clock(start), _clock(end)
    if low[-2:] == high[-2:] and end < 24 * 60:
        low = low[:-3]
    return f"{low}–{high}"


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    text = f"{hour % 12 or 12}:{rest:02d}" if rest else f"{hour % 12 or 12}"
    return f"{text} {'AM' if hour % 24 < 12 else 'PM'}"
