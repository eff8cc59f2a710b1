from django.db import migrations

# Nearly every booking finds its time free and writes rows that were never there. `scheduling_take` therefore asks first
# whether anything at all stands in the way, and only then what, in which lane and whether it has run out.
# `scheduling_project` is told which appointments had rows before. Both do within themselves what they called functions
# for: a call that sets the search path costs as much as a look by index.
TAKE = """
CREATE OR REPLACE FUNCTION scheduling_take(
  p_tenant int, p_lock text[], p_wanted json, p_ignore text[], p_now timestamptz, p_override boolean) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_lock text[] := p_lock; v_more text[]; v_lanes json; v_taken json; v_expired json;
BEGIN
  IF p_tenant IS DISTINCT FROM waypost_tenant() THEN
    PERFORM scheduling_check_tenant(p_tenant);
  END IF;
  FOR attempt IN 1..20 LOOP
    BEGIN
      PERFORM pg_advisory_xact_lock(t.r) FROM (
        SELECT DISTINCT hashtextextended(p_tenant || '/' || x, 8) AS r FROM unnest(v_lock) AS x ORDER BY 1) AS t;
      PERFORM FROM json_to_recordset(p_wanted) AS w(resource text, starts timestamptz, ends timestamptz)
        JOIN scheduling_booking b ON b.tenant = p_tenant AND b.resource = w.resource
         AND b.span && tstzrange(w.starts, w.ends)
        LIMIT 1;
      IF NOT FOUND THEN
        RETURN '{"lanes": null, "expired": null}'::json;  -- all free: lane 0 for each
      END IF;
      SELECT array_agg(DISTINCT o.resource) FILTER (WHERE NOT o.resource = ANY (v_lock)), json_agg(DISTINCT b.appointment)
        INTO v_more, v_expired
        FROM json_to_recordset(p_wanted) AS w(resource text, starts timestamptz, ends timestamptz)
        JOIN scheduling_booking b ON b.tenant = p_tenant AND b.resource = w.resource
         AND b.span && tstzrange(w.starts, w.ends) AND b.kind = 'hold' AND b.hold_until <= p_now
         AND NOT b.appointment = ANY (p_ignore)
        JOIN scheduling_booking o ON o.tenant = p_tenant AND o.appointment = b.appointment;
      IF v_more IS NOT NULL THEN
        RAISE EXCEPTION 'more' USING ERRCODE = 'WP001';
      END IF;
      SELECT json_agg(json_build_object('n', f.n, 'lane', f.lane)) FILTER (WHERE f.lane IS NOT NULL),
             json_agg(f.n) FILTER (WHERE f.lane IS NULL)
        INTO v_lanes, v_taken
        FROM (
          SELECT w.n, (
            SELECT min(g) FROM (
              SELECT generate_series(0, w.capacity - 1) UNION ALL
              SELECT generate_series(100, 163) WHERE p_override) AS t(g)
            WHERE NOT EXISTS (
              SELECT FROM scheduling_booking b
              WHERE b.tenant = p_tenant AND b.resource = w.resource AND b.span && tstzrange(w.starts, w.ends)
                AND (b.lane = t.g OR (t.g < 100 AND (b.lane IS NULL OR b.lane >= w.capacity OR b.kind = 'block')))
                AND NOT b.appointment = ANY (p_ignore)
                AND NOT (b.kind = 'hold' AND b.hold_until IS NOT NULL AND b.hold_until <= p_now))
          ) AS lane
          FROM json_to_recordset(p_wanted) AS w(n int, resource text, starts timestamptz, ends timestamptz, capacity int)
        ) AS f;
      IF v_taken IS NOT NULL THEN
        RAISE EXCEPTION 'taken' USING ERRCODE = 'WP002';
      END IF;
      RETURN json_build_object('lanes', v_lanes, 'expired', v_expired);
    EXCEPTION
      WHEN SQLSTATE 'WP001' THEN v_lock := v_lock || v_more;
      WHEN SQLSTATE 'WP002' THEN RETURN json_build_object('taken', v_taken);
    END;
  END LOOP;
  RETURN json_build_object('taken', (SELECT json_agg(w.n) FROM json_to_recordset(p_wanted) AS w(n int)));
END $$;
"""

PROJECT = """
CREATE OR REPLACE FUNCTION scheduling_project(p_tenant int, p_appointments text[], p_rows json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE v_resources text[]; v_live boolean;
BEGIN
  v_live := to_regclass('scheduling_booking') = to_regclass('public.scheduling_booking');
  IF v_live THEN
    SELECT array_agg(DISTINCT r.resource) INTO v_resources FROM json_to_recordset(p_rows) AS r(resource text);
    IF p_appointments <> '{}' THEN  -- those that may have rows already
      SELECT v_resources || array_agg(DISTINCT resource) INTO v_resources
        FROM scheduling_booking WHERE tenant = p_tenant AND appointment = ANY (p_appointments);
    END IF;
    IF v_resources IS NULL THEN
      RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(t.r) FROM (
      SELECT DISTINCT hashtextextended(p_tenant || '/' || x, 8) AS r FROM unnest(v_resources) AS x ORDER BY 1) AS t;
    IF p_appointments <> '{}' THEN
      DELETE FROM scheduling_booking WHERE tenant = p_tenant AND appointment = ANY (p_appointments);
    END IF;
  END IF;
  INSERT INTO scheduling_booking
      (tenant, appointment, part, resource, starts, ends, shown_starts, shown_ends, kind, lane, hold_until)
    SELECT p_tenant, r.appointment, r.part, r.resource, r.starts, r.ends, r.shown_starts, r.shown_ends, r.kind,
           r.lane, r.hold_until
    FROM json_to_recordset(p_rows) AS r(appointment text, part int, resource text, starts timestamptz,
      ends timestamptz, shown_starts timestamptz, shown_ends timestamptz, kind text, lane int, hold_until timestamptz);
  IF v_live THEN
    INSERT INTO scheduling_change AS c (tenant, resource, n)
      SELECT p_tenant, t.x, nextval('scheduling_change_n')
      FROM (SELECT DISTINCT x FROM unnest(v_resources) AS x WHERE x NOT LIKE 'Patient/%' ORDER BY x) AS t
      ON CONFLICT (tenant, resource) DO UPDATE SET n = nextval('scheduling_change_n');
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_board")]
    operations = [migrations.RunSQL(TAKE + PROJECT, migrations.RunSQL.noop)]
