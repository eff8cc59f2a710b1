"""SQL text shared by every room's migrations. Text only: nothing here talks to a database."""

TENANT_FUNCTION = """
CREATE FUNCTION waypost_tenant() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('waypost.tenant', true), '')::int $$;

CREATE FUNCTION waypost_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history is append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def secure(table: str) -> str:
    """Return SQL that keeps each tenant's rows of `table` apart, even from the table's owner.

    The ordinary role sees only rows of `waypost.tenant` and none without it. The owner (who runs migrations and owns
    SECURITY DEFINER functions, each of which checks the tenant it is given) has a policy of its own.
    """
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_tenant ON {table} USING (tenant = waypost_tenant()) WITH CHECK (tenant = waypost_tenant());
CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);
"""


def append_only(table: str) -> str:
    """Return SQL that lets rows of `table` be added and read, never changed, removed or truncated."""
    return f"""
COMMENT ON TABLE {table} IS 'append-only';
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION waypost_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION waypost_append_only();
"""


# Run as the owner after every migration; `%(role)s` is the ordinary role, quoted by the caller.
GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
DO $do$
DECLARE t regclass;
BEGIN
  FOR t IN SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND obj_description(c.oid) = 'append-only' LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM {role}', t);
  END LOOP;
END $do$;
"""
