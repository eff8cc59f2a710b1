"""Whether an order stands, without opening the chart it lies in."""

from django.db import connection

from waypost.records import tenancy

IN_FORCE = ("active", "draft", "on-hold")


def stands(tenant: int, order: str, patient: str) -> bool:
    """Tell whether a ServiceRequest exists, is this patient's and has not ended. Nothing of its content is shown."""
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM records_current WHERE tenant = %s AND type = 'ServiceRequest' AND id = %s"
            " AND patient = %s AND NOT deleted AND status = ANY(%s))",
            [tenant, order, patient, list(IN_FORCE)],
        )
        return cursor.fetchone()[0]
