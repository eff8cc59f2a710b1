"""Sign-ins of the demo clinic: one a role, one password for all. None of it is secret."""

from waypost.demo.staff import roster

PASSWORD = "waypost-demo"  # noqa: S105 - printed at each start
ROLES = (
    "coordinator",
    "scheduler",
    "clinician",
    "nurse",
    "records",
    "billing",
    "supervisor",
    "administrator",
    "auditor",
)
PEOPLE = {each.sign_in: each for each in roster() if each.sign_in}
SIGN_INS: tuple[tuple[str, str], ...] = tuple(
    (
        role,
        f"{PEOPLE[role].shown}, {PEOPLE[role].title or 'primary care' if role == 'clinician' else PEOPLE[role].title or 'clinic nurse'}, {PEOPLE[role].site.name}",
    )
    for role in ROLES
)
