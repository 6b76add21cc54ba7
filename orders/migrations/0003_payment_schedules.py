"""Payment schedules on orders and amendments, frozen with the contract; no goods leave before they are cleared."""

from django.db import migrations, models

import orders.rules.schedule

GUARDS = """
CREATE OR REPLACE FUNCTION orders_refuse_changed_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.terms_hash <> '' AND (
        NEW.terms IS DISTINCT FROM OLD.terms OR NEW.terms_hash <> OLD.terms_hash
        OR NEW.total_minor <> OLD.total_minor OR NEW.goods_minor <> OLD.goods_minor
        OR NEW.freight_minor <> OLD.freight_minor OR NEW.currency <> OLD.currency
        OR NEW.commission_bps IS DISTINCT FROM OLD.commission_bps OR NEW.clocks IS DISTINCT FROM OLD.clocks
        OR NEW.ship_by <> OLD.ship_by OR NEW.buyer_id <> OLD.buyer_id OR NEW.supplier_id <> OLD.supplier_id
        OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.schedule <> OLD.schedule
    ) THEN
        RAISE EXCEPTION 'order_terms_are_frozen: order % is a contract', OLD.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION orders_refuse_changed_milestone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'milestone_is_agreed: milestone % of order % is part of a contract', OLD.position, OLD.order_id
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER milestone_is_agreed BEFORE UPDATE ON orders_milestone FOR EACH ROW WHEN (
        NEW.order_id <> OLD.order_id OR NEW.position <> OLD.position OR NEW.kind <> OLD.kind
        OR NEW.share_bps <> OLD.share_bps OR NEW.amount_minor <> OLD.amount_minor
        OR NEW.fund_on <> OLD.fund_on OR NEW.fund_on_date IS DISTINCT FROM OLD.fund_on_date
        OR NEW.release_on <> OLD.release_on)
    EXECUTE FUNCTION orders_refuse_changed_milestone();

CREATE FUNCTION orders_refuse_departure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT o.cleared_to_ship_at FROM orders_order o WHERE o.id = NEW.order_id) IS NULL THEN
        RAISE EXCEPTION 'shipment_leaves_only_when_cleared: shipment % waits for the buyer''s money', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER shipment_leaves_only_when_cleared BEFORE UPDATE OF state ON orders_shipment FOR EACH ROW
    WHEN (NEW.state = 'in_transit' AND OLD.state <> 'in_transit') EXECUTE FUNCTION orders_refuse_departure();
"""

UNDO = """
DROP TRIGGER shipment_leaves_only_when_cleared ON orders_shipment;
DROP FUNCTION orders_refuse_departure();
DROP TRIGGER milestone_is_agreed ON orders_milestone;
DROP FUNCTION orders_refuse_changed_milestone();
"""


class Migration(migrations.Migration):
    """Payment schedules, and the guards that keep them."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("orders", "0002_guards"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="milestone",
            name="milestone_is_a_share_of_the_total",
        ),
        migrations.AddField(
            model_name="amendment",
            name="schedule",
            field=models.JSONField(default=orders.rules.schedule.whole_order_data),
        ),
        migrations.AddField(
            model_name="milestone",
            name="fund_on_date",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="milestone",
            name="kind",
            field=models.CharField(
                choices=[("scheduled", "of the payment schedule"), ("top_up", "for more goods than ordered")],
                default="scheduled",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="schedule",
            field=models.JSONField(default=orders.rules.schedule.whole_order_data),
        ),
        migrations.AddField(
            model_name="order",
            name="ship_by_extended_to",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="milestone",
            name="fund_on",
            field=models.CharField(
                choices=[
                    ("confirmation", "when the order is confirmed"),
                    ("before_shipment", "before the goods leave"),
                    ("date", "on a date"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="milestone",
            name="release_on",
            field=models.CharField(
                choices=[
                    ("shipment_documents", "when the goods have left and their documents are there"),
                    ("delivery", "when the goods have arrived"),
                    ("acceptance", "when the goods are accepted"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gte", 0),
                    ("share_bps__lte", 10000),
                    models.Q(("share_bps__gt", 0), ("kind", "top_up"), _connector="OR"),
                ),
                name="milestone_is_a_share_of_the_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fund_on", "date"), ("fund_on_date__isnull", False)),
                    models.Q(models.Q(("fund_on", "date"), _negated=True), ("fund_on_date__isnull", True)),
                    _connector="OR",
                ),
                name="milestone_has_a_date_exactly_when_paid_on_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ship_by_extended_to__isnull", True),
                    ("ship_by_extended_to__gt", models.F("ship_by")),
                    _connector="OR",
                ),
                name="order_ship_by_is_only_ever_extended",
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
