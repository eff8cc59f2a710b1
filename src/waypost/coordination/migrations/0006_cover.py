from django.db import migrations

from waypost.kernel.sqltools import secure

# Who covers whom from when until when; and, beside each open Task, the one it waits for. Written by coordination.projections alone.
COVER = """
CREATE TABLE coordination_cover (
  tenant int NOT NULL,
  id text COLLATE "C" NOT NULL,          -- of the Basic
  whose text COLLATE "C" NOT NULL,       -- ids of Practitioners
  by text COLLATE "C" NOT NULL,
  starts timestamptz NOT NULL,
  ends timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX coordination_cover_ends ON coordination_cover (tenant, ends);
-- A view of the worklist that somebody named: their own, or shared with a team. No care data: it says what to look for.
CREATE TABLE coordination_view (
  tenant int NOT NULL,
  id uuid NOT NULL,
  actor text COLLATE "C" NOT NULL,
  name text NOT NULL,
  team text COLLATE "C" NOT NULL,        -- code of the pool it is shared with, '' for oneself
  filters jsonb NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
ALTER TABLE coordination_work ADD COLUMN waits_for text COLLATE "C";   -- id of a Task that must end first
"""


class Migration(migrations.Migration):
    dependencies = [("coordination", "0005_whose_rule")]
    operations = [
        migrations.RunSQL(
            COVER + secure("coordination_cover") + secure("coordination_view"),
            "DROP TABLE coordination_view; DROP TABLE coordination_cover; ALTER TABLE coordination_work DROP COLUMN waits_for",
        )
    ]
