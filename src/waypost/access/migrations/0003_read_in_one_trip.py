from django.db import migrations

# Decision, read and audit in one durable call, for the FHIR door's hot reads. What the caller remembers of its token
# (account, tenant, roles, practitioner) is checked against the tables each time; whatever is not plainly allowed
# returns no row, audits nothing, and is left to the ordinary route. SECURITY DEFINER: the tenant comes from the token.
READ = """
CREATE FUNCTION access_read(
  p_hash bytea, p_now timestamptz, p_account bigint, p_tenant int, p_roles text[], p_practitioner text, p_actor text,
  p_type text, p_id text, p_patient text, p_need text, p_shard smallint, p_content text, p_mac text
) RETURNS TABLE (version int, at timestamptz, body text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found_version int; found_at timestamptz; found_body text;
BEGIN
  PERFORM 1 FROM access_token t JOIN access_account a ON a.id = t.account_id
    WHERE t.hash = p_hash AND t.revoked IS NULL AND t.expires > p_now AND a.id = p_account AND a.tenant_id = p_tenant
      AND a.is_active AND a.roles::text[] = p_roles AND a.practitioner = p_practitioner;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT v.version, v.at, v.body INTO found_version, found_at, found_body
    FROM records_current c JOIN records_version v
      ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version
    WHERE c.tenant = p_tenant AND c.type = p_type AND c.id = p_id AND NOT c.deleted
      AND c.patient IS NOT DISTINCT FROM p_patient AND (c.label IS NULL OR c.type = 'Patient');
  IF NOT FOUND THEN RETURN; END IF;
  IF p_need <> 'open' THEN
    PERFORM 1 FROM access_restricted x WHERE x.tenant = p_tenant AND x.patient = p_patient;
    IF FOUND THEN RETURN; END IF;
    IF p_need <> 'whole' THEN
      PERFORM 1 FROM access_relationship r WHERE r.tenant = p_tenant AND r.patient = p_patient
        AND r.practitioner = p_practitioner AND r.since <= p_now AND r.until > p_now;
      IF NOT FOUND THEN
        PERFORM 1 FROM access_opening o WHERE o.tenant = p_tenant AND o.actor = p_actor AND o.patient = p_patient
          AND o.until > p_now;
        IF NOT FOUND THEN RETURN; END IF;
      END IF;
    END IF;
  END IF;
  PERFORM audit_append(p_tenant, p_shard, json_build_array(json_build_object(
    'at', p_now, 'content', p_content, 'mac', p_mac)));
  RETURN QUERY SELECT found_version, found_at, found_body;
END $$;

CREATE FUNCTION access_patient_of(p_tenant int, p_type text, p_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT c.patient FROM records_current c WHERE c.tenant = p_tenant AND c.type = p_type AND c.id = p_id $$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_relationships"), ("records", "0001_initial"), ("audit", "0001_initial")]
    operations = [migrations.RunSQL(READ, "DROP FUNCTION access_read, access_patient_of")]
