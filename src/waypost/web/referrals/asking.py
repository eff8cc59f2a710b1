"""The form that asks a department something."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.coordination import patients
from waypost.coordination.referrals import asking
from waypost.coordination.referrals.limits import WORDS_CHARACTERS_MAX
from waypost.coordination.staff import practitioners
from waypost.coordination.worklist.kinds import POOLS
from waypost.kernel.problem import Problem
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.forms import DeskForm
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.schedule.pages import FormPage


class AskForm(DeskForm):
    department = forms.ChoiceField(label="Whom", choices=[(pool.code, pool.name) for pool in POOLS])
    question = forms.CharField(label="What is asked", max_length=WORDS_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 3}))
    urgency = forms.ChoiceField(
        label="Answer", choices=[("routine", "Within 2 business days"), ("urgent", "Within 4 hours")], widget=forms.RadioSelect, initial="routine"
    )
    owner = forms.ChoiceField(label="Somebody there", required=False, help_text="Left open, the team has it until somebody takes it.")

    def __init__(self, *args: Any, staff: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "The team"), *staff]


@require_http_methods(["GET", "POST"])
def ask(request: Request, id: str) -> HttpResponse:
    """Ask a department about a patient, with the visit attached where there is one."""
    ctx = request.ctx
    visit = asked.id_(request.POST, "visit") or asked.id_(request.GET, "visit")
    view = patients.head_of(ctx, id)
    staff = practitioners(scopes.for_staff(ctx, what="Practitioner"))
    form = AskForm(request.POST if request.method == "POST" else None, staff=staff)
    page = FormPage(
        title="Ask a department", place="patients", action=reverse("ask", args=[id]), form=form, verb="Ask", band=band(view, acts=()),
        back=reverse("visit", args=[visit]) if visit else reverse("patient", args=[id]), hidden=[("visit", visit)],
        hint="It stands on their worklist with a clock, and in To do of the patient. Say no more than the answer needs.",
    )  # fmt: skip
    if request.method != "POST":
        return render_page(request, page)
    if not form.is_valid():
        return render_page(request, page, 422)
    said = form.cleaned_data
    wish = asking.AskWish(id, said["department"], said["question"], said["urgency"], said["owner"], dict(staff).get(said["owner"], ""), visit)
    try:
        made = asking.ask(ctx, wish)
    except Problem as problem:
        return render_page(request, page, form.refuse(problem))
    done(request, "Asked.", made.act, back=page.back)
    return go_to(request, "work", made.id)
