import functools
from decimal import Decimal
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import marketplace.core.ids
import orders.rules.schedule
from marketplace.core.schema import CreateModels

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """Orders as migrations 0001 to 0006 left them: tables, and the guards that PostgreSQL keeps (see the SQL file)."""

    initial = True

    replaces = [
        ("orders", "0001_initial"),
        ("orders", "0002_guards"),
        ("orders", "0003_payment_schedules"),
        ("orders", "0004_promised_discounts"),
        ("orders", "0005_schedule_templates"),
        ("orders", "0006_shares_weights_and_addenda"),
    ]

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("files", "0001_initial"),
        ("catalog", "0001_squashed_0003_listing_visibility"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Amendment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField()),
                        ("proposed_by", models.CharField(max_length=120)),
                        ("proposed_at", models.DateTimeField()),
                        ("lines", models.JSONField()),
                        ("goods_minor", models.BigIntegerField()),
                        ("freight_minor", models.BigIntegerField()),
                        ("total_minor", models.BigIntegerField()),
                        ("ship_by", models.DateField()),
                        ("incoterms_rule", models.CharField(max_length=3)),
                        ("named_place", models.CharField(max_length=120)),
                        ("note", models.TextField(blank=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "waits for the buyer"),
                                    ("accepted", "accepted"),
                                    ("declined", "declined by the buyer"),
                                    ("superseded", "no longer on the table"),
                                ],
                                default="proposed",
                                max_length=12,
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="amendments",
                                to="orders.order",
                            ),
                        ),
                        ("schedule", models.JSONField(default=orders.rules.schedule.whole_order_data)),
                        ("quantity_tolerance_bps", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("order", "version"), name="amendment_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "proposed")),
                                fields=("order",),
                                name="amendment_one_waits_per_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("freight_minor__gte", 0),
                                    ("goods_minor__gte", 0),
                                    (
                                        "total_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("goods_minor"), "+", models.F("freight_minor")
                                        ),
                                    ),
                                ),
                                name="amendment_total_is_goods_plus_freight",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AmendmentTransition",
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
                        (
                            "amendment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="transitions",
                                to="orders.amendment",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="CarrierEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("carrier_code", models.CharField(max_length=80)),
                        ("event_id", models.CharField(max_length=120)),
                        ("body", models.TextField()),
                        ("body_sha256", models.CharField(max_length=64)),
                        ("tracking_number", models.CharField(blank=True, max_length=64)),
                        ("status", models.CharField(blank=True, max_length=16)),
                        ("occurred_at", models.DateTimeField(null=True)),
                        ("received_at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("applied", "applied"),
                                    ("known", "already known"),
                                    ("review", "kept for review"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("note", models.TextField(blank=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["outcome", "received_at"], name="carrier_event_by_outcome")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("carrier_code", "event_id"), name="carrier_event_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Cart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "company",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="cart",
                                to="accounts.company",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Order",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        ("number", models.CharField(max_length=20, unique=True)),
                        ("placed_by", models.CharField(max_length=120)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("placed", "placed"),
                                    ("confirmed", "confirmed"),
                                    ("in_production", "in production"),
                                    ("shipped", "shipped"),
                                    ("delivered", "delivered"),
                                    ("completed", "completed"),
                                    ("declined", "declined"),
                                    ("lapsed", "lapsed"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="placed",
                                max_length=16,
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("goods_minor", models.BigIntegerField()),
                        ("freight_minor", models.BigIntegerField(default=0)),
                        ("total_minor", models.BigIntegerField()),
                        ("cancelled_goods_minor", models.BigIntegerField(default=0)),
                        ("cancelled_freight_minor", models.BigIntegerField(default=0)),
                        ("cancelled_part_minor", models.BigIntegerField(default=0)),
                        ("commission_bps", models.PositiveIntegerField(null=True)),
                        ("delivery_address", models.JSONField()),
                        ("incoterms_rule", models.CharField(max_length=3)),
                        ("named_place", models.CharField(max_length=120)),
                        (
                            "transport_mode",
                            models.CharField(
                                choices=[
                                    ("sea", "sea"),
                                    ("land", "road or rail"),
                                    ("air", "air"),
                                    ("express", "express courier"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("ship_by", models.DateField()),
                        ("transit_days", models.PositiveIntegerField()),
                        ("buyer_note", models.TextField(blank=True)),
                        ("clocks", models.JSONField()),
                        ("terms", models.JSONField(null=True)),
                        ("terms_hash", models.CharField(blank=True, max_length=64)),
                        ("placed_at", models.DateTimeField()),
                        ("confirmed_at", models.DateTimeField(null=True)),
                        ("cleared_to_produce_at", models.DateTimeField(null=True)),
                        ("cleared_to_ship_at", models.DateTimeField(null=True)),
                        ("delivered_at", models.DateTimeField(null=True)),
                        ("inspection_ends_at", models.DateTimeField(null=True)),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("late", models.BooleanField(default=False)),
                        (
                            "buyer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders_bought",
                                to="accounts.company",
                            ),
                        ),
                        (
                            "supplier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders_sold",
                                to="accounts.company",
                            ),
                        ),
                        ("schedule", models.JSONField(default=orders.rules.schedule.whole_order_data)),
                        ("ship_by_extended_to", models.DateField(null=True)),
                        (
                            "promised_discount",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="orders.promiseddiscount",
                            ),
                        ),
                        ("awaits_payment_since", models.DateTimeField(null=True)),
                        ("freight_from_goods_minor", models.BigIntegerField(default=0)),
                        ("freight_from_minor", models.BigIntegerField(default=0)),
                        ("quantity_tolerance_bps", models.PositiveIntegerField(default=0)),
                        ("reduced_freight_minor", models.BigIntegerField(default=0)),
                        ("reduced_goods_minor", models.BigIntegerField(default=0)),
                        ("topped_up_minor", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["buyer", "-placed_at", "-id"], name="order_by_buyer"),
                            models.Index(fields=["supplier", "-placed_at", "-id"], name="order_by_supplier"),
                            models.Index(fields=["state"], name="order_by_state"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("buyer", models.F("supplier")), _negated=True),
                                name="order_not_from_own_company",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("freight_minor__gte", 0),
                                    ("goods_minor__gte", 0),
                                    (
                                        "total_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("goods_minor"), "+", models.F("freight_minor")
                                        ),
                                    ),
                                ),
                                name="order_total_is_goods_plus_freight",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("total_minor__lt", 1000000000000)),
                                name="order_total_has_at_most_12_digits",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("cancelled_freight_minor__gte", 0),
                                    ("cancelled_freight_minor__lte", models.F("freight_minor")),
                                    ("cancelled_goods_minor__gte", 0),
                                    ("cancelled_goods_minor__lte", models.F("goods_minor")),
                                    (
                                        "cancelled_part_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("cancelled_goods_minor"),
                                            "+",
                                            models.F("cancelled_freight_minor"),
                                        ),
                                    ),
                                ),
                                name="order_cancelled_part_within_total",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("commission_bps__isnull", True),
                                        ("confirmed_at__isnull", True),
                                        ("terms__isnull", True),
                                        ("terms_hash", ""),
                                    ),
                                    models.Q(
                                        ("commission_bps__isnull", False),
                                        ("confirmed_at__isnull", False),
                                        ("terms__isnull", False),
                                        models.Q(("terms_hash", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="order_terms_frozen_exactly_when_confirmed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        (
                                            "state__in",
                                            [
                                                "completed",
                                                "confirmed",
                                                "delivered",
                                                "in_production",
                                                "shipped",
                                            ],
                                        ),
                                        _negated=True,
                                    ),
                                    ("confirmed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="order_runs_only_when_confirmed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("cleared_to_ship_at__isnull", True),
                                    ("cleared_to_produce_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="order_cleared_to_ship_only_after_produce",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "delivered"), _negated=True),
                                    ("delivered_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="order_delivered_at_some_moment",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("ended_at__isnull", False),
                                        ("state__in", ["cancelled", "completed", "declined", "lapsed"]),
                                    ),
                                    models.Q(
                                        models.Q(
                                            ("state__in", ["cancelled", "completed", "declined", "lapsed"]),
                                            _negated=True,
                                        ),
                                        ("ended_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="order_ended_exactly_when_over",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ship_by_extended_to__isnull", True),
                                    ("ship_by_extended_to__gt", models.F("ship_by")),
                                    _connector="OR",
                                ),
                                name="order_ship_by_is_only_ever_extended",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("state__in", ["cancelled", "declined", "lapsed"]), _negated=True
                                ),
                                fields=("promised_discount",),
                                name="order_uses_a_promised_discount_alone",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reduced_freight_minor__gte", 0),
                                    (
                                        "reduced_freight_minor__lte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("freight_minor"),
                                            "-",
                                            models.F("cancelled_freight_minor"),
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
                            models.CheckConstraint(
                                condition=models.Q(("quantity_tolerance_bps__lte", 2000)),
                                name="order_tolerance_at_most_20_percent",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Milestone",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        ("title", models.CharField(max_length=120)),
                        ("share_bps", models.PositiveIntegerField()),
                        ("amount_minor", models.BigIntegerField()),
                        (
                            "fund_on",
                            models.CharField(
                                choices=[
                                    ("confirmation", "when the order is confirmed"),
                                    ("before_shipment", "before the goods leave"),
                                    ("date", "on a date"),
                                ],
                                max_length=32,
                            ),
                        ),
                        (
                            "release_on",
                            models.CharField(
                                choices=[
                                    (
                                        "shipment_documents",
                                        "when the goods have left and their documents are there",
                                    ),
                                    ("delivery", "when the goods have arrived"),
                                    ("acceptance", "when the goods are accepted"),
                                ],
                                max_length=32,
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="milestones",
                                to="orders.order",
                            ),
                        ),
                        ("fund_on_date", models.DateField(null=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("scheduled", "of the payment schedule"),
                                    ("top_up", "for more goods than ordered"),
                                ],
                                default="scheduled",
                                max_length=16,
                            ),
                        ),
                        (
                            "shipment",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="milestones",
                                to="orders.shipment",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("order", "position"), name="milestone_position_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_minor__gte", 0),
                                    ("share_bps__lte", 10000),
                                    models.Q(("share_bps__gt", 0), ("kind", "top_up"), _connector="OR"),
                                ),
                                name="milestone_is_a_share_of_the_total",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("fund_on", "date"), ("fund_on_date__isnull", False)),
                                    models.Q(
                                        models.Q(("fund_on", "date"), _negated=True),
                                        ("fund_on_date__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="milestone_has_a_date_exactly_when_paid_on_one",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "top_up"), ("shipment__isnull", False)),
                                    models.Q(("kind", "scheduled"), ("shipment__isnull", True)),
                                    _connector="OR",
                                ),
                                name="milestone_tops_up_exactly_a_shipment",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=60)),
                        ("params", models.JSONField(default=dict)),
                        (
                            "audience",
                            models.CharField(
                                choices=[
                                    ("both", "both sides"),
                                    ("buyer", "the buyer"),
                                    ("supplier", "the supplier"),
                                    ("staff", "officers"),
                                ],
                                default="both",
                                max_length=8,
                            ),
                        ),
                        ("actor", models.CharField(max_length=120)),
                        ("actor_label", models.CharField(blank=True, max_length=300)),
                        ("at", models.DateTimeField()),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["order", "at"], name="order_event_by_order")],
                    },
                ),
                migrations.CreateModel(
                    name="OrderLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        ("title", models.CharField(max_length=200)),
                        ("sku", models.CharField(blank=True, max_length=64)),
                        ("hs_code", models.CharField(blank=True, max_length=10)),
                        ("origin", models.CharField(blank=True, max_length=2)),
                        ("unit_code", models.CharField(max_length=3)),
                        ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                        ("unit_price", models.DecimalField(decimal_places=6, max_digits=18)),
                        ("discount_bps", models.PositiveIntegerField(default=0)),
                        ("amount_minor", models.BigIntegerField()),
                        ("specification", models.TextField(blank=True)),
                        (
                            "packed_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                        (
                            "shipped_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                        (
                            "delivered_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                        (
                            "cancelled_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="orders.order",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="catalog.product",
                            ),
                        ),
                        (
                            "variant",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="catalog.variant",
                            ),
                        ),
                        ("promised_discount_minor", models.BigIntegerField(default=0)),
                        ("lower_discount_bps", models.PositiveIntegerField(null=True)),
                        ("lower_unit_price", models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                        ("price_cut_minor", models.BigIntegerField(default=0)),
                        ("priced_from_minor", models.BigIntegerField(default=0)),
                        (
                            "priced_from_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                        (
                            "taken_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                        (
                            "tolerated_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("order", "position"), name="order_line_position_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("delivered_quantity__gte", 0),
                                    ("delivered_quantity__lte", models.F("shipped_quantity")),
                                    ("shipped_quantity__lte", models.F("packed_quantity")),
                                ),
                                name="order_line_delivered_within_shipped_within_packed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_minor__gte", 0),
                                    ("discount_bps__lte", 10000),
                                    ("promised_discount_minor__gte", 0),
                                    ("quantity__gte", 0),
                                    ("unit_price__gte", 0),
                                ),
                                name="order_line_not_negative",
                            ),
                            models.CheckConstraint(
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
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("price_cut_minor__gte", 0),
                                    ("price_cut_minor__lte", models.F("amount_minor")),
                                    ("priced_from_quantity__gte", 0),
                                    ("taken_quantity__gte", models.F("priced_from_quantity")),
                                    ("taken_quantity__lte", models.F("quantity")),
                                ),
                                name="order_line_priced_within_the_ordered",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderTransition",
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
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="transitions",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Shipment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=32, unique=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("packed", "packed"),
                                    ("in_transit", "in transit"),
                                    ("delivered", "delivered"),
                                    ("accepted", "accepted"),
                                    ("unpacked", "unpacked again"),
                                ],
                                default="packed",
                                max_length=12,
                            ),
                        ),
                        (
                            "transport_mode",
                            models.CharField(
                                choices=[
                                    ("sea", "sea"),
                                    ("land", "road or rail"),
                                    ("air", "air"),
                                    ("express", "express courier"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("carrier", models.CharField(max_length=80)),
                        ("carrier_code", models.CharField(max_length=80)),
                        ("tracking_number", models.CharField(blank=True, max_length=64)),
                        ("packed_at", models.DateTimeField()),
                        ("shipped_on", models.DateField(null=True)),
                        ("promised_arrival_on", models.DateField(null=True)),
                        ("late", models.BooleanField(default=False)),
                        ("tracked_at", models.DateTimeField(null=True)),
                        ("unproven_at", models.DateTimeField(null=True)),
                        ("delivered_at", models.DateTimeField(null=True)),
                        (
                            "delivery_source",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("buyer", "the buyer"),
                                    ("officer", "a dispute officer"),
                                    ("carrier", "the carrier"),
                                    ("presumed", "presumed, by the clock"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="shipments",
                                to="orders.order",
                            ),
                        ),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("freight_minor", models.BigIntegerField(null=True)),
                        ("goods_minor", models.BigIntegerField(null=True)),
                        ("inspection_ends_at", models.DateTimeField(null=True)),
                        ("surplus_minor", models.BigIntegerField(default=0)),
                        (
                            "surplus_state",
                            models.CharField(
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
                        ("weighed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["carrier_code", "tracking_number"], name="shipment_by_tracking"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("order", "id"), name="shipment_known_by_its_order"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["accepted", "delivered", "in_transit"]), _negated=True
                                    ),
                                    models.Q(
                                        ("promised_arrival_on__isnull", False), ("shipped_on__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="shipment_gone_on_some_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("delivered_at__isnull", False),
                                        ("state__in", ["accepted", "delivered"]),
                                        models.Q(("delivery_source", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("state__in", ["accepted", "delivered"]), _negated=True),
                                        ("delivered_at__isnull", True),
                                        ("delivery_source", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="shipment_delivered_with_a_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("promised_arrival_on__isnull", True),
                                    ("shipped_on__isnull", True),
                                    ("promised_arrival_on__gte", models.F("shipped_on")),
                                    _connector="OR",
                                ),
                                name="shipment_arrives_not_before_it_leaves",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("freight_minor__isnull", True), ("goods_minor__isnull", True)),
                                    models.Q(("freight_minor__gte", 0), ("goods_minor__gte", 0)),
                                    _connector="OR",
                                ),
                                name="shipment_worth_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["accepted", "delivered", "in_transit"]), _negated=True
                                    ),
                                    models.Q(("surplus_state", "asked"), _negated=True),
                                    _connector="OR",
                                ),
                                name="shipment_leaves_not_before_its_surplus_is_settled",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ShipmentDocument",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "document_type",
                            models.CharField(
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
                        ("attached_by", models.CharField(max_length=120)),
                        ("attached_at", models.DateTimeField()),
                        (
                            "file",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                        (
                            "shipment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="documents",
                                to="orders.shipment",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ShipmentLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="shipment_lines",
                                to="orders.orderline",
                            ),
                        ),
                        (
                            "shipment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="orders.shipment",
                            ),
                        ),
                        (
                            "declared_quantity",
                            models.DecimalField(decimal_places=3, max_digits=14, null=True),
                        ),
                        (
                            "over_quantity",
                            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=14),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("shipment", "line"), name="shipment_line_once"),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)),
                                name="shipment_line_quantity_above_zero",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("over_quantity__gte", 0), ("over_quantity__lte", models.F("quantity"))
                                ),
                                name="shipment_line_over_within_quantity",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ShipmentTransition",
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
                        (
                            "shipment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="transitions",
                                to="orders.shipment",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="CartLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                        ("added_at", models.DateTimeField()),
                        (
                            "cart",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="orders.cart",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="catalog.product",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("cart", "product"), name="cart_line_once_per_product"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)), name="cart_line_quantity_above_zero"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PromisedDiscount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "ref",
                            models.CharField(
                                default=functools.partial(marketplace.core.ids.new_ref, *("disc",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("amount_minor", models.BigIntegerField()),
                        ("cause", models.CharField(max_length=32, unique=True)),
                        ("promised_by", models.CharField(max_length=120)),
                        ("promised_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        (
                            "buyer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                        (
                            "supplier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["buyer", "supplier"], name="promised_discount_by_sides")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0)),
                                name="promised_discount_above_zero",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("buyer", models.F("supplier")), _negated=True),
                                name="promised_discount_between_two_companies",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("expires_at__gt", models.F("promised_at"))),
                                name="promised_discount_lasts_a_while",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScheduleTemplate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "ref",
                            models.CharField(
                                default=functools.partial(marketplace.core.ids.new_ref, *("sch",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("milestones", models.JSONField()),
                        ("is_default", models.BooleanField(default=False)),
                        ("changed_by", models.CharField(max_length=120)),
                        ("changed_at", models.DateTimeField()),
                        (
                            "supplier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="schedule_templates",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("supplier", "name"), name="schedule_template_name_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_default", True)),
                                fields=("supplier",),
                                name="schedule_template_one_default",
                            ),
                        ],
                    },
                ),
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
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="addenda",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("order", "number"), name="addendum_number_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "proposed")),
                                fields=("order",),
                                name="addendum_one_waits_per_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("freight_off_minor__gte", 0), ("value_minor__gt", 0)),
                                name="addendum_lowers_the_price",
                            ),
                            models.CheckConstraint(
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
                        ],
                    },
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
                        (
                            "addendum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="transitions",
                                to="orders.addendum",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            sql=(SQL / "0001_squashed_guards.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0001_squashed_guards_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
