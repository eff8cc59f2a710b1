"""Who may see what: values in, a decision out. The table of DESIGN §4."""

from dataclasses import dataclass
from enum import StrEnum

# What every member of staff of the tenant may see of any patient: whom to call, what is booked, who pays.
OPEN_TYPES = (
    "Account", "Appointment", "AppointmentResponse", "Coverage", "CoverageEligibilityRequest", "CoverageEligibilityResponse",
    "Device", "HealthcareService", "InsurancePlan", "Location", "Organization", "Patient", "Practitioner",
    "PractitionerRole", "RelatedPerson", "Schedule", "Slot", "Task",
)
STAFF_ROLES = frozenset({
    "coordinator", "scheduler", "nurse", "clinician", "records", "billing", "supervisor", "administrator", "auditor",
    "client",
})
CHART_ROLES = frozenset({"coordinator", "scheduler", "nurse", "clinician", "records", "supervisor", "client"})
# A document that is in no chart yet may be about anybody: only who sorts papers sees it. A Binary is as open as the
# documents that it holds.
PAPER_TYPES = ("Binary", "DocumentReference")
WHOLE_RECORD_ROLES = frozenset({"records", "client"})  # their work is every chart; restricted ones stay closed


class Decision(StrEnum):
    ALLOW = "allow"
    ASK = "ask"  # opens at one key, with a reason
    RESTRICTED = "restricted"  # break-glass only
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision rests on."""

    roles: frozenset[str]
    related: bool  # care team, panel, own patient, or a visit within 30 days either way
    restricted: bool  # the chart, not an item of it
    opened: bool  # a reason was given and its time has not run out


def may_read_open(roles: frozenset[str]) -> bool:
    return bool(roles & STAFF_ROLES) or "system" in roles


def may_open_chart(facts: Facts) -> Decision:
    """Return whether this actor may open this patient's chart."""
    if "system" in facts.roles:
        return Decision.ALLOW
    if not facts.roles & CHART_ROLES:
        return Decision.DENY
    if facts.restricted:
        return Decision.RESTRICTED
    if facts.related or facts.opened or facts.roles & WHOLE_RECORD_ROLES:
        return Decision.ALLOW
    return Decision.ASK
