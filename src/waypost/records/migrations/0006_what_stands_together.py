from django.db import migrations

# The index keeps what stands in a resource; its text tells what stands together in one element. A number too large for the
# database is kept and not found. Dear, so that the planner asks it last.
MEETS = """
CREATE FUNCTION records_text_meets(body text, path jsonpath, asked jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE COST 2000 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(jsonb_path_match(body::jsonb, path, asked, true), false);
EXCEPTION WHEN numeric_value_out_of_range THEN
  RETURN false;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0005_columns_known_together")]
    operations = [migrations.RunSQL(MEETS, "DROP FUNCTION records_text_meets")]
