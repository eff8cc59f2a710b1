from django.db import migrations

from waypost.kernel.sqltools import secure

# One row a Patient: what finding, recognising and ranking need. Written by registry.projections alone.
PERSON = """
CREATE TABLE registry_person (
  tenant int NOT NULL,
  id text COLLATE "C" NOT NULL,          -- of the Patient
  name text NOT NULL,                    -- as shown: 'Castillo Reyes, Marisol'
  preferred text NOT NULL,
  former text[] NOT NULL,
  words text[] NOT NULL,                 -- plain words of every name
  birth text NOT NULL,                   -- as recorded; may be a year, a month or ''
  born date,
  sex text NOT NULL,
  mrn text NOT NULL,
  mrns text[] NOT NULL,                  -- our number, and others' as digits
  phones text[] NOT NULL,                -- ten digits where they are from the US
  language text NOT NULL,
  keys int[] NOT NULL,                   -- hashed forms of names, dates and numbers, see registry.matching
  alike text COLLATE "C" NOT NULL,       -- how family and given name sound
  kin text COLLATE "C" NOT NULL,         -- how the family name sounds, and the birth date
  merged_into text COLLATE "C",
  died boolean NOT NULL,
  active boolean NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX registry_person_keys ON registry_person USING gin (keys) WITH (gin_pending_list_limit = 256);
CREATE INDEX registry_person_alike ON registry_person (tenant, alike) WHERE merged_into IS NULL AND alike <> '';
CREATE INDEX registry_person_kin ON registry_person (tenant, kin) WHERE merged_into IS NULL AND kin <> '';
CREATE TABLE registry_mrn (
  tenant int NOT NULL,
  mrn text COLLATE "C" NOT NULL,
  patient text COLLATE "C" NOT NULL,
  CONSTRAINT registry_mrn_unique PRIMARY KEY (tenant, mrn)
);
CREATE INDEX registry_mrn_patient ON registry_mrn (tenant, patient);
CREATE SEQUENCE registry_mrn_seq;
"""

# Array overlap is not leakproof, so under row-level security no index would serve it: these two run as their owner
# and check the tenant themselves. `p_steps` is an array of looks, each an array of groups of keys; a person must have
# a key of every group (`tenant + 0`: the keys are the way in, not the tenant). The next look is made only while fewer than `p_enough` were found.
FIND = """
CREATE FUNCTION registry_find(p_tenant int, p_steps json, p_enough int, p_limit int)
RETURNS TABLE (id text, name text, preferred text, former text[], words text[], birth text, born date, sex text, mrn text,
               mrns text[], phones text[], language text, merged_into text, died boolean, active boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE step json; grp json; cond text; hits text[] := '{}'; more text[];
BEGIN
  IF p_tenant IS DISTINCT FROM waypost_tenant() THEN RETURN; END IF;
  FOR step IN SELECT json_array_elements(p_steps) LOOP
    cond := '';
    FOR grp IN SELECT json_array_elements(step) LOOP
      cond := cond || format(' AND p.keys && %L::int[]', translate(grp::text, '[]', '{}'));
    END LOOP;
    CONTINUE WHEN cond = '';
    EXECUTE 'SELECT coalesce(array_agg(x.id), ''{}'') FROM (SELECT p.id FROM registry_person p WHERE p.tenant + 0 = $1'
            || cond || ' LIMIT $2) x' INTO more USING p_tenant, p_limit;
    hits := hits || more;
    EXIT WHEN cardinality(hits) >= p_enough;
  END LOOP;
  RETURN QUERY SELECT p.id, p.name, p.preferred, p.former, p.words, p.birth, p.born, p.sex, p.mrn, p.mrns, p.phones,
                      p.language, p.merged_into, p.died, p.active
    FROM registry_person p WHERE p.tenant = p_tenant AND p.id = ANY (hits);
END $$;

CREATE FUNCTION registry_next_mrn(p_tenant int) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE number text; highest bigint;
BEGIN
  IF p_tenant IS DISTINCT FROM waypost_tenant() THEN RAISE EXCEPTION 'another tenant'; END IF;
  LOOP
    number := lpad(nextval('registry_mrn_seq')::text, 6, '0');
    EXIT WHEN NOT EXISTS (SELECT 1 FROM registry_mrn WHERE tenant = p_tenant AND mrn = number);
    -- imported or demonstration numbers stand here: go on behind the highest of them
    SELECT max(mrn::bigint) INTO highest FROM registry_mrn WHERE tenant = p_tenant AND mrn ~ '^[0-9]{6}$';
    PERFORM setval('registry_mrn_seq', greatest(highest, (SELECT last_value FROM registry_mrn_seq)));
  END LOOP;
  RETURN number;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("records", "0001_initial")]
    operations = [
        migrations.RunSQL(
            PERSON + secure("registry_person") + secure("registry_mrn") + FIND,
            "DROP FUNCTION registry_find, registry_next_mrn; DROP TABLE registry_person, registry_mrn;"
            " DROP SEQUENCE registry_mrn_seq",
        ),
    ]
