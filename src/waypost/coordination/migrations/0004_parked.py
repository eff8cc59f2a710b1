from django.db import migrations

from waypost.kernel.sqltools import secure

# Half-done forms, each of one account: what was typed, where, and in which field one stood. No part of the record.
PARKED = """
CREATE TABLE coordination_parked (
  tenant int NOT NULL,
  id uuid NOT NULL,
  actor text COLLATE "C" NOT NULL,       -- whose: 'staff:17'
  at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  place text NOT NULL,                   -- the address of the form's page
  title text NOT NULL,
  patient text COLLATE "C",
  focus text NOT NULL,                   -- the field in which one stood
  typed jsonb NOT NULL,                  -- [[name, value], …]
  PRIMARY KEY (tenant, actor, id)
);
"""


class Migration(migrations.Migration):
    dependencies = [("coordination", "0003_rules")]
    operations = [migrations.RunSQL(PARKED + secure("coordination_parked"), "DROP TABLE coordination_parked")]
