from django.db import migrations

# Few items are watched or wait for others: they are found without going through all.
INDEXES = """
CREATE INDEX coordination_work_watched ON coordination_work (tenant) WHERE watchers <> '{}';
CREATE INDEX coordination_work_waits ON coordination_work (tenant) WHERE waits_for IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("coordination", "0006_cover")]
    operations = [migrations.RunSQL(INDEXES, "DROP INDEX coordination_work_watched, coordination_work_waits")]
