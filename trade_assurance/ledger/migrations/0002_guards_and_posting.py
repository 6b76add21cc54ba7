from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """Triggers, the composite key, snapshots' columns and the posting function. See the SQL file."""

    dependencies = [("ta_ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0002_guards_and_posting.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0002_guards_and_posting_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
