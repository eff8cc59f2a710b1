"""Every write of the registry: registering, changing, merging."""

from dataclasses import replace
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.formats.fhir import text as fhir_text
from waypost.kernel.context import Context, system_actor
from waypost.kernel.dates import local_day
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Filing, Version
from waypost.registry import fhir
from waypost.registry.numbers import next_number
from waypost.registry.problems import BornInFuture, NotToBeMerged
from waypost.registry.registration import Registration, patient_of

Json = dict[str, Any]


@action(Permission.PATIENT_REGISTER)
def register_patient(ctx: Context, wish: Registration) -> Version:
    """File a new Patient under the next record number, which the database gives out once."""
    if wish.born and wish.born > local_day(ctx.now, ctx.zone):
        raise BornInFuture(expression=("Patient.birthDate",))
    return records.file(ctx, patient_of(wish, next_number(ctx.tenant)))


@action(Permission.PATIENT_UPDATE)
def update_patient(ctx: Context, id: str, resource: str | Json, *, expect: int) -> Version:
    """File the next version of a Patient, seen as version `expect`."""
    scopes.for_patient(ctx, id, level="contact")
    return records.file(ctx, resource, id=id, expect=expect)


@action(Permission.PATIENT_MERGE)
def merge_patients(ctx: Context, gone: str, stays: str) -> Version:
    """Let one chart go on for two: all that was kept about `gone` now stands with `stays`; its number leads there.

    One act, so that it can be taken back whole. Raises the ledger's problem where both are booked at one time.
    """
    for each in (gone, stays):
        scopes.for_patient(ctx, each, level="contact", what="merge")
    scope = scopes.everything(replace(ctx, actor=system_actor("registry.merge")), "merge", patient=gone)
    if gone == stays:
        raise NotToBeMerged
    old, new = queries.read(scope, "Patient", gone), queries.read(scope, "Patient", stays)
    if fhir.survivor(old.resource) or fhir.survivor(new.resource):
        raise NotToBeMerged
    filings = [
        Filing(
            fhir_text.dumps(_merged(fhir_text.parse(old.text), stays)), "Patient", gone, expect=old.version
        ),
        Filing(
            fhir_text.dumps(_surviving(fhir_text.parse(new.text), gone)), "Patient", stays, expect=new.version
        ),
    ]
    for version in _about(scope, gone):
        text = version.text.replace(f'"Patient/{gone}"', f'"Patient/{stays}"')
        filings.append(Filing(text, version.type, version.id, expect=version.version))
    return records.file_many(ctx, filings)[0]


def _merged(patient: Json, into: str) -> Json:
    link = {"other": {"reference": f"Patient/{into}"}, "type": "replaced-by"}
    return patient | {"active": False, "link": [*patient.get("link", ()), link]}


def _surviving(patient: Json, gone: str) -> Json:
    link = {"other": {"reference": f"Patient/{gone}"}, "type": "replaces"}
    return patient | {"link": [*patient.get("link", ()), link]}


def _about(scope: Any, patient: str) -> list[Version]:
    return queries.fetch(
        scope,
        f"{queries.CURRENT} WHERE c.tenant = %s AND c.patient = %s AND c.type <> 'Patient' AND NOT c.deleted"
        f" AND ({scope.where}) ORDER BY c.type, c.id",
        [scope.tenant, patient, *scope.params],
    )
