from django.db import migrations

# `records_file` read its rows' JSON eight times, bodies and all: once for each table. One statement now reads them once
# and writes every table.
FILE = """
CREATE OR REPLACE FUNCTION records_file(p_tenant int, p_at timestamptz, p_actor text, p_act uuid, p_rows json)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE stale text; wanted int; done int;
BEGIN
  PERFORM records_unindex(p_tenant, p_rows);
  WITH r AS MATERIALIZED (
    SELECT * FROM json_to_recordset(p_rows) AS r(
      type text, id text, version int, body text, hash text, deleted boolean, patient text, code text, status text,
      owner text, sort_at timestamptz, name text, label text,
      tokens json, strings json, refs json, dates json, numbers json)
  ), versions AS (
    INSERT INTO records_version (tenant, type, id, version, at, actor, act, body, hash, deleted)
    SELECT p_tenant, r.type, r.id, r.version, p_at, p_actor, p_act, r.body, decode(r.hash, 'hex'), r.deleted FROM r
    RETURNING 1
  ), newest AS (
    INSERT INTO records_current AS c
      (tenant, type, id, version, at, deleted, patient, code, status, owner, sort_at, name, label)
    SELECT p_tenant, r.type, r.id, r.version, p_at, r.deleted,
           r.patient, r.code, r.status, r.owner, r.sort_at, r.name, r.label
    FROM r ORDER BY r.type, r.id
    ON CONFLICT (tenant, type, id) DO UPDATE
      SET version = EXCLUDED.version, at = EXCLUDED.at, deleted = EXCLUDED.deleted, patient = EXCLUDED.patient,
          code = EXCLUDED.code, status = EXCLUDED.status, owner = EXCLUDED.owner, sort_at = EXCLUDED.sort_at,
          name = EXCLUDED.name, label = EXCLUDED.label
      WHERE c.version = EXCLUDED.version - 1
    RETURNING 1
  ), tokens AS (
    INSERT INTO records_token SELECT p_tenant, r.type, t ->> 0, t ->> 1, t ->> 2, r.id
    FROM r, json_array_elements(r.tokens) AS t
  ), strings AS (
    INSERT INTO records_string SELECT p_tenant, r.type, t ->> 0, t ->> 1, r.id
    FROM r, json_array_elements(r.strings) AS t
  ), refs AS (
    INSERT INTO records_ref SELECT p_tenant, r.type, t ->> 0, t ->> 1, r.id
    FROM r, json_array_elements(r.refs) AS t
  ), dates AS (
    INSERT INTO records_date SELECT p_tenant, r.type, t ->> 0, (t ->> 1)::timestamptz, (t ->> 2)::timestamptz, r.id
    FROM r, json_array_elements(r.dates) AS t
  ), numbers AS (
    INSERT INTO records_number
    SELECT p_tenant, r.type, t ->> 0, (t ->> 1)::numeric, (t ->> 2)::numeric, t ->> 3, t ->> 4, r.id
    FROM r, json_array_elements(r.numbers) AS t
  )
  SELECT (SELECT count(*) FROM versions), (SELECT count(*) FROM newest) INTO wanted, done;
  IF done < wanted THEN
    SELECT r.type || '/' || r.id INTO stale
      FROM json_to_recordset(p_rows) AS r(type text, id text, version int)
      JOIN records_current c ON c.tenant = p_tenant AND c.type = r.type AND c.id = r.id AND c.version <> r.version LIMIT 1;
    RAISE EXCEPTION 'records-stale %', stale USING ERRCODE = 'serialization_failure';
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0003_search_by_plain_columns")]
    operations = [migrations.RunSQL(FILE, migrations.RunSQL.noop)]
