"""Edits of the care around the patient: team, coverage, problems, medications, allergies, notes, death."""

from collections.abc import Callable
from datetime import date
from typing import Any

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.chart import actions as chart
from waypost.chart import edits as clinical
from waypost.chart.queries import Slice, name_of, slices
from waypost.chart.rules.clinical import condition_ended, true_condition
from waypost.chart.rules.words import codes, concept, first
from waypost.coordination import care
from waypost.coordination.staff import practitioners
from waypost.kernel.context import Context
from waypost.kernel.dates import read_day
from waypost.records.versions import Version
from waypost.web.chart import forms
from waypost.web.chart.edits.base import Edit, End, Json, Loaded, read, today_of

WRONG = End("error", "Entered in error")
Make = Callable[[Json | None], Json]  # the resource from what stands, if anything does
Change = Callable[[Json], Json]


def recorder(ctx: Context) -> clinical.Recorder:
    return clinical.Recorder(ctx.actor.practitioner, ctx.actor.name, today_of(ctx))


class TeamEdit(Edit):
    permission, form, said, verb = (
        Permission.CARE_TEAM_EDIT,
        forms.TeamForm,
        "Care team saved.",
        "Add to the team",
    )

    def title(self, on: str, loaded: Loaded) -> str:
        return "Care team"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        scope = scopes.for_patient(ctx, patient, what="CareTeam")
        found = slices(scope, patient, [Slice("CareTeam", 20, ("active",)), Slice("RelatedPerson", 60)])
        teams = sorted((v for v in found if v.type == "CareTeam"), key=lambda v: v.id)
        staff = [(f"Practitioner/{id}", name) for id, name in practitioners(scope)]
        family = [
            (v.reference, f"{name_of(v.resource)} (family)") for v in found if v.type == "RelatedPerson"
        ]
        team = teams[0] if teams else None
        ends = []
        for p in team.resource.get("participant", ()) if team else ():
            member = p.get("member") or {}
            name = member.get("display") or dict(staff + family).get(member.get("reference", ""), "")
            if name and not member.get("reference", "").startswith("Patient/"):
                ends.append(End(member.get("reference", ""), f"Take {name} off"))
        return Loaded(
            team.version if team else 0, {}, {"people": [*staff, *family]}, team.resource if team else None,
            team.reference if team else "", ends,
        )  # fmt: skip

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        name = dict(loaded.needs["people"])[values["who"]].removesuffix(" (family)")
        wish = care.MemberWish(values["role"], values["who"], name)
        return care.join_team(ctx, patient, (loaded.resource or {}).get("id", ""), seen, wish)

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        return care.leave_team(ctx, patient, (loaded.resource or {}).get("id", ""), seen, how)

    def ended_said(self, how: str) -> str:
        return "Taken off the care team."


class ClinicalEdit(Edit):
    """An edit of one clinical resource."""

    permission = Permission.CHART_WRITE
    kind = ""

    def wished(self, patient: str, values: dict[str, Any], by: clinical.Recorder) -> Make:
        """Return what makes the resource, or changes it, as the form says."""
        raise NotImplementedError

    def ended(self, today: date, *, error: bool) -> Change:
        """Return what marks the resource as over, or as written in error."""
        raise NotImplementedError

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        make = self.wished(patient, values, recorder(ctx))
        if not on:
            return chart.add_clinical(ctx, patient, make(None), wish=values["wish"])
        return chart.amend_clinical(ctx, patient, self.kind, on, seen, make)

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        change = self.ended(today_of(ctx), error=how == "error")
        return chart.amend_clinical(ctx, patient, self.kind, on, seen, change)


class ProblemEdit(ClinicalEdit):
    form, said, kind = forms.ProblemForm, "Problem saved.", "Condition"

    def title(self, on: str, loaded: Loaded) -> str:
        return "Problem" if on else "Add a problem"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        needs = {"today": today_of(ctx)}
        if not on:
            return Loaded(needs=needs, initial={"confirmed": True})
        version = read(ctx, patient, self.kind, on, level="chart")
        r = version.resource
        initial = {
            "name": concept(r.get("code")), "since": _date_words(r.get("onsetDateTime", "")),
            "confirmed": "confirmed" in codes(r.get("verificationStatus")),
        }  # fmt: skip
        return Loaded(
            version.version, initial, needs, r, version.reference, (End("end", "It is over"), WRONG)
        )

    def wished(self, patient: str, values: dict[str, Any], by: clinical.Recorder) -> Make:
        wish = clinical.ProblemWish(values["name"], values["since"], values["confirmed"])
        return lambda old: clinical.problem(patient, old, wish, by)

    def ended(self, today: date, *, error: bool) -> Change:
        return lambda old: clinical.problem_ended(old, today, error=error)

    def ended_said(self, how: str) -> str:
        return "Marked as entered in error." if how == "error" else "Problem marked as over."


