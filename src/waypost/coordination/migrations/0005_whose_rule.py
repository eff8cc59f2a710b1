from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("coordination", "0004_parked")]
    operations = [
        migrations.RunSQL(
            # code of the rule that made it; '' for people's own
            """ALTER TABLE coordination_work ADD COLUMN rule text COLLATE "C" NOT NULL DEFAULT ''""",
            "ALTER TABLE coordination_work DROP COLUMN rule",
        )
    ]
