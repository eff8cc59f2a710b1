"""Edits of who pays: coverage, what payers answered, and who pays what coverage does not."""

from datetime import timedelta
from typing import Any

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.chart.queries import Slice, name_of, slices
from waypost.chart.rules.words import codes, concept, first
from waypost.coverage import actions as coverage
from waypost.coverage import edits as coverage_edits
from waypost.coverage.queries import payers
from waypost.kernel.context import Context
from waypost.records import queries
from waypost.records.versions import Version
from waypost.registry import fhir
from waypost.web.chart import forms
from waypost.web.chart.edits.base import Edit, End, Json, Loaded, read, today_of

WRONG = End("error", "Entered in error")
NOBODY = End("end", "No longer pays")


class CoverageEdit(Edit):
    permission, form, said = Permission.COVERAGE_EDIT, forms.CoverageForm, "Coverage saved."

    def title(self, on: str, loaded: Loaded) -> str:
        return "Coverage" if on else "Add a coverage"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        needs = {"today": today_of(ctx)}
        lists = {"payers": tuple(payers(scopes.for_staff(ctx, what="Organization")))}
        if not on:
            return Loaded(
                needs=needs,
                lists=lists,
                initial={"relationship": "self", "begins": today_of(ctx).isoformat()},
            )
        version = read(ctx, patient, "Coverage", on)
        r = version.resource
        period = r.get("period") or {}
        self_pay = bool(codes(r.get("type")) & {"pay", "selfpay"})
        initial = {
            "payer": "" if self_pay else _payer(ctx, patient, r), "plan": "" if self_pay else concept(r.get("type")),
            "member": r.get("subscriberId", ""), "relationship": next(iter(codes(r.get("relationship"))), "self"),
            "self_pay": self_pay, "begins": period.get("start", "")[:10], "ends": period.get("end", "")[:10],
        }  # fmt: skip
        ends = (End("end", "It ended yesterday"), WRONG)
        return Loaded(version.version, initial, needs, r, version.reference, ends, lists)

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        known = payers(scopes.for_staff(ctx, what="Organization"))
        wish = coverage_edits.CoverageWish(
            values["payer"], known.get(values["payer"], ""), values["plan"], values["member"], values["relationship"],
            values["begins"], values["ends"], values["self_pay"],
        )  # fmt: skip
        if not on:
            return coverage.add_coverage(
                ctx, patient, coverage_edits.coverage(patient, None, wish), wish=values["wish"]
            )
        return coverage.amend_coverage(
            ctx, patient, on, seen, lambda old: coverage_edits.coverage(patient, old, wish)
        )

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        yesterday = today_of(ctx) - timedelta(days=1)
        return coverage.amend_coverage(
            ctx, patient, on, seen, lambda old: coverage_edits.ended(old, yesterday, error=how == "error")
        )

    def ended_said(self, how: str) -> str:
        return "Coverage marked as entered in error." if how == "error" else "Coverage ended."


def _payer(ctx: Context, patient: str, resource: Json) -> str:
    payor: Json = first(resource.get("payor")) or {}
    kind, _, id = payor.get("reference", "").partition("/")
    if payor.get("display") or kind != "Organization":
        return payor.get("display", "")
    found = queries.read_or_none(scopes.for_staff(ctx, what=f"Organization/{id}"), "Organization", id)
    return found.resource.get("name", "") if found else ""


class AnswerEdit(Edit):
    permission, form, said, verb = (
        Permission.COVERAGE_EDIT,
        forms.AnswerForm,
        "The payer's answer is on record.",
        "Keep this answer",
    )

    def title(self, on: str, loaded: Loaded) -> str:
        payor: Json = first((loaded.resource or {}).get("payor")) or {}
        return f"What {payor.get('display') or 'the payer'} said"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = read(ctx, patient, "Coverage", on)
        member = version.resource.get("subscriberId", "")
        notes = [f"Member number {member}"] if member else []
        initial = {"on": today_of(ctx).isoformat(), "how": "phone"}
        return Loaded(version.version, initial, {"today": today_of(ctx)}, version.resource, notes=notes)

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        wish = coverage_edits.AnswerWish(
            forms.tri(values["said"]), values["on"], values["deductible"], values["how"]
        )
        return coverage.record_said(ctx, patient, on, wish, wish=values["wish"])


class GuarantorEdit(Edit):
    permission, form, said = (
        Permission.COVERAGE_EDIT,
        forms.GuarantorForm,
        "Saved: who pays what coverage does not.",
    )

    def title(self, on: str, loaded: Loaded) -> str:
        return "Who pays what coverage does not"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        """Offer the patient and everyone beside them; whoever else pays now stays on offer."""
        scope = scopes.for_patient(ctx, patient, level="contact", what="Account")
        found = slices(scope, patient, [Slice("Account", 1, ("active",)), Slice("RelatedPerson", 60)])
        today = today_of(ctx)
        people = [(f"Patient/{patient}", "The patient")]
        people += [
            (v.reference, name_of(v.resource))
            for v in found
            if v.type == "RelatedPerson"
            and v.resource.get("active") is not False
            and fhir.current(v.resource, today)
        ]
        account = next((v for v in found if v.type == "Account"), None)
        if account is None:
            return Loaded(needs={"people": people})
        paying = [g["party"] for g in account.resource.get("guarantor", ()) if fhir.current(g, today)]
        now = paying[-1].get("reference", "") if paying else ""
        if now and now not in dict(people):
            known = queries.many(scope, [(now.partition("/")[0], now.partition("/")[2])])
            name = next((name_of(v.resource) for v in known.values()), "")
            people.append((now, paying[-1].get("display") or name or now))
        return Loaded(
            account.version,
            {"who": now},
            {"people": people},
            account.resource,
            account.reference,
            (NOBODY,) if now else (),
        )

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        account = loaded.reference.partition("/")[2]
        if account and values["who"] == loaded.initial["who"]:
            return read(ctx, patient, "Account", account)
        return coverage.set_guarantor(ctx, patient, account, seen, values["who"], wish=values["wish"])

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        return coverage.set_guarantor(ctx, patient, loaded.reference.partition("/")[2], seen, "")

    def ended_said(self, how: str) -> str:
        return "Nobody is recorded to pay what coverage does not."
