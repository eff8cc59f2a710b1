from django.db import migrations

from waypost.kernel.sqltools import append_only, secure

VERSION = """
CREATE TABLE records_version (
  tenant int NOT NULL, type text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version int NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  act uuid NOT NULL,              -- every version filed by one act carries its id
  body text NOT NULL,             -- the exact JSON text; '' for a deletion
  hash bytea NOT NULL,            -- of the content without meta.versionId and meta.lastUpdated
  deleted boolean NOT NULL DEFAULT false,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (tenant, type, id, version)
);
CREATE INDEX records_version_act ON records_version (tenant, act);
CREATE INDEX records_version_feed ON records_version (tenant, seq);
CREATE TABLE records_current (
  tenant int NOT NULL, type text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version int NOT NULL,
  at timestamptz NOT NULL,
  deleted boolean NOT NULL,
  patient text COLLATE "C",       -- whose record this is part of; for a Patient its own id
  code text COLLATE "C",          -- first coding as system|code
  status text COLLATE "C",
  owner text COLLATE "C",         -- reference to who answers for it
  sort_at timestamptz,            -- the type's clinical date
  name text COLLATE "C",          -- normalised, for lists in order of name
  label text COLLATE "C",         -- 'restricted' where the content's own security labels say so
  PRIMARY KEY (tenant, type, id)
);
CREATE INDEX records_current_patient ON records_current (tenant, patient, type, sort_at DESC, id)
  WHERE patient IS NOT NULL AND NOT deleted;
CREATE INDEX records_current_code ON records_current (tenant, type, patient, code, sort_at DESC, id)
  WHERE patient IS NOT NULL AND code IS NOT NULL AND NOT deleted;
CREATE INDEX records_current_at ON records_current (tenant, type, at, id) WHERE NOT deleted;
CREATE INDEX records_current_sort ON records_current (tenant, type, sort_at DESC, id) WHERE NOT deleted;
CREATE INDEX records_current_owner ON records_current (tenant, type, owner, status, sort_at, id)
  WHERE owner IS NOT NULL AND NOT deleted;
CREATE INDEX records_current_name ON records_current (tenant, type, name, id) WHERE name IS NOT NULL AND NOT deleted;
"""

INDEXES = """
CREATE TABLE records_token (
  tenant int NOT NULL, type text COLLATE "C" NOT NULL, param text COLLATE "C" NOT NULL,
  system text COLLATE "C" NOT NULL, code text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL);
CREATE INDEX records_token_code ON records_token (tenant, type, param, code, system, id);
CREATE INDEX records_token_id ON records_token (tenant, type, id);
CREATE TABLE records_string (
  tenant int NOT NULL, type text COLLATE "C" NOT NULL, param text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL);
CREATE INDEX records_string_value ON records_string (tenant, type, param, left(value, 200), id);
CREATE INDEX records_string_id ON records_string (tenant, type, id);
CREATE TABLE records_ref (
  tenant int NOT NULL, type text COLLATE "C" NOT NULL, param text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL);
CREATE INDEX records_ref_target ON records_ref (tenant, left(target, 500), type, param, id);
CREATE INDEX records_ref_id ON records_ref (tenant, type, id);
CREATE TABLE records_date (
  tenant int NOT NULL, type text COLLATE "C" NOT NULL, param text COLLATE "C" NOT NULL,
  low timestamptz NOT NULL, high timestamptz NOT NULL, id text COLLATE "C" NOT NULL);
CREATE INDEX records_date_low ON records_date (tenant, type, param, low, id);
CREATE INDEX records_date_high ON records_date (tenant, type, param, high, id);
CREATE INDEX records_date_id ON records_date (tenant, type, id);
CREATE TABLE records_number (
  tenant int NOT NULL, type text COLLATE "C" NOT NULL, param text COLLATE "C" NOT NULL,
  low numeric NOT NULL, high numeric NOT NULL,
  system text COLLATE "C" NOT NULL, code text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL);
CREATE INDEX records_number_low ON records_number (tenant, type, param, low, id);
CREATE INDEX records_number_id ON records_number (tenant, type, id);
"""