def _date_words(text: str) -> str:
    """Return a date as the form shows it: as exactly as it is recorded."""
    return text[:10] if read_day(text) else ""


class MedicationEdit(ClinicalEdit):
    form, said, kind = forms.MedicationForm, "Medication saved.", "MedicationStatement"

    def title(self, on: str, loaded: Loaded) -> str:
        return "Medication as taken" if on else "Add a medication as taken"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        scope = scopes.for_patient(ctx, patient, what="Condition")
        open_ = [
            (v.id, concept(v.resource.get("code")))
            for v in slices(scope, patient, [Slice("Condition", 200)])
            if true_condition(v.resource) and not condition_ended(v.resource)
        ]
        needs = {"today": today_of(ctx), "problems": sorted(open_, key=lambda pair: pair[1].casefold())}
        notes = ["This keeps what the patient takes. Orders are written by clinicians."]
        if not on:
            return Loaded(needs=needs, notes=notes)
        version = read(ctx, patient, self.kind, on, level="chart")
        r = version.resource
        reason = (first(r.get("reasonReference")) or {}).get("reference", "").removeprefix("Condition/")
        begun = (r.get("effectivePeriod") or {}).get("start") or r.get("effectiveDateTime", "")
        initial = {
            "name": concept(r.get("medicationCodeableConcept")), "dose": (first(r.get("dosage")) or {}).get("text", ""),
            "reason": reason, "since": _date_words(begun),
        }  # fmt: skip
        return Loaded(
            version.version,
            initial,
            needs,
            r,
            version.reference,
            (End("end", "No longer taken"), WRONG),
            notes=notes,
        )

    def wished(self, patient: str, values: dict[str, Any], by: clinical.Recorder) -> Make:
        wish = clinical.MedicationWish(values["name"], values["dose"], values["reason"], values["since"])
        return lambda old: clinical.medication(patient, old, wish, by)

    def ended(self, today: date, *, error: bool) -> Change:
        return lambda old: clinical.medication_ended(old, today, error=error)

    def ended_said(self, how: str) -> str:
        return "Marked as entered in error." if how == "error" else "Marked as no longer taken."


class AllergyEdit(ClinicalEdit):
    form, said, kind = forms.AllergyForm, "Allergies saved.", "AllergyIntolerance"

    def title(self, on: str, loaded: Loaded) -> str:
        return "Allergy" if on else "Allergies"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        if not on:
            return Loaded(initial={"confirmed": True})
        version = read(ctx, patient, self.kind, on, level="chart")
        r = version.resource
        said = [
            m.get("text") or concept(m) for x in r.get("reaction", ()) for m in x.get("manifestation", ())
        ]
        none = clinical.says_none_known(r)
        initial = {
            "none_known": none, "name": "" if none else concept(r.get("code")), "reaction": ", ".join(s for s in said if s),
            "severe": r.get("criticality") == "high", "confirmed": "confirmed" in codes(r.get("verificationStatus")),
        }  # fmt: skip
        return Loaded(
            version.version, initial, {}, r, version.reference, (End("end", "No longer an allergy"), WRONG)
        )

    def wished(self, patient: str, values: dict[str, Any], by: clinical.Recorder) -> Make:
        wish = clinical.AllergyWish(
            values["name"], values["reaction"], values["severe"], values["confirmed"], values["none_known"]
        )
        return lambda old: clinical.allergy(patient, old, wish, by)

    def ended(self, today: date, *, error: bool) -> Change:
        return lambda old: clinical.allergy_ended(old, today, error=error)

    def ended_said(self, how: str) -> str:
        return "Marked as entered in error." if how == "error" else "No longer listed as an allergy."


class NoteEdit(Edit):
    permission, form, said, verb = Permission.TASK_WORK, forms.NoteForm, "Note kept.", "Keep the note"

    def title(self, on: str, loaded: Loaded) -> str:
        return "Add a note"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        return Loaded()

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        return care.add_note(ctx, patient, values["words"], wish=values["wish"])
