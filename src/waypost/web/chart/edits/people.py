"""The edit of someone beside the patient: whom one may talk to, a guardian, an emergency contact."""

from datetime import date, timedelta
from typing import Any

from waypost.chart.rules.words import first
from waypost.kernel.context import Context
from waypost.records.versions import Version
from waypost.registry import edits, fhir
from waypost.registry.amending import add_relation, amend_relation
from waypost.web.chart import forms
from waypost.web.chart.edits.base import Edit, End, Json, Loaded, read, today_of
from waypost.web.words import full_day

NOTHING_MORE = End("leave", "End the leave to be told today")
GONE = End("gone", "No longer beside the patient")
OVER = "No longer beside the patient since {}. Saving puts them back."


class RelationEdit(Edit):
    form, said = forms.RelationForm, "Saved: who may be told what."

    def title(self, on: str, loaded: Loaded) -> str:
        return "Who this is and what they may be told" if on else "Add a person"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        today = today_of(ctx)
        needs = {"today": today}
        if not on:
            return Loaded(needs=needs)
        version = read(ctx, patient, "RelatedPerson", on)
        r = version.resource
        name: Json = first(r.get("name")) or {}
        kinds = [c.get("code", "") for rel in r.get("relationship", ()) for c in rel.get("coding", ())]
        offered = {code for code, _ in forms.RELATIONS}
        phones = fhir.phones(r, today)
        leaves = [leave for leave in fhir.leaves(r) if leave.stands(today)]
        initial = {
            "given": " ".join(name.get("given", ())) or name.get("text", ""), "family": name.get("family", ""),
            "relationship": next((k for k in kinds if k in offered), ""), "phone": phones[0].shown if phones else "",
            "emergency": "C" in kinds, "guardian": "GUARD" in kinds,
            "may_consent": fhir.extension(r, "may-consent") is True, "may_bring": fhir.extension(r, "may-bring") is True,
            **_lasting(leaves),
        }  # fmt: skip
        gone = not fhir.current(r, today) and (r.get("period") or {}).get("end", "")
        notes = [OVER.format(full_day(date.fromisoformat(gone[:10])))] if gone and len(gone) >= 10 else []
        ends = (*([NOTHING_MORE] if leaves else []), *([] if gone else [GONE]))
        return Loaded(version.version, initial, needs, r, version.reference, ends, notes=notes)

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        about = tuple(
            fhir.Leave(topic, values[f"until_{topic}"] or values["until"]) for topic in values["about"]
        )
        wish = edits.RelationWish(
            values["given"], values["family"], values["relationship"], values["phone"], about,
            values["guardian"], values["may_consent"], values["may_bring"], values["emergency"],
        )  # fmt: skip
        today = today_of(ctx)
        if not on:
            return add_relation(ctx, patient, edits.related(patient, None, wish, today), wish=values["wish"])
        return amend_relation(ctx, patient, on, seen, lambda old: edits.related(patient, old, wish, today))

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        yesterday = today_of(ctx) - timedelta(days=1)
        change = edits.with_relation_ended if how == GONE.value else edits.with_leave_ended
        return amend_relation(ctx, patient, on, seen, lambda old: change(old, yesterday))

    def ended_said(self, how: str) -> str:
        return "No longer beside the patient." if how == GONE.value else "Leave to be told ended."


def _lasting(leaves: list[fhir.Leave]) -> dict[str, Any]:
    """Return what the form says of leave: one last day for all, or each topic's own where they differ."""
    days = {leave.until for leave in leaves}
    said: dict[str, Any] = {"about": [leave.topic for leave in leaves]}
    if len(days) == 1 and (day := days.pop()):
        return {**said, "until": day.isoformat()}
    return said | {f"until_{leave.topic}": leave.until.isoformat() for leave in leaves if leave.until}
