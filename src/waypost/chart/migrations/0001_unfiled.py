from django.db import migrations

from waypost.kernel.sqltools import secure

# One row a document that nobody has filed yet. Written by chart.projections alone.
TABLE = """
CREATE TABLE chart_unfiled (
  tenant int NOT NULL,
  id text COLLATE "C" NOT NULL,     -- of the DocumentReference
  patient text COLLATE "C",         -- whose chart it was added to; NULL: not known yet
  at timestamptz NOT NULL,          -- when it came
  PRIMARY KEY (tenant, id)
);
CREATE INDEX chart_unfiled_at ON chart_unfiled (tenant, at, id);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunSQL(TABLE + secure("chart_unfiled"), "DROP TABLE chart_unfiled")]
