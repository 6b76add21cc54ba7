import functools
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids
from marketplace.core.schema import CreateModels

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """Disputes as migrations 0001 to 0007 left them: tables, and the guards that PostgreSQL keeps (see the SQL file)."""

    initial = True

    replaces = [
        ("ta_disputes", "0001_initial"),
        ("ta_disputes", "0002_guards"),
        ("ta_disputes", "0003_strikes"),
        ("ta_disputes", "0004_full_course_of_a_case"),
        ("ta_disputes", "0005_guards_of_the_full_course"),
        ("ta_disputes", "0006_vault_and_inspections"),
        ("ta_disputes", "0007_evidence_bundles"),
    ]

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("files", "0001_initial"),
        ("orders", "0001_squashed_0006_shares_weights_and_addenda"),
        ("ta_holds", "0001_squashed_0014_moves_to_the_bank"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Dispute",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("dsp",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("opened_by", models.CharField(max_length=120)),
                        (
                            "opened_by_side",
                            models.CharField(
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                default="buyer",
                                max_length=8,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("quantity", "quantity: less arrived than agreed"),
                                    ("specification", "specification: the goods are not as agreed"),
                                    ("damage", "damage: the goods arrived damaged"),
                                    ("documents", "documents: missing or wrong papers"),
                                    ("lateness", "lateness: shipped after the agreed date"),
                                    ("non_delivery", "non-delivery: the goods did not come"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "clause",
                            models.CharField(
                                choices=[
                                    ("lines", "goods and quantities"),
                                    ("specification", "specification of the goods"),
                                    ("ship_by", "ship-by date"),
                                    ("incoterms", "delivery terms (Incoterms)"),
                                    ("documents", "documents"),
                                    ("packaging", "packaging"),
                                    ("other", "another term of the contract"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("statement", models.TextField()),
                        ("currency", models.CharField(max_length=3)),
                        ("claimed_minor", models.BigIntegerField()),
                        ("refund_minor", models.BigIntegerField(null=True)),
                        (
                            "state",
                            models.CharField(
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
                        ("opened_at", models.DateTimeField()),
                        ("escalated_at", models.DateTimeField(null=True)),
                        ("evidence_until", models.DateTimeField(null=True)),
                        ("buyer_rests_at", models.DateTimeField(null=True)),
                        ("supplier_rests_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "officer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disputes",
                                to="orders.order",
                            ),
                        ),
                        ("appeal_grounds", models.TextField(blank=True)),
                        ("appealed_at", models.DateTimeField(null=True)),
                        (
                            "appealed_by_side",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("charged_back_minor", models.BigIntegerField(default=0)),
                        (
                            "ended_because",
                            models.CharField(
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
                        ("overdue_count", models.PositiveIntegerField(default=0)),
                        ("pause_reason", models.TextField(blank=True)),
                        ("paused_at", models.DateTimeField(null=True)),
                        ("paused_seconds", models.PositiveIntegerField(default=0)),
                        (
                            "shipment",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disputes",
                                to="orders.shipment",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["state", "opened_at"], name="dispute_by_state"),
                            models.Index(fields=["reason", "ended_at"], name="dispute_by_reason"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("claimed_minor__gt", 0)), name="dispute_claims_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("refund_minor__isnull", True),
                                    models.Q(
                                        ("refund_minor__gte", 0),
                                        ("refund_minor__lte", models.F("claimed_minor")),
                                    ),
                                    _connector="OR",
                                ),
                                name="dispute_refund_not_above_claim",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("charged_back_minor__gte", 0),
                                    ("charged_back_minor__lte", models.F("claimed_minor")),
                                ),
                                name="dispute_charged_back_within_claim",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("ended_at__isnull", True),
                                        (
                                            "state__in",
                                            ("negotiation", "escalated", "agreed", "decided", "appealed"),
                                        ),
                                    ),
                                    models.Q(
                                        models.Q(
                                            (
                                                "state__in",
                                                ("negotiation", "escalated", "agreed", "decided", "appealed"),
                                            ),
                                            _negated=True,
                                        ),
                                        ("ended_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="dispute_ended_exactly_when_not_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["escalated", "decided", "appealed", "closed"]),
                                        _negated=True,
                                    ),
                                    ("escalated_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="dispute_decided_only_after_escalation",
                            ),
                            models.CheckConstraint(
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
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("paused_at__isnull", True),
                                    models.Q(("pause_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="dispute_pause_has_a_written_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("refund_minor", models.BigIntegerField()),
                        ("release_minor", models.BigIntegerField()),
                        ("reasons", models.TextField()),
                        ("officer_label", models.CharField(max_length=300)),
                        ("decided_at", models.DateTimeField()),
                        ("appeal_until", models.DateTimeField(null=True)),
                        ("waived_by_buyer_at", models.DateTimeField(null=True)),
                        ("waived_by_supplier_at", models.DateTimeField(null=True)),
                        ("executed_at", models.DateTimeField(null=True)),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="ta_disputes.dispute",
                            ),
                        ),
                        ("divided_minor", models.BigIntegerField()),
                        ("in_force_at", models.DateTimeField(null=True)),
                        ("instance", models.PositiveSmallIntegerField(default=1)),
                        ("needs_second", models.BooleanField(default=False)),
                        ("second_at", models.DateTimeField(null=True)),
                        ("second_label", models.CharField(blank=True, max_length=300)),
                        ("second_note", models.TextField(blank=True)),
                        (
                            "second_officer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
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
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reasons", ""), _negated=True),
                                name="decision_gives_reasons",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("proposed", "in_force", "overturned"))),
                                fields=("dispute", "instance"),
                                name="decision_one_per_instance",
                            ),
                            models.CheckConstraint(
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
                            models.CheckConstraint(
                                condition=models.Q(("instance__in", [1, 2])), name="decision_first_or_second"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("second_officer__isnull", True),
                                    models.Q(("second_officer", models.F("officer")), _negated=True),
                                    _connector="OR",
                                ),
                                name="decision_approved_by_somebody_else",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("needs_second", True), ("state", "in_force"), _negated=True),
                                    ("second_officer__isnull", False),
                                    _connector="OR",
                                ),
                                name="decision_above_the_limit_has_two_officers",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseMessage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "by_side",
                            models.CharField(
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("author", models.CharField(max_length=120)),
                        ("author_label", models.CharField(max_length=300)),
                        ("text", models.TextField()),
                        ("at", models.DateTimeField()),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="ta_disputes.dispute",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="DisputeTransition",
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
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_disputes.dispute",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "by_side",
                            models.CharField(
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("submitted_by", models.CharField(max_length=120)),
                        ("submitted_by_label", models.CharField(max_length=300)),
                        ("note", models.TextField()),
                        ("at", models.DateTimeField()),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="ta_disputes.dispute",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reports",
                                to="ta_disputes.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "evidence",
                    },
                ),
                migrations.CreateModel(
                    name="Offer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField()),
                        (
                            "by_side",
                            models.CharField(
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("refund_minor", models.BigIntegerField()),
                        ("note", models.TextField(blank=True)),
                        (
                            "state",
                            models.CharField(
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
                        ("made_by", models.CharField(max_length=120)),
                        ("made_by_label", models.CharField(max_length=300)),
                        ("made_at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="offers",
                                to="ta_disputes.dispute",
                            ),
                        ),
                        ("discount_minor", models.BigIntegerField(default=0)),
                        ("due_on", models.DateField(null=True)),
                        ("expires_at", models.DateTimeField(null=True)),
                        (
                            "kind",
                            models.CharField(
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
                        (
                            "return_paid_by",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dispute", "version"), name="offer_once_per_version"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open")),
                                fields=("dispute",),
                                name="offer_open_once_per_dispute",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at__isnull", True), ("state", "open")),
                                    models.Q(
                                        models.Q(("state", "open"), _negated=True),
                                        ("answered_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="offer_answered_exactly_when_not_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("discount_minor", 0), ("refund_minor__gt", 0)),
                                    models.Q(
                                        ("discount_minor", 0), ("kind", "keep_and_pay"), ("refund_minor", 0)
                                    ),
                                    models.Q(
                                        ("discount_minor__gt", 0),
                                        ("kind", "discount_next_order"),
                                        ("refund_minor", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="offer_gives_what_its_kind_says",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind__in", ["return_and_refund", "replace", "discount_next_order"]),
                                        _negated=True,
                                    ),
                                    ("due_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="offer_of_its_kind_has_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OfferTransition",
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
                            "offer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_disputes.offer",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Strike",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("stk",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                choices=[
                                    ("no_answer", "no answer to an order"),
                                    (
                                        "non_delivery",
                                        "paid goods were not shipped in time and cancelled by themselves",
                                    ),
                                    (
                                        "decided_non_delivery",
                                        "an officer decided that the goods were not delivered",
                                    ),
                                ],
                                max_length=24,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("standing", "counts"),
                                    ("appealed", "counts; the appeal waits for an officer"),
                                    ("upheld", "counts; the appeal was turned down"),
                                    ("lifted", "lifted, does not count"),
                                    ("expired", "over, does not count any more"),
                                ],
                                default="standing",
                                max_length=12,
                            ),
                        ),
                        ("given_at", models.DateTimeField()),
                        ("appeal_until", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        ("appealed_at", models.DateTimeField(null=True)),
                        ("appealed_by_label", models.CharField(blank=True, max_length=300)),
                        ("appeal_text", models.TextField(blank=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("answered_by_label", models.CharField(blank=True, max_length=300)),
                        ("answer", models.TextField(blank=True)),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="strikes",
                                to="accounts.company",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="strikes",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["company", "state"], name="strike_by_company")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("order", "cause"), name="strike_once_per_order_and_cause"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("appeal_until__gte", models.F("given_at")),
                                    ("ends_at__gte", models.F("given_at")),
                                ),
                                name="strike_ends_after_it_was_given",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["appealed", "upheld"]), _negated=True),
                                    models.Q(("appeal_text", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="strike_appealed_in_words",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["upheld", "lifted"]), _negated=True),
                                    models.Q(
                                        ("answered_at__isnull", False),
                                        models.Q(("answer", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="strike_answered_with_reasons",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StrikeTransition",
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
                            "strike",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_disputes.strike",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
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
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="ta_disputes.dispute",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("dispute",),
                                name="assignment_one_at_a_time",
                            )
                        ],
                    },
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
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="ta_disputes.dispute",
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claims",
                                to="orders.orderline",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["hs_chapter"], name="claim_line_by_hs_chapter")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dispute", "line"), name="claim_line_once_per_claim"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("claimed_minor__gte", 0), ("quantity__gt", 0), ("value_minor__gte", 0)
                                ),
                                name="claim_line_names_something",
                            ),
                        ],
                    },
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
                        (
                            "claim_line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="ta_disputes.claimline",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="ta_disputes.decision",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("decision", "claim_line"), name="decision_line_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("refund_minor__gte", 0), ("release_minor__gte", 0)),
                                name="decision_line_no_part_is_negative",
                            ),
                        ],
                    },
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
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_disputes.decision",
                            ),
                        ),
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
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="promises",
                                to="ta_disputes.dispute",
                            ),
                        ),
                        (
                            "offer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="promise",
                                to="ta_disputes.offer",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["promised", "sent"])),
                                fields=("dispute",),
                                name="promise_one_open_per_dispute",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["sent", "kept", "contested"]), _negated=True),
                                    models.Q(
                                        ("sent_at__isnull", False), models.Q(("carrier", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="promise_sent_with_a_carrier",
                            ),
                        ],
                    },
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
                        (
                            "promise",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_disputes.promise",
                            ),
                        ),
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
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sealed_ranges",
                                to="ta_disputes.dispute",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("dispute", "side"),
                                name="sealed_range_one_per_side",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("bound_minor__gt", 0)), name="sealed_range_above_zero"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("side__in", ["buyer", "supplier"])),
                                name="sealed_range_of_one_of_the_two",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Inspection",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("ins",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        (
                            "proposed_by_side",
                            models.CharField(
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("proposed_by", models.CharField(max_length=120)),
                        ("proposed_by_label", models.CharField(max_length=300)),
                        ("inspector", models.CharField(max_length=160)),
                        ("task", models.TextField()),
                        ("currency", models.CharField(max_length=3)),
                        ("cost_minor", models.BigIntegerField()),
                        ("spent_minor", models.BigIntegerField(null=True)),
                        (
                            "advanced_by",
                            models.CharField(
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "proposed, waits for the other side"),
                                    ("agreed", "agreed, report awaited"),
                                    ("ordered", "ordered by the officer, report awaited"),
                                    ("declined", "declined"),
                                    ("withdrawn", "withdrawn"),
                                    ("reported", "report filed"),
                                ],
                                default="proposed",
                                max_length=12,
                            ),
                        ),
                        ("proposed_at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("reported_at", models.DateTimeField(null=True)),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inspections",
                                to="ta_disputes.dispute",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("cost_minor__gt", 0)), name="inspection_costs_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("spent_minor__isnull", True),
                                    models.Q(
                                        ("spent_minor__gte", 0), ("spent_minor__lte", models.F("cost_minor"))
                                    ),
                                    _connector="OR",
                                ),
                                name="inspection_spends_not_more_than_agreed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("advanced_by__in", ["buyer", "supplier"])),
                                name="inspection_advanced_by_one_of_the_two",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("reported_at__isnull", False),
                                        ("spent_minor__isnull", False),
                                        ("state", "reported"),
                                    ),
                                    models.Q(
                                        models.Q(("state", "reported"), _negated=True),
                                        ("reported_at__isnull", True),
                                        ("spent_minor__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="inspection_spent_exactly_when_reported",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InspectionTransition",
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
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="ta_disputes.inspection",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Preview",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("thumb_path", models.CharField(max_length=200)),
                        ("large_path", models.CharField(max_length=200)),
                        ("width_px", models.PositiveIntegerField()),
                        ("height_px", models.PositiveIntegerField()),
                        ("made_at", models.DateTimeField()),
                        (
                            "file",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="CostSettlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "owed_to",
                            models.CharField(
                                choices=[
                                    ("buyer", "buyer"),
                                    ("supplier", "supplier"),
                                    ("officer", "dispute officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("due_minor", models.BigIntegerField()),
                        ("from_claim_minor", models.BigIntegerField()),
                        ("from_held_minor", models.BigIntegerField()),
                        ("outside_minor", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        (
                            "decision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="costs",
                                to="ta_disputes.decision",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "due_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("from_claim_minor"), "+", models.F("from_held_minor")
                                            ),
                                            "+",
                                            models.F("outside_minor"),
                                        ),
                                    )
                                ),
                                name="cost_settlement_adds_up",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("from_claim_minor__gte", 0),
                                    ("from_held_minor__gte", 0),
                                    ("outside_minor__gte", 0),
                                ),
                                name="cost_settlement_no_part_is_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SigningKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("fingerprint", models.CharField(max_length=64, unique=True)),
                        ("public_pem", models.TextField()),
                        ("private_sealed", models.BinaryField()),
                        ("is_current", models.BooleanField(default=True)),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_current", True)),
                                fields=("is_current",),
                                name="signing_key_one_current",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Bundle",
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
                                default=functools.partial(marketplace.core.ids.new_ref, *("bnd",)),
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[
                                    ("buyer", "the buyer"),
                                    ("supplier", "the supplier"),
                                    ("desk", "officers"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("asked_by", models.CharField(max_length=120)),
                        ("asked_by_label", models.CharField(max_length=300)),
                        ("asked_at", models.DateTimeField()),
                        ("made_at", models.DateTimeField(null=True)),
                        ("manifest_sha256", models.CharField(blank=True, max_length=64)),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bundles",
                                to="ta_disputes.dispute",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="ta_disputes.signingkey",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("made_at__isnull", True)),
                                fields=("dispute", "audience"),
                                name="bundle_one_in_the_making",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("file__isnull", True),
                                        ("key__isnull", True),
                                        ("made_at__isnull", True),
                                        ("manifest_sha256", ""),
                                    ),
                                    models.Q(
                                        ("file__isnull", False),
                                        ("key__isnull", False),
                                        ("made_at__isnull", False),
                                        models.Q(("manifest_sha256", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="bundle_made_exactly_when_stored_and_signed",
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            sql=(SQL / "0001_squashed_guards.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0001_squashed_guards_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
