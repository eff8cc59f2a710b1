from django.db import migrations

# A rebuild projects into a temporary table of the ledger's name. There nobody else is to be waited for, and nothing that
# a process remembers has changed; `scheduling_mended` tells the processes once the rebuild has mended the real table.
PROJECT = """
CREATE OR REPLACE FUNCTION scheduling_project(p_tenant int, p_appointments text[], p_rows json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE v_resources text[]; v_live boolean;
BEGIN
  v_live := to_regclass('scheduling_booking') = to_regclass('public.scheduling_booking');
  IF v_live THEN
    SELECT array_agg(resource) INTO v_resources FROM (
      SELECT resource FROM scheduling_booking WHERE tenant = p_tenant AND appointment = ANY (p_appointments)
      UNION SELECT r.resource FROM json_to_recordset(p_rows) AS r(resource text)) AS t;
    IF v_resources IS NULL THEN
      RETURN;
    END IF;
    PERFORM scheduling_lock(p_tenant, v_resources);
    DELETE FROM scheduling_booking WHERE tenant = p_tenant AND appointment = ANY (p_appointments);
  END IF;
  INSERT INTO scheduling_booking
      (tenant, appointment, part, resource, starts, ends, shown_starts, shown_ends, kind, lane, hold_until)
    SELECT p_tenant, r.appointment, r.part, r.resource, r.starts, r.ends, r.shown_starts, r.shown_ends, r.kind,
           r.lane, r.hold_until
    FROM json_to_recordset(p_rows) AS r(appointment text, part int, resource text, starts timestamptz,
      ends timestamptz, shown_starts timestamptz, shown_ends timestamptz, kind text, lane int, hold_until timestamptz);
  IF v_live THEN
    PERFORM scheduling_touch(p_tenant, v_resources);
  END IF;
END $$;
ALTER FUNCTION scheduling_project(int, text[], json) RESET search_path;
CREATE FUNCTION scheduling_mended(p_tenant int) RETURNS void LANGUAGE sql SET search_path = public, pg_temp AS $$
  UPDATE scheduling_change SET n = nextval('scheduling_change_n') WHERE tenant = p_tenant;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]
    operations = [migrations.RunSQL(PROJECT, "DROP FUNCTION scheduling_mended")]
