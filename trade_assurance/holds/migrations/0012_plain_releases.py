from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """Acceptances of plain trades, set-based. See the SQL file."""

    dependencies = [
        ("ta_holds", "0011_shares_of_shipments"),
        ("ta_ledger", "0005_posting_many"),
        ("orders", "0006_shares_weights_and_addenda"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            sql=(SQL / "0012_plain_releases.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0012_plain_releases_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
