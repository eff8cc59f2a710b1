from django.db import migrations

# A number was kept as all that rounds to it, and a Range could not be told from one: it counted as its middle. Both are
# kept as they are. What was a Range before is right again once the index is rebuilt, as `waypost upgrade` does.
class Migration(migrations.Migration):
    dependencies = [("records", "0007_in_order_of_commit")]
    operations = [migrations.RunSQL(
        "UPDATE records_number SET low = (low + high) / 2, high = (low + high) / 2"
        " WHERE low > '-Infinity' AND high < 'Infinity' AND param <> 'near'",
        migrations.RunSQL.noop,
    )]
