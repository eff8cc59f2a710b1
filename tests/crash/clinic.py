"""The programs that the crash tests run on a data folder in processes of their own."""

MAKE = """
import sys
from pathlib import Path
from waypost.ops import database
with database.opened(Path(sys.argv[1])):
    database.set_up_django()
    from waypost.access import accounts
    from tests import small_clinic
    tenant = accounts.tenant_named(None)
    made = small_clinic.make(accounts.context_of(tenant, "crash test").for_act(), patients=6)
    print(*made.patients)
"""

# Everything that could be half there: rows without their version, projections without their rows, acts without their audit.
INSPECT = """
import json, sys
from pathlib import Path
from waypost.ops import database
with database.opened(Path(sys.argv[1])):
    database.set_up_django()
    from django.db import connections
    from waypost.access import accounts, scopes
    from waypost.audit import queries as audit
    from waypost.records import rebuilding
    tenant = accounts.tenant_named(None)
    scope = scopes.everything(accounts.context_of(tenant, "crash test"))
    differences = [str(one) for one in rebuilding.check(scope)]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('waypost.tenant', %s, false)", [str(tenant.pk)])
        cursor.execute('''
            SELECT v.type || '/' || v.id || ' version ' || v.version FROM records_version v
            WHERE NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.tenant = v.tenant
              AND a.content::jsonb ->> 'what' = v.type || '/' || v.id AND (a.content::jsonb ->> 'version')::int = v.version)''')
        unaudited = [row[0] for row in cursor.fetchall()]
        cursor.execute('''
            SELECT v.type || '/' || v.id FROM records_version v LEFT JOIN records_current c USING (tenant, type, id)
            WHERE c.id IS NULL OR c.version < v.version''')
        orphans = [row[0] for row in cursor.fetchall()]
        cursor.execute('''
            SELECT count(*) FROM scheduling_booking a JOIN scheduling_booking b ON a.tenant = b.tenant
              AND a.resource = b.resource AND a.lane = b.lane AND a.span && b.span AND a.ctid < b.ctid''')
        overlaps = cursor.fetchone()[0]
    checked, findings = audit.verify(None)
    print(json.dumps({"differences": differences, "unaudited": unaudited, "orphans": orphans, "overlaps": overlaps,
                      "audited": checked, "altered": [str(f) for f in findings]}))
"""
