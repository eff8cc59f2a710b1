from django.db import migrations

# As before, but each look says itself how many are enough: where name and number agree, nobody further is looked for.
FIND = """
DROP FUNCTION registry_find(int, json, int, int);
CREATE FUNCTION registry_find(p_tenant int, p_steps json, p_enough int[], p_limit int)
RETURNS TABLE (id text, name text, preferred text, former text[], words text[], birth text, born date, sex text, mrn text,
               mrns text[], phones text[], language text, merged_into text, died boolean, active boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE step json; grp json; cond text; hits text[] := '{}'; more text[]; place int := 0;
BEGIN
  IF p_tenant IS DISTINCT FROM waypost_tenant() THEN RETURN; END IF;
  FOR step IN SELECT json_array_elements(p_steps) LOOP
    place := place + 1;
    cond := '';
    FOR grp IN SELECT json_array_elements(step) LOOP
      cond := cond || format(' AND p.keys && %L::int[]', translate(grp::text, '[]', '{}'));
    END LOOP;
    CONTINUE WHEN cond = '';
    EXECUTE 'SELECT coalesce(array_agg(x.id), ''{}'') FROM (SELECT p.id FROM registry_person p WHERE p.tenant + 0 = $1'
            || cond || ' LIMIT $2) x' INTO more USING p_tenant, p_limit;
    hits := hits || more;
    EXIT WHEN cardinality(hits) >= p_enough[place];
  END LOOP;
  RETURN QUERY SELECT p.id, p.name, p.preferred, p.former, p.words, p.birth, p.born, p.sex, p.mrn, p.mrns, p.phones,
                      p.language, p.merged_into, p.died, p.active
    FROM registry_person p WHERE p.tenant = p_tenant AND p.id = ANY (hits);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_person")]
    operations = [migrations.RunSQL(FIND, migrations.RunSQL.noop)]
