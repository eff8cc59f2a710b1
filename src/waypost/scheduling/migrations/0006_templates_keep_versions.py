from django.db import migrations

from waypost.kernel.sqltools import append_only, secure

# Calendars and kinds of visit are ordinary rows; what each has said, since when and by whom stands here. What was
# there before gets one version, so that the first change can be compared and undone like any other.
TABLE = """
CREATE TABLE scheduling_template_version (
  tenant int NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('calendar', 'visit-type')),
  key text COLLATE "C" NOT NULL,           -- 'Practitioner/x' or the visit type's code
  version int NOT NULL,
  at timestamptz NOT NULL, actor text NOT NULL, act uuid NOT NULL,
  body jsonb,                              -- NULL: taken away again
  PRIMARY KEY (tenant, kind, key, version)
);
CREATE INDEX scheduling_template_version_act ON scheduling_template_version (tenant, act);
"""
BEFORE = """
INSERT INTO scheduling_template_version
  SELECT tenant, 'calendar', resource, version, now(), 'system:upgrade', '00000000-0000-0000-0000-000000000000', body
  FROM scheduling_calendar;
INSERT INTO scheduling_template_version
  SELECT tenant, 'visit-type', code, version, now(), 'system:upgrade', '00000000-0000-0000-0000-000000000000', body
  FROM scheduling_visit_type;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0005_quick_yes")]
    operations = [
        migrations.RunSQL(
            TABLE + secure("scheduling_template_version") + BEFORE + append_only("scheduling_template_version"),
            "DROP TABLE scheduling_template_version",
        )
    ]
