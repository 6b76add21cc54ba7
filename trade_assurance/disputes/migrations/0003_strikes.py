import functools

import django.db.models.deletion
from django.db import migrations, models

import marketplace.core.ids


class Migration(migrations.Migration):
    """Strikes of suppliers, their steps and what is said of them."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("orders", "0003_payment_schedules"),
        ("ta_disputes", "0002_guards"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
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
                            ("decided_non_delivery", "an officer decided that the goods were not delivered"),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="strikes", to="orders.order"
                    ),
                ),
            ],
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
        migrations.AddIndex(
            model_name="strike",
            index=models.Index(fields=["company", "state"], name="strike_by_company"),
        ),
        migrations.AddConstraint(
            model_name="strike",
            constraint=models.UniqueConstraint(
                fields=("order", "cause"), name="strike_once_per_order_and_cause"
            ),
        ),
        migrations.AddConstraint(
            model_name="strike",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("appeal_until__gte", models.F("given_at")), ("ends_at__gte", models.F("given_at"))
                ),
                name="strike_ends_after_it_was_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="strike",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["appealed", "upheld"]), _negated=True),
                    models.Q(("appeal_text", ""), _negated=True),
                    _connector="OR",
                ),
                name="strike_appealed_in_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="strike",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["upheld", "lifted"]), _negated=True),
                    models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                    _connector="OR",
                ),
                name="strike_answered_with_reasons",
            ),
        ),
    ]
