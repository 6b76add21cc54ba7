from django.db import migrations


class Migration(migrations.Migration):
    """What suppliers have chosen for new orders is told to their products once; from now on by every choice."""

    dependencies = [
        ("orders", "0008_addenda_lapse_with_their_order"),
        ("catalog", "0008_how_suppliers_are_paid"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            sql="""
                INSERT INTO catalog_supplierfacts (supplier_id, orders_completed, payments, updated_at)
                SELECT supplier_id, 0, milestones, changed_at FROM orders_scheduletemplate WHERE is_default
                ON CONFLICT (supplier_id) DO UPDATE SET payments = excluded.payments
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
