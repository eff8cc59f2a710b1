from django.db import migrations

# The feed is read in the order of transactions, and only as far as the oldest that is still open: numbers of `seq` are
# given out before a commit, and a reader that went by them would pass over a version whose act was slow.
class Migration(migrations.Migration):
    dependencies = [("records", "0006_what_stands_together")]
    operations = [migrations.RunSQL(
        "CREATE INDEX records_version_committed ON records_version (tenant, xact, seq)",
        "DROP INDEX records_version_committed",
    )]
