from django.db import migrations

from waypost.kernel.sqltools import secure

# One row a contact and what it was about: when and by which way somebody was tried. Written by coordination.projections alone.
CONTACT = """
CREATE TABLE coordination_contact (
  tenant int NOT NULL,
  id text COLLATE "C" NOT NULL,          -- of the Communication
  about text COLLATE "C" NOT NULL,       -- 'Task/x', 'Appointment/y'
  patient text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  channel text COLLATE "C" NOT NULL,
  reached boolean NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,          -- clerk, nurse, clinician
  inbound boolean NOT NULL,
  PRIMARY KEY (tenant, id, about)
);
CREATE INDEX coordination_contact_about ON coordination_contact (tenant, about);
"""


class Migration(migrations.Migration):
    dependencies = [("coordination", "0001_work")]
    operations = [migrations.RunSQL(CONTACT + secure("coordination_contact"), "DROP TABLE coordination_contact")]
