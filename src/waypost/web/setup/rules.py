"""The rules that make work: each in words, with its source; on or off from a day; what it would have made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.access.queries import names_of
from waypost.coordination.worklist.engine import failures, previewing, switches, switching
from waypost.coordination.worklist.engine.switches import Switch
from waypost.coordination.worklist.kinds import POOL_NAMES, kind_of
from waypost.coordination.worklist.queries import open_by_rule
from waypost.coordination.worklist.rules.answering import InForce
from waypost.coordination.worklist.rules.shapes import Rule
from waypost.coordination.worklist.rules.table import BY_CODE, RULES
from waypost.kernel.dates import local_day, say_moment, say_short
from waypost.kernel.problem import Problem
from waypost.registry import queries as registry
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.setup import pages
from waypost.web.words import count
from waypost.web.work import items


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    name: str
    url: str
    says: str
    source: str
    who: str
    status: Status
    open: str
    broken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage(Page):
    template: ClassVar[str] = "waypost/setup/rules.html"
    place: str = "settings"
    tab: str = "rules"
    rows: Sequence[RuleRow]
    filing: Sequence[str]  # what could not be filed, whatever rule made it


@dataclass(frozen=True, slots=True)
class PreviewRow:
    when: str
    what: str
    whom: str
    why: str


@dataclass(frozen=True, slots=True)
class PreviewCard:
    said: str
    rows: Sequence[PreviewRow]
    more: str


@dataclass(frozen=True, slots=True)
class SwitchLine:
    when: str
    who: str
    what: str
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage(Page):
    template: ClassVar[str] = "waypost/setup/rule.html"
    place: str = "settings"
    tab: str = "rules"
    rule: Rule
    who: str
    team: str
    status: Status
    open: str
    form: forms.Form
    figures: Sequence[str]  # names of the form's fields that are figures
    preview: PreviewCard | None
    history: Sequence[SwitchLine]
    failures: Sequence[str]


class SwitchForm(DeskForm):
    """On or off, from a day, with the rule's figures."""

    state = forms.ChoiceField(label="This rule is", choices=(("on", "On"), ("off", "Off")), widget=forms.RadioSelect)
    since = TypedDateField(label="From", help_text="Today, or a day to come", prefer="future")

    def __init__(self, rule: Rule, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in rule.figures:
            self.fields[one.code] = forms.IntegerField(
                label=one.words, min_value=one.least, max_value=one.most, help_text=f"{one.unit}, {one.least} to {one.most}; {one.default} unless changed"
            )

    def figures(self) -> dict[str, int]:
        return {k: v for k, v in self.cleaned_data.items() if k not in {"state", "since"}}


@require_safe
def rules(request: Request) -> HttpResponse:
    """List every rule, whether it is on, how much of its work is open, and what fails."""
    pages.needs(request, Permission.RULE_SWITCH)
    scope = scopes.for_staff(request.ctx, what="Rule")
    rows, today = switches.switches(scope), local_day(request.ctx.now, request.ctx.zone)
    on = {one.rule.code: one for one in switches.in_force(rows, today)}
    counts, broken = open_by_rule(scope), failures.failures(scope)
    shown = [
        RuleRow(
            name=rule.name, url=reverse("setup-rule", args=[rule.code]), says=rule.says, source=rule.source, who=_who(rule, today),
            status=_status(rule, on, rows, today), open=count(counts.get(rule.code, 0), "item"),
            broken="; ".join(_failure(one) for one in broken if one.rule == rule.code),
        )
        for rule in RULES
    ]  # fmt: skip
    return render_page(request, RulesPage(title="Rules", rows=shown, filing=[_failure(one) for one in broken if one.rule not in BY_CODE]))


@require_http_methods(["GET", "POST"])
def rule(request: Request, code: str) -> HttpResponse:
    """Show one rule; switch it, set its figures, look at what it would have made."""
    pages.needs(request, Permission.RULE_SWITCH)
    if code not in BY_CODE:
        raise Http404
    one, today = BY_CODE[code], local_day(request.ctx.now, request.ctx.zone)
    scope = scopes.for_staff(request.ctx, what=f"Rule/{code}")
    rows = switches.switches(scope, code)
    now_on = {f.rule.code: f for f in switches.in_force(rows, today)}
    figures = now_on[code].figures if code in now_on else next((r.figures for r in rows if not r.withdrawn), one.defaults())
    start = {"state": "on" if code in now_on else "off", "since": today, **one.defaults(), **figures}
    form = SwitchForm(one, request.POST) if request.method == "POST" else SwitchForm(one, initial=start)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "look":
            return _show(request, one, rows, form, previewing.preview(request.ctx, InForce(one, one.defaults() | form.figures())))
        try:
            act = switching.switch(
                request.ctx, code, active=form.cleaned_data["state"] == "on", since=form.cleaned_data["since"], figures=form.figures()
            )
        except Problem as problem:
            form.add_error("since", problem.title)
        else:
            done(request, _switched(one, form), act, back=reverse("setup-rule", args=[code]))
            return go_to(request, "setup-rule", code)
    return _show(request, one, rows, form, None)


def _switched(one: Rule, form: SwitchForm) -> str:
    word = "on" if form.cleaned_data["state"] == "on" else "off"
    return f"{one.name}: {word} from {say_short(form.cleaned_data['since'])}."


def _show(request: Request, one: Rule, rows: Sequence[Switch], form: SwitchForm, found: previewing.Preview | None) -> HttpResponse:
    today = local_day(request.ctx.now, request.ctx.zone)
    scope = scopes.for_staff(request.ctx, what=f"Rule/{one.code}")
    on = {f.rule.code: f for f in switches.in_force(list(rows), today)}
    names = names_of(request.ctx.tenant, [row.actor for row in rows])
    history = [
        SwitchLine(say_moment(row.at, request.ctx.zone, today=today), names.get(row.actor, row.actor), _row_said(one, row, today), row.withdrawn) for row in rows
    ]
    page = RulePage(
        title=one.name, rule=one, who=_who(one, today), team=POOL_NAMES[one.pool], status=_status(one, on, rows, today),
        open=count(open_by_rule(scope).get(one.code, 0), "open item"), form=form, figures=[f.code for f in one.figures],
        preview=_card(request, found) if found else None, history=history,
        failures=[_failure(f) for f in failures.failures(scope) if f.rule == one.code],
    )  # fmt: skip
    return render_page(request, page, 422 if form.errors else 200)


def _card(request: Request, found: previewing.Preview) -> PreviewCard:
    scope = scopes.for_staff(request.ctx, what="Rule")
    today = local_day(request.ctx.now, request.ctx.zone)
    people = registry.people(scope, [made.patient for made in found.made])
    scopes.found(request.ctx, "Task", sorted(people), action="rule-preview")
    about = "" if found.whole else f" Counted over {found.looked_at:,} of {found.patients:,} patients."
    if found.young:
        whose = "All records" if found.young == found.looked_at else f"{found.young:,} of the records"
        about += f" {whose} came here within these days: in them each thing counts from its own date, not from when it was filed."
    said = (
        f"In the last {previewing.DAYS} days this would have made {count(found.scaled(found.month), 'item')};"
        f" as the record stands, {found.scaled(found.now):,} would be open now.{about}"
    )
    rows = [
        PreviewRow(say_moment(made.at, request.ctx.zone, today=today), made.item.what, items.two_ids(people.get(made.patient)), made.item.why)
        for made in found.made
    ]
    left = max(found.month, found.now) - len(rows)
    return PreviewCard(said, rows, f"and {left:,} more" if left > 0 else "")


def _who(one: Rule, day: date) -> str:
    closed_by = kind_of(one.kind, day).closed_by
    if not closed_by:
        return "anyone who works tasks"
    return f"{' or '.join(sorted(closed_by))} only; others' calls are outreach"


def _status(one: Rule, on: Mapping[str, InForce], rows: Sequence[Switch], today: date) -> Status:
    coming = next((row for row in rows if row.rule == one.code and not row.withdrawn and row.since > today), None)
    word = "On" if one.code in on else "Off"
    if coming is not None:
        word += f", {'on' if coming.active else 'off'} from {say_short(coming.since, today=today)}"
    return Status("ok" if one.code in on else "", word)


def _row_said(one: Rule, row: Switch, today: date) -> str:
    words = {f.code: f.words for f in one.figures}
    set_to = [f"{words[k].lower()}: {v}" for k, v in row.figures.items() if k in words and v != one.defaults()[k]]
    return f"{'On' if row.active else 'Off'} from {say_short(row.since, today=today)}{' · ' if set_to else ''}{', '.join(set_to)}"


def _failure(one: failures.Failure) -> str:
    return f"{count(one.patients, 'patient')} could not be looked at: {one.said}. Their work stays as it is; tried again each hour."
