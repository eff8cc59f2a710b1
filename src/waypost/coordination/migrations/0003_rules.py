from django.db import migrations

from waypost.kernel.sqltools import secure

TABLES = """
-- How far the rules have read the feed, and with which rules in force. Moved in the transaction that files their Tasks.
CREATE TABLE coordination_cursor (
  tenant int PRIMARY KEY,
  xact bigint NOT NULL,
  seq bigint NOT NULL,
  rules text NOT NULL                    -- digest of the rules and visit types that every patient was last looked at with
);
-- When to look at a patient again, though nothing on record changes: the next instant at which a rule's answer may.
CREATE TABLE coordination_look (
  tenant int NOT NULL,
  patient text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant, patient)
);
CREATE INDEX coordination_look_at ON coordination_look (tenant, at);
-- A rule switched on or off from a day, with its figures. The newest row counts; rows are never changed but taken back.
CREATE TABLE coordination_rule (
  tenant int NOT NULL,
  rule text COLLATE "C" NOT NULL,
  number int NOT NULL,
  since date NOT NULL,
  active boolean NOT NULL,
  figures jsonb NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  act uuid NOT NULL,
  withdrawn boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant, rule, number)
);
-- A rule that could not answer for a patient: the others went on, this one is tried again.
CREATE TABLE coordination_failure (
  tenant int NOT NULL,
  rule text COLLATE "C" NOT NULL,
  patient text COLLATE "C" NOT NULL,
  first timestamptz NOT NULL,
  last timestamptz NOT NULL,
  times int NOT NULL,
  said text NOT NULL,                    -- where in the program, never what is on record
  PRIMARY KEY (tenant, rule, patient)
);
"""
NAMES = ("coordination_cursor", "coordination_look", "coordination_rule", "coordination_failure")


class Migration(migrations.Migration):
    dependencies = [("coordination", "0002_contact")]
    operations = [
        migrations.RunSQL(
            TABLES + "".join(map(secure, NAMES)), "".join(f"DROP TABLE {name};" for name in reversed(NAMES))
        )
    ]
