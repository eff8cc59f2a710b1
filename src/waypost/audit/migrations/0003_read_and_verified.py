from django.db import migrations

from waypost.kernel.sqltools import append_only, secure

# Entries lie in the order of their time, near enough that a few bytes a megabyte of table find a day.
BY_DAY = """
CREATE INDEX audit_entry_at ON audit_entry USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
CREATE TABLE audit_check (
  tenant int NOT NULL,
  at timestamptz NOT NULL,                 -- entries until then were checked
  actor text NOT NULL,
  checked bigint NOT NULL,                 -- how many
  findings int NOT NULL,                   -- how many places did not verify
  anchored bool NOT NULL,                  -- against heads kept outside the database
  PRIMARY KEY (tenant, at)
);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_heads")]
    operations = [
        migrations.RunSQL(
            BY_DAY + secure("audit_check") + append_only("audit_check"), "DROP TABLE audit_check; DROP INDEX audit_entry_at"
        )
    ]
