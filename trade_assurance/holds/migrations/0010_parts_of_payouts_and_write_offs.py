import functools

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids


class Migration(migrations.Migration):
    """Payouts by parts, what was taken back of them, and what the marketplace bears itself."""

    dependencies = [
        ("ta_holds", "0009_several_freezes_per_hold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="payout",
            name="waits_because",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.CreateModel(
            name="PayoutPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=32, unique=True)),
                ("payment_ref", models.CharField(blank=True, max_length=32)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "sent"),
                            ("confirmed", "arrived"),
                            ("failed", "failed, back in the balance"),
                        ],
                        default="sent",
                        max_length=12,
                    ),
                ),
                ("transfer_ref", models.CharField(blank=True, max_length=140)),
                ("reversed_minor", models.BigIntegerField(default=0)),
                ("refusal", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="ta_holds.payout",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PartTransition",
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
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="ta_holds.payoutpart",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Reversal",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("rvs",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("chargeback_ref", models.CharField(max_length=32)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("done", "taken back"),
                            ("failed", "could not be taken back"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="ta_holds.payoutpart",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReversalTransition",
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
                    "reversal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="ta_holds.reversal",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WriteOff",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("wof",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("subject", models.CharField(max_length=32)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=500)),
                ("first_by_label", models.CharField(max_length=300)),
                ("first_at", models.DateTimeField()),
                ("second_by_label", models.CharField(blank=True, max_length=300)),
                ("needs_second", models.BooleanField()),
                ("done_at", models.DateTimeField(null=True)),
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
        migrations.AddIndex(
            model_name="payoutpart",
            index=models.Index(fields=["payment_ref"], name="payout_part_by_payment"),
        ),
        migrations.AddConstraint(
            model_name="payoutpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payout_part_pays_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpart",
            constraint=models.UniqueConstraint(
                fields=("payout", "payment_ref"), name="payout_part_once_per_payment"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reversed_minor", 0),
                    models.Q(
                        ("reversed_minor__gt", 0),
                        ("reversed_minor__lte", models.F("amount_minor")),
                        ("state", "confirmed"),
                    ),
                    _connector="OR",
                ),
                name="payout_part_gives_back_at_most_what_it_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="reversal_takes_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.UniqueConstraint(
                fields=("part", "chargeback_ref"), name="reversal_once_per_chargeback"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="write_off_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at__isnull", True)), fields=("subject",), name="write_off_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
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
                name="write_off_needs_two_persons",
            ),
        ),
    ]
