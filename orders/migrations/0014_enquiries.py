import functools

import django.db.models.deletion
from django.db import migrations, models

import marketplace.core.ids


class Migration(migrations.Migration):
    """Enquiries with their messages, reports and decisions; who has ordered is known to its supplier."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0034_answer_times_and_known_buyers"),
        ("orders", "0013_suppliers_review_their_buyers"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Enquiry",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("enq",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14, null=True)),
                ("unit_code", models.CharField(blank=True, max_length=3)),
                (
                    "country",
                    models.CharField(blank=True, help_text="where the goods are to go", max_length=2),
                ),
                ("wanted_on", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("answered", "answered"), ("closed", "closed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("first_answered_at", models.DateTimeField(null=True)),
                ("last_message_at", models.DateTimeField()),
                ("waits_since", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("both", "both sides"),
                            ("buyer", "the buyer"),
                            ("supplier", "the supplier"),
                            ("staff", "officers"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reported_at", models.DateTimeField(null=True)),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiries_sent",
                        to="accounts.company",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiries",
                        to="catalog.product",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiries_received",
                        to="accounts.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "enquiries",
            },
        ),
        migrations.CreateModel(
            name="EnquiryDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[("kept", "nothing is wrong with it"), ("stopped", "stopped")], max_length=8
                    ),
                ),
                ("reason", models.TextField()),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="orders.enquiry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EnquiryMessage",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("msg",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("text", models.TextField()),
                ("author", models.CharField(max_length=120)),
                ("author_name", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
                    ),
                ),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="orders.enquiry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EnquiryReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("advertising", "it advertises something and asks nothing"),
                            ("around", "it asks to pay or to deal outside this marketplace"),
                            ("fraud", "it looks like fraud"),
                            ("insult", "it insults or threatens"),
                            ("other", "another reason"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("reported_by", models.CharField(max_length=120)),
                ("reported_by_label", models.CharField(blank=True, max_length=300)),
                ("reported_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answered",
                        to="orders.enquirydecision",
                    ),
                ),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="orders.enquiry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EnquiryTransition",
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
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transitions",
                        to="orders.enquiry",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(fields=["buyer", "-last_message_at", "-id"], name="enquiry_by_buyer"),
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(fields=["supplier", "-last_message_at", "-id"], name="enquiry_by_supplier"),
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(fields=["supplier", "asked_at"], name="enquiry_by_supplier_and_day"),
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["supplier", "waits_since"],
                name="enquiry_waiting_by_supplier",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(("buyer", models.F("supplier")), _negated=True),
                name="enquiry_not_to_own_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quantity__isnull", True), ("unit_code", "")),
                    models.Q(("quantity__gt", 0), models.Q(("unit_code", ""), _negated=True)),
                    _connector="OR",
                ),
                name="enquiry_quantity_is_above_zero_and_has_a_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), ("waits_since__isnull", False)),
                    models.Q(models.Q(("state", "open"), _negated=True), ("waits_since__isnull", True)),
                    _connector="OR",
                ),
                name="enquiry_waits_exactly_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "answered"), _negated=True),
                    ("first_answered_at__isnull", False),
                    _connector="OR",
                ),
                name="enquiry_answered_at_some_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("state", "closed"),
                        models.Q(("closed_by", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "closed"), _negated=True),
                        ("closed_at__isnull", True),
                        ("closed_by", ""),
                    ),
                    _connector="OR",
                ),
                name="enquiry_closed_by_somebody_at_a_moment",
            ),
        ),
        migrations.AddIndex(
            model_name="enquirydecision",
            index=models.Index(fields=["enquiry", "-at"], name="enquiry_decision_by_enquiry"),
        ),
        migrations.AddConstraint(
            model_name="enquirydecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="enquiry_decision_has_a_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="enquirymessage",
            index=models.Index(fields=["enquiry", "at"], name="enquiry_message_by_enquiry"),
        ),
        migrations.AddIndex(
            model_name="enquirymessage",
            index=models.Index(fields=["company", "-at"], name="enquiry_message_by_company"),
        ),
        migrations.AddConstraint(
            model_name="enquirymessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="enquiry_message_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="enquiryreport",
            index=models.Index(
                condition=models.Q(("decision", None)),
                fields=["reported_at"],
                name="enquiry_report_open_by_age",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiryreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decision", None)),
                fields=("enquiry", "company"),
                name="enquiry_reported_once_by_a_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiryreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", "other"), _negated=True),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="enquiry_report_other_has_words",
            ),
        ),
        migrations.RunSQL(
            """
            INSERT INTO catalog_knownbuyer (supplier_id, buyer_id, since)
            SELECT supplier_id, buyer_id, min(placed_at) FROM orders_order GROUP BY supplier_id, buyer_id
            ON CONFLICT DO NOTHING
            """,
            migrations.RunSQL.noop,
        ),
    ]
