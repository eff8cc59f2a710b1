"""Who may open a chart: every combination, told in one table."""

from itertools import product

import pytest

from waypost.access.permissions import ROLE_PERMISSIONS, Permission, allowed
from waypost.access.rules import STAFF_ROLES, Decision, Facts, may_open_chart, may_read_open

# role: (a stranger's chart, one's own patient's, opened with a reason); a restricted chart is told below.
CHART = {
    "coordinator": ("ask", "allow", "allow"),
    "scheduler": ("ask", "allow", "allow"),
    "nurse": ("ask", "allow", "allow"),
    "clinician": ("ask", "allow", "allow"),
    "supervisor": ("ask", "allow", "allow"),
    "records": ("allow", "allow", "allow"),
    "client": ("allow", "allow", "allow"),
    "billing": ("deny", "deny", "deny"),
    "administrator": ("deny", "deny", "deny"),
    "auditor": ("deny", "deny", "deny"),
    "patient": ("deny", "deny", "deny"),
    "proxy": ("deny", "deny", "deny"),
    "system": ("allow", "allow", "allow"),
}


def test_the_table_names_every_role():
    assert set(CHART) == set(ROLE_PERMISSIONS)


@pytest.mark.parametrize("role", CHART)
def test_chart_opens_as_the_table_says(role):
    stranger, related, opened = CHART[role]
    roles = frozenset({role})
    assert may_open_chart(Facts(roles, related=False, restricted=False, opened=False)) == stranger
    assert may_open_chart(Facts(roles, related=True, restricted=False, opened=False)) == related
    assert may_open_chart(Facts(roles, related=False, restricted=False, opened=True)) == opened


@pytest.mark.parametrize(("role", "related", "opened"), product(CHART, (True, False), (True, False)))
def test_a_restricted_chart_opens_for_nobody_at_the_desk(role, related, opened):
    decision = may_open_chart(Facts(frozenset({role}), related, restricted=True, opened=opened))
    if role == "system":
        assert decision is Decision.ALLOW  # exports and rebuilds; no person acts as it
    else:
        assert decision in (Decision.RESTRICTED, Decision.DENY)


@pytest.mark.parametrize("role", CHART)
def test_all_staff_and_nobody_else_see_whom_to_call_and_what_is_booked(role):
    assert may_read_open(frozenset({role})) == (role in STAFF_ROLES or role == "system")


def test_a_second_role_only_adds():
    for one, other in product(CHART, CHART):
        both = frozenset({one, other})
        for permission in Permission:
            assert allowed(both, permission) == (
                allowed(frozenset({one}), permission) or allowed(frozenset({other}), permission))


def test_only_a_supervisor_books_over_a_booking():
    holders = {role for role in ROLE_PERMISSIONS if allowed(frozenset({role}), Permission.APPOINTMENT_OVERRIDE)}
    assert holders == {"supervisor", "system"}
