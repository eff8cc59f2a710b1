from django.db import migrations

from waypost.kernel.sqltools import TENANT_FUNCTION, append_only, secure

TABLES = """
CREATE TABLE audit_entry (
  tenant int NOT NULL, shard smallint NOT NULL, seq bigint NOT NULL,
  at timestamptz NOT NULL,
  content text NOT NULL,          -- canonical JSON of the whole entry, what `mac` and `chain` vouch for
  actor text GENERATED ALWAYS AS (content::jsonb ->> 'actor') STORED,
  action text GENERATED ALWAYS AS (content::jsonb ->> 'action') STORED,
  patient text GENERATED ALWAYS AS (content::jsonb ->> 'patient') STORED,
  mac bytea NOT NULL,             -- HMAC-SHA-256 of content under a key that is not in the database
  chain bytea NOT NULL,           -- sha256(previous chain || mac)
  PRIMARY KEY (tenant, shard, seq)
);
CREATE INDEX audit_entry_patient ON audit_entry (tenant, patient, at DESC) WHERE patient IS NOT NULL;
CREATE INDEX audit_entry_actor ON audit_entry (tenant, actor, at DESC);
CREATE TABLE audit_head (
  tenant int NOT NULL, shard smallint NOT NULL, seq bigint NOT NULL, chain bytea NOT NULL,
  PRIMARY KEY (tenant, shard)
) WITH (fillfactor = 20);
"""

# SECURITY DEFINER so that an entry can be written whatever tenant the connection has entered: a refusal at sign-in has none.
APPEND = """
CREATE FUNCTION audit_append(p_tenant int, p_shard smallint, p_entries json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e record; h record;
BEGIN
  SELECT seq, chain INTO h FROM audit_head WHERE tenant = p_tenant AND shard = p_shard FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO audit_head VALUES (p_tenant, p_shard, 0, sha256(format('%s/%s', p_tenant, p_shard)::bytea))
      ON CONFLICT DO NOTHING;
    SELECT seq, chain INTO h FROM audit_head WHERE tenant = p_tenant AND shard = p_shard FOR UPDATE;
  END IF;
  FOR e IN SELECT r.at, r.content, decode(r.mac, 'hex') AS mac
           FROM json_to_recordset(p_entries) AS r(at timestamptz, content text, mac text) LOOP
    h.seq := h.seq + 1;
    h.chain := sha256(h.chain || e.mac);
    INSERT INTO audit_entry (tenant, shard, seq, at, content, mac, chain)
      VALUES (p_tenant, p_shard, h.seq, e.at, e.content, e.mac, h.chain);
  END LOOP;
  UPDATE audit_head SET seq = h.seq, chain = h.chain WHERE tenant = p_tenant AND shard = p_shard;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(TENANT_FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL(TABLES + secure("audit_entry") + secure("audit_head") + append_only("audit_entry"),
                          "DROP TABLE audit_entry, audit_head"),
        migrations.RunSQL(APPEND, "DROP FUNCTION audit_append"),
    ]
