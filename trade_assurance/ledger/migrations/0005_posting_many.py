from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """One call that books many transactions. See the SQL file."""

    dependencies = [("ta_ledger", "0004_day_roots")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            sql=(SQL / "0005_posting_many.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0005_posting_many_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
