from django.db import migrations

CELLS = """
-- What is taken, as cells of five minutes after a base: one row a resource and lane, '12-17,40-41'. NULL lane: all of them.
CREATE FUNCTION scheduling_cells(p_tenant int, p_resources text[], p_base timestamptz, p_until timestamptz)
RETURNS TABLE (resource text, lane int, cells text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM scheduling_check_tenant(p_tenant);
  RETURN QUERY
    SELECT b.resource, CASE b.kind WHEN 'block' THEN NULL ELSE b.lane END,
           string_agg(floor(extract(epoch FROM b.starts - p_base) / 300)::int || '-'
                      || ceil(extract(epoch FROM b.ends - p_base) / 300)::int, ',')
    FROM unnest(p_resources) AS x(resource)
    JOIN scheduling_booking b ON b.tenant = p_tenant AND b.resource = x.resource AND b.span && tstzrange(p_base, p_until)
    GROUP BY 1, 2;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_project_anywhere")]
    operations = [migrations.RunSQL(CELLS, "DROP FUNCTION scheduling_cells")]
