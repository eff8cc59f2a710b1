from django.db import migrations

INDEXES = """
DROP INDEX records_string_value;
CREATE INDEX records_string_value ON records_string (tenant, type, param, value, id);
DROP INDEX records_ref_target;
CREATE INDEX records_ref_target ON records_ref (tenant, target, type, param, id);
"""


class Migration(migrations.Migration):
    """Values are kept short by `formats.fhir.index_key`. `left()` is not leakproof, so its indexes slept under row-level security."""

    dependencies = [("records", "0002_index_anywhere")]
    operations = [migrations.RunSQL(INDEXES, migrations.RunSQL.noop)]
