from django.db import migrations

from waypost.kernel.sqltools import secure

# One row an open Task: what the worklist is ordered and divided by. Written by coordination.projections alone.
WORK = """
CREATE TABLE coordination_work (
  tenant int NOT NULL,
  id text COLLATE "C" NOT NULL,          -- of the Task
  patient text COLLATE "C",
  kind text COLLATE "C" NOT NULL,
  lane smallint NOT NULL,                -- 0 safety, 1 law, 2 payment, 3 promise, 4 age
  priority smallint NOT NULL,            -- 0 stat, 1 asap, 2 urgent, 3 routine
  due timestamptz,                       -- the end of its last moment
  authored timestamptz NOT NULL,
  owner text COLLATE "C",                -- 'Practitioner/x'
  pool text COLLATE "C" NOT NULL,        -- '' where it names none
  sleeps timestamptz,                    -- snoozed until then
  watchers text[] NOT NULL,              -- ids of Practitioners
  focus text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX coordination_work_owner ON coordination_work (tenant, owner);
CREATE INDEX coordination_work_pool ON coordination_work (tenant, pool) WHERE owner IS NULL;
CREATE INDEX coordination_work_patient ON coordination_work (tenant, patient);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("records", "0001_initial"), ("access", "0001_initial")]
    operations = [migrations.RunSQL(WORK + secure("coordination_work"), "DROP TABLE coordination_work")]
