from django.db import migrations

# A rebuild runs the same function against temporary tables that shadow the real ones, so the function follows the
# session's search path. It runs with the caller's rights, so nothing is gained by misleading it.
class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunSQL(
        "ALTER FUNCTION records_index(int, json) RESET search_path",
        "ALTER FUNCTION records_index(int, json) SET search_path = public, pg_temp",
    )]