# One call files any number of versions. Each row names the version it follows; a row that follows another than the
# newest raises `records-stale` with its reference, and nothing of the call stays.
FILE = """
CREATE FUNCTION records_index(p_tenant int, p_rows json) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO records_token SELECT p_tenant, r.type, t ->> 0, t ->> 1, t ->> 2, r.id
    FROM json_to_recordset(p_rows) AS r(type text, id text, tokens json), json_array_elements(r.tokens) AS t;
  INSERT INTO records_string SELECT p_tenant, r.type, t ->> 0, t ->> 1, r.id
    FROM json_to_recordset(p_rows) AS r(type text, id text, strings json), json_array_elements(r.strings) AS t;
  INSERT INTO records_ref SELECT p_tenant, r.type, t ->> 0, t ->> 1, r.id
    FROM json_to_recordset(p_rows) AS r(type text, id text, refs json), json_array_elements(r.refs) AS t;
  INSERT INTO records_date SELECT p_tenant, r.type, t ->> 0, (t ->> 1)::timestamptz, (t ->> 2)::timestamptz, r.id
    FROM json_to_recordset(p_rows) AS r(type text, id text, dates json), json_array_elements(r.dates) AS t;
  INSERT INTO records_number
    SELECT p_tenant, r.type, t ->> 0, (t ->> 1)::numeric, (t ->> 2)::numeric, t ->> 3, t ->> 4, r.id
    FROM json_to_recordset(p_rows) AS r(type text, id text, numbers json), json_array_elements(r.numbers) AS t;
END $$;

CREATE FUNCTION records_unindex(p_tenant int, p_rows json) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE r record;
BEGIN
  FOR r IN SELECT x.type, x.id FROM json_to_recordset(p_rows) AS x(type text, id text, version int)
           WHERE x.version > 1 LOOP
    DELETE FROM records_token WHERE tenant = p_tenant AND type = r.type AND id = r.id;
    DELETE FROM records_string WHERE tenant = p_tenant AND type = r.type AND id = r.id;
    DELETE FROM records_ref WHERE tenant = p_tenant AND type = r.type AND id = r.id;
    DELETE FROM records_date WHERE tenant = p_tenant AND type = r.type AND id = r.id;
    DELETE FROM records_number WHERE tenant = p_tenant AND type = r.type AND id = r.id;
  END LOOP;
END $$;

CREATE FUNCTION records_file(p_tenant int, p_at timestamptz, p_actor text, p_act uuid, p_rows json) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE stale text; wanted int; done int;
BEGIN
  INSERT INTO records_version (tenant, type, id, version, at, actor, act, body, hash, deleted)
    SELECT p_tenant, r.type, r.id, r.version, p_at, p_actor, p_act, r.body, decode(r.hash, 'hex'), r.deleted
    FROM json_to_recordset(p_rows) AS r(type text, id text, version int, body text, hash text, deleted boolean);
  GET DIAGNOSTICS wanted = ROW_COUNT;
  INSERT INTO records_current AS c
      (tenant, type, id, version, at, deleted, patient, code, status, owner, sort_at, name, label)
    SELECT p_tenant, r.type, r.id, r.version, p_at, r.deleted,
           r.patient, r.code, r.status, r.owner, r.sort_at, r.name, r.label
    FROM json_to_recordset(p_rows) AS r(type text, id text, version int, deleted boolean, patient text, code text,
                                        status text, owner text, sort_at timestamptz, name text, label text)
    ORDER BY r.type, r.id
    ON CONFLICT (tenant, type, id) DO UPDATE
      SET version = EXCLUDED.version, at = EXCLUDED.at, deleted = EXCLUDED.deleted, patient = EXCLUDED.patient,
          code = EXCLUDED.code, status = EXCLUDED.status, owner = EXCLUDED.owner, sort_at = EXCLUDED.sort_at,
          name = EXCLUDED.name, label = EXCLUDED.label
      WHERE c.version = EXCLUDED.version - 1;
  GET DIAGNOSTICS done = ROW_COUNT;
  IF done < wanted THEN
    SELECT r.type || '/' || r.id INTO stale
      FROM json_to_recordset(p_rows) AS r(type text, id text, version int)
      JOIN records_current c ON c.tenant = p_tenant AND c.type = r.type AND c.id = r.id AND c.version <> r.version LIMIT 1;
    RAISE EXCEPTION 'records-stale %', stale USING ERRCODE = 'serialization_failure';
  END IF;
  PERFORM records_unindex(p_tenant, p_rows);
  PERFORM records_index(p_tenant, p_rows);
END $$;
"""

WISH = """
CREATE TABLE records_wish (
  tenant int NOT NULL, actor text NOT NULL, key text NOT NULL, at timestamptz NOT NULL, answer jsonb NOT NULL,
  PRIMARY KEY (tenant, actor, key)
);
"""

TABLES = ["version", "current", "token", "string", "ref", "date", "number", "wish"]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            VERSION + INDEXES + WISH + "".join(secure(f"records_{t}") for t in TABLES) + append_only("records_version"),
            "DROP TABLE " + ", ".join(f"records_{t}" for t in TABLES),
        ),
        migrations.RunSQL(FILE, "DROP FUNCTION records_file, records_index, records_unindex"),
    ]
