import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Claims that name lines and shipments, structured offers and promises, sealed ranges, appeals, second officers, pauses."""

    dependencies = [
        ("orders", "0004_promised_discounts"),
        ("ta_disputes", "0003_strikes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by", models.CharField(max_length=120)),
                ("by_label", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ClaimLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("unit_code", models.CharField(max_length=3)),
                ("hs_chapter", models.CharField(blank=True, max_length=2)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                ("value_minor", models.BigIntegerField()),
                ("claimed_minor", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="DecisionLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("refund_minor", models.BigIntegerField()),
                ("release_minor", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="DecisionTransition",
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
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("promised", "to be sent"),
                            ("sent", "on its way"),
                            ("kept", "done"),
                            ("broken", "not done in time"),
                            ("contested", "contested"),
                            ("dropped", "no longer needed"),
                        ],
                        default="promised",
                        max_length=12,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("carrier", models.CharField(blank=True, max_length=80)),
                ("tracking_number", models.CharField(blank=True, max_length=64)),
                ("sent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("contested_because", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="PromiseTransition",
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
        migrations.CreateModel(
            name="SealedRange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("buyer", "buyer"),
                            ("supplier", "supplier"),
                            ("officer", "dispute officer"),
                        ],
                        max_length=8,
                    ),
                ),
                ("bound_minor", models.BigIntegerField()),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("replaced", "replaced"),
                            ("withdrawn", "withdrawn"),
                            ("met", "met"),
                            ("dropped", "no longer needed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("sealed_by", models.CharField(max_length=120)),
                ("sealed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="decision",
            name="decision_no_part_is_negative",
        ),
        migrations.RemoveConstraint(
            model_name="dispute",
            name="dispute_one_at_a_time_per_hold",
        ),
        migrations.RemoveConstraint(
            model_name="dispute",
            name="dispute_ended_exactly_when_not_open",
        ),
        migrations.RemoveConstraint(
            model_name="dispute",
            name="dispute_decided_only_after_escalation",
        ),
        migrations.RemoveConstraint(
            model_name="offer",
            name="offer_refunds_something",
        ),
        migrations.RemoveField(
            model_name="dispute",
            name="hold",
        ),
        migrations.AddField(
            model_name="decision",
            name="divided_minor",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="decision",
            name="in_force_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="instance",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="decision",
            name="needs_second",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="decision",
            name="second_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="second_label",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="decision",
            name="second_note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="second_officer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "waits for a second officer"),
                    ("in_force", "in force"),
                    ("rejected", "not approved by the second officer"),
                    ("overturned", "replaced on appeal"),
                    ("dropped", "no longer needed"),
                ],
                default="proposed",
                max_length=12,
            ),
        ),
        # Decisions there were before came into force as they were made.
        migrations.RunSQL(
            "UPDATE ta_disputes_decision SET state = 'in_force', in_force_at = decided_at, "
            "divided_minor = refund_minor + release_minor",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="dispute",
            name="appeal_grounds",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dispute",
            name="appealed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="dispute",
            name="appealed_by_side",
            field=models.CharField(
                blank=True,
                choices=[("buyer", "buyer"), ("supplier", "supplier"), ("officer", "dispute officer")],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="charged_back_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dispute",
            name="ended_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("claim_accepted", "the supplier granted the claim"),
                    ("offer_accepted", "an offer was accepted"),
                    ("ranges_met", "the two sealed ranges met"),
                    ("promise_kept", "what was agreed was done"),
                    ("promise_broken", "what was promised was not done in time"),
                    ("claim_withdrawn", "the buyer withdrew the claim"),
                    ("decision", "an officer decided"),
                    ("charged_back", "the buyer's bank took the money back"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="overdue_count",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dispute",
            name="pause_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dispute",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="dispute",
            name="paused_seconds",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dispute",
            name="shipment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to="orders.shipment",
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="discount_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="offer",
            name="due_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="offer",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="offer",
            name="kind",
            field=models.CharField(
                choices=[
                    ("refund_amount", "refund an amount"),
                    ("return_and_refund", "return the goods, then refund"),
                    ("replace", "replace the goods"),
                    ("discount_next_order", "discount on the next order"),
                    ("keep_and_pay", "keep the goods and pay"),
                ],
                default="refund_amount",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="return_paid_by",
            field=models.CharField(
                blank=True,
                choices=[("buyer", "buyer"), ("supplier", "supplier"), ("officer", "dispute officer")],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="appeal_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="decision",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="ta_disputes.dispute",
            ),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="state",
            field=models.CharField(
                choices=[
                    ("negotiation", "the two sides negotiate"),
                    ("escalated", "with the dispute officer"),
                    ("agreed", "agreed, to be carried out"),
                    ("decided", "decided, appeal window open"),
                    ("appealed", "appealed, with another officer"),
                    ("closed", "decided and carried out"),
                    ("settled", "settled by agreement"),
                    ("withdrawn", "withdrawn by the buyer"),
                    ("charged_back", "ended: the money was charged back"),
                ],
                default="negotiation",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "waits for an answer"),
                    ("accepted", "accepted"),
                    ("superseded", "replaced by a newer offer"),
                    ("declined", "declined"),
                    ("withdrawn", "withdrawn"),
                    ("lapsed", "ran out without an answer"),
                    ("expired", "no longer needed"),
                ],
                default="open",
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["reason", "ended_at"], name="dispute_by_reason"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("proposed", "in_force", "overturned"))),
                fields=("dispute", "instance"),
                name="decision_one_per_instance",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "divided_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("refund_minor"), "+", models.F("release_minor")
                        ),
                    ),
                    ("refund_minor__gte", 0),
                    ("release_minor__gte", 0),
                ),
                name="decision_divides_not_more_than_there_is",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("instance__in", [1, 2])), name="decision_first_or_second"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_officer__isnull", True),
                    models.Q(("second_officer", models.F("officer")), _negated=True),
                    _connector="OR",
                ),
                name="decision_approved_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("needs_second", True), ("state", "in_force"), _negated=True),
                    ("second_officer__isnull", False),
                    _connector="OR",
                ),
                name="decision_above_the_limit_has_two_officers",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("charged_back_minor__gte", 0), ("charged_back_minor__lte", models.F("claimed_minor"))
                ),
                name="dispute_charged_back_within_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("state__in", ("negotiation", "escalated", "agreed", "decided", "appealed")),
                    ),
                    models.Q(
                        models.Q(
                            ("state__in", ("negotiation", "escalated", "agreed", "decided", "appealed")),
                            _negated=True,
                        ),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="dispute_ended_exactly_when_not_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["escalated", "decided", "appealed", "closed"]), _negated=True),
                    ("escalated_at__isnull", False),
                    _connector="OR",
                ),
                name="dispute_decided_only_after_escalation",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "appealed"), _negated=True),
                    models.Q(
                        ("appealed_at__isnull", False),
                        models.Q(("appeal_grounds", ""), _negated=True),
                        models.Q(("appealed_by_side", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dispute_appealed_with_grounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused_at__isnull", True),
                    models.Q(("pause_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="dispute_pause_has_a_written_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("discount_minor", 0), ("refund_minor__gt", 0)),
                    models.Q(("discount_minor", 0), ("kind", "keep_and_pay"), ("refund_minor", 0)),
                    models.Q(("discount_minor__gt", 0), ("kind", "discount_next_order"), ("refund_minor", 0)),
                    _connector="OR",
                ),
                name="offer_gives_what_its_kind_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["return_and_refund", "replace", "discount_next_order"]), _negated=True
                    ),
                    ("due_on__isnull", False),
                    _connector="OR",
                ),
                name="offer_of_its_kind_has_a_day",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="ta_disputes.dispute",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="officer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="ta_disputes.dispute"
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="orders.orderline"
            ),
        ),
        migrations.AddField(
            model_name="decisionline",
            name="claim_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ta_disputes.claimline"
            ),
        ),
        migrations.AddField(
            model_name="decisionline",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="ta_disputes.decision"
            ),
        ),
        migrations.AddField(
            model_name="decisiontransition",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="ta_disputes.decision",
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="ta_disputes.dispute"
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="offer",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="promise", to="ta_disputes.offer"
            ),
        ),
        migrations.AddField(
            model_name="promisetransition",
            name="promise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="ta_disputes.promise",
            ),
        ),
        migrations.AddField(
            model_name="sealedrange",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sealed_ranges",
                to="ta_disputes.dispute",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("dispute",),
                name="assignment_one_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="claimline",
            index=models.Index(fields=["hs_chapter"], name="claim_line_by_hs_chapter"),
        ),
        migrations.AddConstraint(
            model_name="claimline",
            constraint=models.UniqueConstraint(fields=("dispute", "line"), name="claim_line_once_per_claim"),
        ),
        migrations.AddConstraint(
            model_name="claimline",
            constraint=models.CheckConstraint(
                condition=models.Q(("claimed_minor__gte", 0), ("quantity__gt", 0), ("value_minor__gte", 0)),
                name="claim_line_names_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionline",
            constraint=models.UniqueConstraint(fields=("decision", "claim_line"), name="decision_line_once"),
        ),
        migrations.AddConstraint(
            model_name="decisionline",
            constraint=models.CheckConstraint(
                condition=models.Q(("refund_minor__gte", 0), ("release_minor__gte", 0)),
                name="decision_line_no_part_is_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["promised", "sent"])),
                fields=("dispute",),
                name="promise_one_open_per_dispute",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sent", "kept", "contested"]), _negated=True),
                    models.Q(("sent_at__isnull", False), models.Q(("carrier", ""), _negated=True)),
                    _connector="OR",
                ),
                name="promise_sent_with_a_carrier",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedrange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("dispute", "side"),
                name="sealed_range_one_per_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedrange",
            constraint=models.CheckConstraint(
                condition=models.Q(("bound_minor__gt", 0)), name="sealed_range_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedrange",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["buyer", "supplier"])), name="sealed_range_of_one_of_the_two"
            ),
        ),
    ]
