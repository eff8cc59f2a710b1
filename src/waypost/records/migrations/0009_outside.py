from django.db import migrations

from waypost.kernel.sqltools import append_only, secure

# Which version holds which bytes that are kept beside the database. As old as the versions, and as lasting.
TABLE = """
CREATE TABLE records_outside (
  tenant int NOT NULL,
  sha256 text COLLATE "C" NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  type text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version int NOT NULL,
  size bigint NOT NULL,
  PRIMARY KEY (tenant, sha256, type, id, version)
);
CREATE INDEX records_outside_id ON records_outside (tenant, type, id);
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0008_numbers_as_they_are")]
    operations = [
        migrations.RunSQL(
            TABLE + secure("records_outside") + append_only("records_outside"), "DROP TABLE records_outside"
        )
    ]
