from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """An order whose contract somebody proposes to change is not accepted in one go with others."""

    dependencies = [
        ("ta_holds", "0016_credit_answers_for_chargebacks"),
        ("orders", "0008_addenda_lapse_with_their_order"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            sql=(SQL / "0017_plain_without_addenda.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0017_plain_without_addenda_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
