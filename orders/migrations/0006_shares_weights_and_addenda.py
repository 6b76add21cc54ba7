"""Each shipment's worth and window, weights within a tolerance, and agreed changes beside the frozen contract."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION orders_refuse_changed_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'addendum_is_agreed: addendum % is part of a contract', OLD.ref
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER addendum_is_agreed BEFORE UPDATE ON orders_addendum FOR EACH ROW WHEN (
        OLD.terms_hash <> '' OR NEW.order_id <> OLD.order_id OR NEW.number <> OLD.number OR NEW.side <> OLD.side
        OR NEW.lines <> OLD.lines OR NEW.freight_off_minor <> OLD.freight_off_minor
        OR NEW.value_minor <> OLD.value_minor OR NEW.note <> OLD.note)
    EXECUTE FUNCTION orders_refuse_changed_addendum();

CREATE FUNCTION orders_refuse_changed_worth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'shipment_worth_is_fixed: shipment % has left', OLD.ref USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER shipment_worth_is_fixed BEFORE UPDATE ON orders_shipment FOR EACH ROW WHEN (
        OLD.goods_minor IS NOT NULL AND (NEW.goods_minor IS DISTINCT FROM OLD.goods_minor
        OR NEW.freight_minor IS DISTINCT FROM OLD.freight_minor OR NEW.surplus_minor <> OLD.surplus_minor
        OR NEW.surplus_state <> OLD.surplus_state))
    EXECUTE FUNCTION orders_refuse_changed_worth();

UPDATE orders_orderline SET taken_quantity = shipped_quantity + cancelled_quantity
    WHERE shipped_quantity + cancelled_quantity > 0;
"""

UNDO = """
DROP TRIGGER shipment_worth_is_fixed ON orders_shipment;
DROP FUNCTION orders_refuse_changed_worth();
DROP TRIGGER addendum_is_agreed ON orders_addendum;
DROP FUNCTION orders_refuse_changed_addendum();
"""


class Migration(migrations.Migration):
    """What settles partial shipments."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0002_search_functions"),
        ("orders", "0005_schedule_templates"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Addendum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=32, unique=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "side",
                    models.CharField(
                        choices=[("buyer", "the buyer"), ("supplier", "the supplier")], max_length=8
                    ),
                ),
                ("proposed_by", models.CharField(max_length=120)),
                ("proposed_label", models.CharField(blank=True, max_length=300)),
                ("proposed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("lines", models.JSONField()),
                ("freight_off_minor", models.BigIntegerField(default=0)),
                ("value_minor", models.BigIntegerField()),
                ("note", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waits for an answer"),
                            ("accepted", "agreed"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "not answered in time"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("answered_by", models.CharField(blank=True, max_length=120)),
                ("answered_label", models.CharField(blank=True, max_length=300)),
                ("answered_at", models.DateTimeField(null=True)),
                ("terms", models.JSONField(null=True)),
                ("terms_hash", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="AddendumTransition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_state", models.CharField(blank=True, max_length=32)),
                ("to_state", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(blank=True, max_length=200)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="orderline",
            name="order_line_never_more_packed_than_ordered",
        ),
        migrations.AddField(
            model_name="amendment",
            name="quantity_tolerance_bps",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="milestone",
            name="shipment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="milestones",
                to="orders.shipment",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="freight_from_goods_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="freight_from_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="quantity_tolerance_bps",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="reduced_freight_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="reduced_goods_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="topped_up_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="lower_discount_bps",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="lower_unit_price",
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="price_cut_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="priced_from_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="priced_from_quantity",
            field=models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
        ),
        migrations.AddField(
            model_name="orderline",
            name="taken_quantity",
            field=models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
        ),
        migrations.AddField(
            model_name="orderline",
            name="tolerated_quantity",
            field=models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
        ),
        migrations.AddField(
            model_name="shipment",
            name="accepted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="shipment",
            name="freight_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="shipment",
            name="goods_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="shipment",
            name="inspection_ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="shipment",
            name="surplus_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="shipment",
            name="surplus_state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("asked", "the buyer is asked to pay for it"),
                    ("paid", "paid for"),
                    ("waived", "given without extra pay"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="shipment",
            name="weighed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="shipmentline",
            name="declared_quantity",
            field=models.DecimalField(decimal_places=3, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="shipmentline",
            name="over_quantity",
            field=models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
        ),
        migrations.AlterField(
            model_name="shipmentdocument",
            name="document_type",
            field=models.CharField(
                choices=[
                    ("bill_of_lading", "Bill of lading"),
                    ("air_waybill", "Air waybill"),
                    ("packing_list", "Packing list"),
                    ("commercial_invoice", "Commercial invoice"),
                    ("certificate_of_origin", "Certificate of origin"),
                    ("phytosanitary", "Phytosanitary certificate"),
                    ("inspection", "Inspection certificate"),
                    ("weight_certificate", "Weight certificate"),
                    ("other", "Other document"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "top_up"), ("shipment__isnull", False)),
                    models.Q(("kind", "scheduled"), ("shipment__isnull", True)),
                    _connector="OR",
                ),
                name="milestone_tops_up_exactly_a_shipment",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reduced_freight_minor__gte", 0),
                    (
                        "reduced_freight_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("freight_minor"), "-", models.F("cancelled_freight_minor")
                        ),
                    ),
                    ("reduced_goods_minor__gte", 0),
                    (
                        "reduced_goods_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("goods_minor"), "-", models.F("cancelled_goods_minor")
                        ),
                    ),
                    ("topped_up_minor__gte", 0),
                ),
                name="order_reduced_by_no_more_than_it_costs",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity_tolerance_bps__lte", 2000)),
                name="order_tolerance_at_most_20_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancelled_quantity__gte", 0),
                    (
                        "packed_quantity__lte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("quantity"), "+", models.F("tolerated_quantity")
                            ),
                            "-",
                            models.F("cancelled_quantity"),
                        ),
                    ),
                ),
                name="order_line_never_more_packed_than_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price_cut_minor__gte", 0),
                    ("price_cut_minor__lte", models.F("amount_minor")),
                    ("priced_from_quantity__gte", 0),
                    ("taken_quantity__gte", models.F("priced_from_quantity")),
                    ("taken_quantity__lte", models.F("quantity")),
                ),
                name="order_line_priced_within_the_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("freight_minor__isnull", True), ("goods_minor__isnull", True)),
                    models.Q(("freight_minor__gte", 0), ("goods_minor__gte", 0)),
                    _connector="OR",
                ),
                name="shipment_worth_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["accepted", "delivered", "in_transit"]), _negated=True),
                    models.Q(("surplus_state", "asked"), _negated=True),
                    _connector="OR",
                ),
                name="shipment_leaves_not_before_its_surplus_is_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.CheckConstraint(
                condition=models.Q(("over_quantity__gte", 0), ("over_quantity__lte", models.F("quantity"))),
                name="shipment_line_over_within_quantity",
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="addenda", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="addendumtransition",
            name="addendum",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="transitions", to="orders.addendum"
            ),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=models.UniqueConstraint(fields=("order", "number"), name="addendum_number_once"),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("order",),
                name="addendum_one_waits_per_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=models.CheckConstraint(
                condition=models.Q(("freight_off_minor__gte", 0), ("value_minor__gt", 0)),
                name="addendum_lowers_the_price",
            ),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "accepted"),
                        ("terms__isnull", False),
                        models.Q(("terms_hash", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "accepted"), _negated=True),
                        ("terms__isnull", True),
                        ("terms_hash", ""),
                    ),
                    _connector="OR",
                ),
                name="addendum_terms_frozen_exactly_when_accepted",
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
