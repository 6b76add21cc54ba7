import functools

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids

# A waiting payout goes back; a move takes only its steps; what was signed stays as it was signed.
GUARDS = """
DROP TRIGGER payout_step ON ta_holds_payout;
CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'approved>rejected', 'approved>withdrawn',
                                         'sent>confirmed', 'sent>failed', 'confirmed>returned');
CREATE TRIGGER bank_move_step BEFORE UPDATE OF state ON ta_holds_bankmove FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('open>agreed', 'open>ended', 'agreed>open', 'agreed>done', 'agreed>ended');
CREATE TRIGGER bank_move_stays BEFORE DELETE ON ta_holds_bankmove FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER moved_part_stays BEFORE DELETE ON ta_holds_movedpart FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER move_consent_stays BEFORE DELETE ON ta_holds_moveconsent FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER move_consent_words_stay
    BEFORE UPDATE OF move_id, side, text, text_hash, typed_name, given_by, given_by_label, given_at
    ON ta_holds_moveconsent FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
"""
UNDO = """
DROP TRIGGER move_consent_words_stay ON ta_holds_moveconsent;
DROP TRIGGER move_consent_stays ON ta_holds_moveconsent;
DROP TRIGGER moved_part_stays ON ta_holds_movedpart;
DROP TRIGGER bank_move_stays ON ta_holds_bankmove;
DROP TRIGGER bank_move_step ON ta_holds_bankmove;
DROP TRIGGER payout_step ON ta_holds_payout;
CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'approved>rejected', 'sent>confirmed', 'sent>failed', 'confirmed>returned');
"""


class Migration(migrations.Migration):
    """Held money moves to the bank by both sides' consent; officers decide about old holds and what came back."""

    dependencies = [
        ("files", "0001_initial"),
        ("orders", "0006_shares_weights_and_addenda"),
        ("ta_holds", "0013_waiting_payouts_can_be_given_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="payout",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "waiting for approval"),
                    ("approved", "approved"),
                    ("rejected", "rejected"),
                    ("sent", "sent"),
                    ("confirmed", "arrived"),
                    ("failed", "failed"),
                    ("returned", "returned by the bank"),
                    ("withdrawn", "taken back"),
                ],
                default="requested",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="BankMove",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("mov",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("currency", models.CharField(max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for a consent"),
                            ("agreed", "both sides consent"),
                            ("done", "moved"),
                            ("ended", "nothing was left to move"),
                        ],
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("withdrawal_ref", models.CharField(blank=True, max_length=120)),
                ("bank_reference", models.CharField(blank=True, max_length=120)),
                ("line_ref", models.CharField(blank=True, max_length=32)),
                ("confirmed_by", models.CharField(blank=True, max_length=120)),
                ("confirmed_by_label", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_moves",
                        to="orders.order",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankMoveTransition",
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
                    "move",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="ta_holds.bankmove",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MoveConsent",
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
                        choices=[("buyer", "the buyer"), ("supplier", "the supplier")], max_length=8
                    ),
                ),
                ("text", models.TextField()),
                ("text_hash", models.CharField(max_length=64)),
                ("typed_name", models.CharField(max_length=200)),
                ("given_by", models.CharField(max_length=120)),
                ("given_by_label", models.CharField(max_length=300)),
                ("given_at", models.DateTimeField()),
                ("withdrawn_by_label", models.CharField(blank=True, max_length=300)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "move",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="ta_holds.bankmove",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MovedPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField(default=0)),
                (
                    "funding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_parts",
                        to="ta_holds.funding",
                    ),
                ),
                (
                    "move",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="ta_holds.bankmove",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SuspenseAssignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("first_by_label", models.CharField(max_length=300)),
                ("first_at", models.DateTimeField()),
                ("needs_second", models.BooleanField()),
                ("second_by_label", models.CharField(blank=True, max_length=300)),
                ("done_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                ("dropped_by_label", models.CharField(blank=True, max_length=300)),
                (
                    "ref",
                    models.CharField(
                        default=functools.partial(marketplace.core.ids.new_ref, *("asg",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("to_supplier_minor", models.BigIntegerField()),
                ("to_buyer_minor", models.BigIntegerField()),
                ("to_loss_minor", models.BigIntegerField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="ta_holds.chargebackcase",
                    ),
                ),
                (
                    "first_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AgeDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("first_by_label", models.CharField(max_length=300)),
                ("first_at", models.DateTimeField()),
                ("needs_second", models.BooleanField()),
                ("second_by_label", models.CharField(blank=True, max_length=300)),
                ("done_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                ("dropped_by_label", models.CharField(blank=True, max_length=300)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("release", "release it to the supplier"),
                            ("refund", "refund it to the buyer"),
                        ],
                        max_length=8,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                (
                    "first_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="age_decisions",
                        to="ta_holds.hold",
                    ),
                ),
                (
                    "second_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="age_decision_moves_something"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True), ("dropped_at__isnull", True)),
                        fields=("hold",),
                        name="age_decision_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True),
                            ("needs_second", False),
                            models.Q(
                                ("second_by__isnull", False),
                                models.Q(("second_by", models.F("first_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="age_decision_needs_two_persons",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="bankmove",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "agreed"))),
                fields=("order", "provider"),
                name="bank_move_open_once_per_processor",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("proof__isnull", False),
                        models.Q(("withdrawal_ref", ""), _negated=True),
                        models.Q(("bank_reference", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="bank_move_done_is_proven",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankmove",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawal_ref", ""), _negated=True),
                fields=("provider", "withdrawal_ref"),
                name="bank_move_once_per_withdrawal",
            ),
        ),
        migrations.AddConstraint(
            model_name="moveconsent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("move", "side"),
                name="move_consent_stands_once_per_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="movedpart",
            constraint=models.UniqueConstraint(
                fields=("move", "funding"), name="moved_part_once_per_funding"
            ),
        ),
        migrations.AddConstraint(
            model_name="movedpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("amount_minor__gte", models.F("refunded_minor")),
                    ("refunded_minor__gte", 0),
                ),
                name="moved_part_refunds_not_above_moved",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_buyer_minor__gte", 0),
                    ("to_loss_minor__gte", 0),
                    ("to_supplier_minor__gte", 0),
                    models.Q(
                        ("to_supplier_minor__gt", 0),
                        ("to_buyer_minor__gt", 0),
                        ("to_loss_minor__gt", 0),
                        _connector="OR",
                    ),
                ),
                name="suspense_assignment_assigns_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseassignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at__isnull", True), ("dropped_at__isnull", True)),
                fields=("case",),
                name="suspense_assignment_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspenseassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("done_at__isnull", True),
                    ("needs_second", False),
                    models.Q(
                        ("second_by__isnull", False),
                        models.Q(("second_by", models.F("first_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="suspense_assignment_needs_two_persons",
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
