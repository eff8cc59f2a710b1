from django.db import migrations

from waypost.kernel.sqltools import secure

TABLES = """
CREATE TABLE access_relationship (  -- projection of CareTeam, Patient.generalPractitioner, Appointment
  tenant int NOT NULL, patient text COLLATE "C" NOT NULL, practitioner text COLLATE "C" NOT NULL,
  kind text NOT NULL,               -- team | panel | visit
  source text COLLATE "C" NOT NULL, -- the resource it comes from, Type/id
  since timestamptz NOT NULL, until timestamptz NOT NULL,
  PRIMARY KEY (tenant, patient, practitioner, kind, source)
);
CREATE INDEX access_relationship_source ON access_relationship (tenant, source);
CREATE INDEX access_relationship_practitioner ON access_relationship (tenant, practitioner, patient);
CREATE TABLE access_restricted (    -- projection of Patient.meta.security
  tenant int NOT NULL, patient text COLLATE "C" NOT NULL, PRIMARY KEY (tenant, patient)
);
CREATE TABLE access_opening (       -- a reason given at one key; the audit holds it for good
  tenant int NOT NULL, actor text NOT NULL, patient text COLLATE "C" NOT NULL,
  reason text NOT NULL, at timestamptz NOT NULL, until timestamptz NOT NULL
);
CREATE INDEX access_opening_actor ON access_opening (tenant, actor, patient, until);
"""
NAMES = ["access_relationship", "access_restricted", "access_opening"]


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("audit", "0001_initial")]
    operations = [migrations.RunSQL(TABLES + "".join(secure(n) for n in NAMES), "DROP TABLE " + ", ".join(NAMES))]
