from django.db import migrations

# Heads hold no care data; the worker, an ordinary role, anchors every tenant's.
HEADS = """
CREATE FUNCTION audit_heads() RETURNS TABLE (tenant int, shard smallint, seq bigint, chain text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT tenant, shard, seq, encode(chain, 'hex') FROM audit_head ORDER BY tenant, shard
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(HEADS, "DROP FUNCTION audit_heads")]
