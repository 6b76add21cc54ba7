"""Each shipment's share of a milestone's money, allotted as it leaves."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER hold_share_stays BEFORE DELETE ON ta_holds_shipmentshare FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();

CREATE FUNCTION ta_holds_guard_share() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.hold_id <> OLD.hold_id OR NEW.shipment_ref <> OLD.shipment_ref OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.released_minor < OLD.released_minor OR NEW.taken_minor < OLD.taken_minor
       OR (OLD.due_at IS NOT NULL AND NEW.due_at IS DISTINCT FROM OLD.due_at) THEN
        RAISE EXCEPTION 'what a share was allotted, and that it is due, never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'share_only_ever_moves_on';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER hold_share_sums BEFORE UPDATE ON ta_holds_shipmentshare FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_share();
"""

UNDO = """
DROP TRIGGER hold_share_sums ON ta_holds_shipmentshare;
DROP FUNCTION ta_holds_guard_share();
DROP TRIGGER hold_share_stays ON ta_holds_shipmentshare;
"""


class Migration(migrations.Migration):
    """Shares of shipments."""

    dependencies = [
        ("ta_holds", "0010_parts_of_payouts_and_write_offs"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ShipmentShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shipment_ref", models.CharField(max_length=32)),
                ("amount_minor", models.BigIntegerField()),
                ("released_minor", models.BigIntegerField(default=0)),
                ("taken_minor", models.BigIntegerField(default=0)),
                ("allotted_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="ta_holds.hold"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hold", "shipment_ref"), name="share_once_per_hold_and_shipment"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="share_is_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount_minor__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("released_minor"), "+", models.F("taken_minor")
                                ),
                            ),
                            ("released_minor__gte", 0),
                            ("taken_minor__gte", 0),
                        ),
                        name="share_moves_not_above_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("released_minor", 0), ("due_at__isnull", False), _connector="OR"),
                        name="share_released_only_when_due",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
