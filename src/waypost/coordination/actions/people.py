"""For whom one books."""

from typing import Any

from waypost.access import scopes
from waypost.coordination.problems import PatientDeceased, PatientMerged
from waypost.kernel.context import Context
from waypost.records import queries as records_queries
from waypost.registry import fhir as people

Resource = dict[str, Any]


def living(ctx: Context, patient: str) -> Resource:
    """Return the Patient. Raises PatientDeceased and PatientMerged: nobody books for the dead or on a closed chart."""
    scope = scopes.for_patient(ctx, patient, level="contact")
    found = records_queries.read(scope, "Patient", patient).resource
    if people.died(found):
        raise PatientDeceased
    survivor = people.survivor(found)
    if survivor:
        raise PatientMerged(extra={"survivor": survivor})
    return found


def name_of(patient: Resource) -> str:
    return people.say_full_name(people.legal_name(patient))
