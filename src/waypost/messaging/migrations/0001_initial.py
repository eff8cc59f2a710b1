from django.db import migrations

from waypost.kernel.sqltools import secure

# A delivery is one thing that is to leave the building. `key` makes a second wish for the same thing find the first.
# Nothing of its content stands in the job's row; the words are composed when it goes, from the record as it then is.
TABLES = """
CREATE TABLE messaging_delivery (
  tenant int NOT NULL, id uuid NOT NULL, key text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email')),
  kind text NOT NULL CHECK (kind IN ('booked', 'moved', 'cancelled')),
  patient text NOT NULL, appointment text NOT NULL, version int NOT NULL,
  act uuid NOT NULL, actor text NOT NULL,
  created_at timestamptz NOT NULL, due_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'kept', 'withdrawn', 'refused', 'unknown')),
  reason text NOT NULL DEFAULT '',
  tries int NOT NULL DEFAULT 0,
  language text NOT NULL DEFAULT '', address text NOT NULL DEFAULT '',
  subject text NOT NULL DEFAULT '', body text NOT NULL DEFAULT '', calendar text NOT NULL DEFAULT '',
  settled_at timestamptz,
  PRIMARY KEY (tenant, id), UNIQUE (tenant, key)
);
CREATE INDEX messaging_delivery_open ON messaging_delivery (tenant, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX messaging_delivery_recent ON messaging_delivery (tenant, created_at DESC, id);
CREATE INDEX messaging_delivery_appointment ON messaging_delivery (tenant, appointment);
CREATE TABLE messaging_attempt (
  tenant int NOT NULL, delivery uuid NOT NULL, n int NOT NULL,
  started_at timestamptz NOT NULL, ended_at timestamptz,
  outcome text NOT NULL DEFAULT '', detail text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant, delivery, n),
  FOREIGN KEY (tenant, delivery) REFERENCES messaging_delivery (tenant, id)
);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            TABLES + secure("messaging_delivery") + secure("messaging_attempt"),
            "DROP TABLE messaging_attempt, messaging_delivery",
        ),
    ]
