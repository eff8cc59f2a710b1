from django.db import migrations

# One query a board. Patients are named as the person index names them; of a group the first, and how many there are.
# Requests are Tasks that focus on the visit (an interpreter, a ride). The text of an appointment is read only where it
# is time kept free. SECURITY DEFINER because row-level security would keep the span index (`&&` is not leakproof)
# from being used; the tenant is checked first.
BOARD = """
CREATE FUNCTION scheduling_board(
  p_tenant int, p_resources text[], p_from timestamptz, p_until timestamptz, p_now timestamptz)
RETURNS TABLE (
  resource text, appointment text, shown_starts timestamptz, shown_ends timestamptz, starts timestamptz, ends timestamptz,
  kind text, lane int, status text, code text, reason text, patients text[], rest text[], name text, born date,
  requests text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM scheduling_check_tenant(p_tenant);
  RETURN QUERY
  WITH here AS MATERIALIZED (
    SELECT b.* FROM unnest(p_resources) AS x(resource)
    JOIN scheduling_booking b ON b.tenant = p_tenant AND b.resource = x.resource AND b.span && tstzrange(p_from, p_until)
    WHERE b.hold_until IS NULL OR b.hold_until > p_now
  ), visits AS MATERIALIZED (
    SELECT o.appointment,
           array_agg(substr(o.resource, 9) ORDER BY o.part) FILTER (WHERE o.resource LIKE 'Patient/%') AS patients,
           array_agg(o.resource ORDER BY o.part) FILTER (WHERE o.resource NOT LIKE 'Patient/%') AS rest
    FROM scheduling_booking o WHERE o.tenant = p_tenant AND o.appointment IN (SELECT DISTINCT h.appointment FROM here h)
    GROUP BY o.appointment
  ), asked AS MATERIALIZED (
    SELECT v.appointment, array_agg(DISTINCT split_part(t.code, '|', 2) || ':' || t.status) AS kinds
    FROM visits v
    JOIN records_ref r ON r.tenant = p_tenant AND r.target = 'Appointment/' || v.appointment
      AND r.type = 'Task' AND r.param = 'focus'
    JOIN records_current t ON t.tenant = p_tenant AND t.type = 'Task' AND t.id = r.id AND NOT t.deleted
    GROUP BY v.appointment
  )
  SELECT h.resource::text, h.appointment::text, h.shown_starts, h.shown_ends, h.starts, h.ends, h.kind, h.lane, c.status, c.code,
         CASE WHEN h.kind = 'block' THEN (
           SELECT body.body::jsonb ->> 'description' FROM records_version body WHERE body.tenant = p_tenant
             AND body.type = 'Appointment' AND body.id = h.appointment AND body.version = c.version) END,
         v.patients, array_remove(v.rest, h.resource::text), person.name, person.born, asked.kinds
  FROM here h
  JOIN visits v ON v.appointment = h.appointment
  JOIN records_current c ON c.tenant = p_tenant AND c.type = 'Appointment' AND c.id = h.appointment
  LEFT JOIN registry_person person ON person.tenant = p_tenant AND person.id = v.patients[1]
  LEFT JOIN asked ON asked.appointment = h.appointment
  ORDER BY h.resource, h.starts;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_cells"), ("registry", "0001_person"), ("records", "0001_initial")]
    operations = [migrations.RunSQL(BOARD, "DROP FUNCTION scheduling_board")]
