import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import catalog.models.goods_rule


class Migration(migrations.Migration):
    """Rules about goods, flags of listings and what they are compared by, the log of decisions."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0015_lead_times_and_days_off"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="GoodsRule",
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
                        default=catalog.models.goods_rule.new_goods_rule_ref, max_length=32, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("prohibited", "prohibited"),
                            ("restricted", "restricted: only with a paper"),
                        ],
                        max_length=10,
                    ),
                ),
                ("hs_prefix", models.CharField(max_length=10)),
                ("origin", models.CharField(blank=True, help_text="ISO 3166-1; empty: any", max_length=2)),
                (
                    "destination",
                    models.CharField(blank=True, help_text="ISO 3166-1; empty: any", max_length=2),
                ),
                ("reason", models.CharField(max_length=400)),
                ("source", models.CharField(help_text="the law or treaty it comes from", max_length=300)),
                (
                    "needs",
                    models.CharField(
                        blank=True, help_text="the paper that lifts a restriction", max_length=300
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(help_text="the last day it holds", null=True)),
                ("added_by", models.CharField(max_length=120)),
                ("added_by_label", models.CharField(blank=True, max_length=300)),
                ("added_at", models.DateTimeField()),
                ("ended_by", models.CharField(blank=True, max_length=120)),
                ("ended_by_label", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, max_length=400)),
                ("applied_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="GoodsStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=2000)),
                ("stated_by", models.CharField(max_length=120)),
                ("stated_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ListingCheck",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="waiting_check",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ListingFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("goods_rule", "restricted or prohibited goods"),
                            ("duplicate_picture", "picture of another supplier"),
                            ("copied_text", "text of another supplier"),
                            ("price_off", "price far off"),
                        ],
                        max_length=20,
                    ),
                ),
                ("mark", models.CharField(max_length=120)),
                (
                    "standing",
                    models.CharField(
                        choices=[("open", "open"), ("dismissed", "dismissed"), ("gone", "no longer true")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("risk", models.PositiveSmallIntegerField()),
                ("evidence", models.JSONField(default=dict)),
                ("revision", models.PositiveIntegerField(help_text="of the listing, when it was last found")),
                ("found_at", models.DateTimeField()),
                ("dismissed_by", models.CharField(blank=True, max_length=120)),
                ("dismissed_by_label", models.CharField(blank=True, max_length=300)),
                ("dismissed_at", models.DateTimeField(null=True)),
                ("dismiss_reason", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="ModerationDecision",
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
                        choices=[
                            ("approved", "approved"),
                            ("rejected", "sent back"),
                            ("suspended", "suspended"),
                            ("reinstated", "suspension lifted"),
                            ("confirmed", "changes confirmed"),
                            ("dismissed", "flag dismissed"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason_code", models.CharField(blank=True, max_length=30)),
                ("note", models.TextField(blank=True)),
                ("revision", models.PositiveIntegerField()),
                ("flags", models.JSONField(default=list)),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PictureSketch",
            fields=[
                (
                    "image",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sketch",
                        serialize=False,
                        to="catalog.productimage",
                    ),
                ),
                ("bits", models.CharField(help_text="hexadecimal", max_length=32)),
                (
                    "tones",
                    models.CharField(
                        help_text="hexadecimal: the mean colours of 4 × 4 fields", max_length=96
                    ),
                ),
                (
                    "bands",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TextSketch",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text_sketch",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                (
                    "bands",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="goodsrule",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["hs_prefix"], name="goods_rule_by_hs"
            ),
        ),
        migrations.AddConstraint(
            model_name="goodsrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("hs_prefix__regex", "^\\d{2,10}$")),
                name="goods_rule_has_an_hs_prefix_of_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodsrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="goods_rule_ends_not_before_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodsrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "prohibited"), models.Q(("needs", ""), _negated=True), _connector="OR"
                ),
                name="goods_rule_restriction_names_its_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodsrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True), models.Q(("source", ""), _negated=True)
                ),
                name="goods_rule_has_a_reason_and_a_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodsrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("kind", "hs_prefix", "origin", "destination"),
                name="goods_rule_once_per_goods_and_way",
            ),
        ),
        migrations.AddField(
            model_name="goodsstatement",
            name="document",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="goodsstatement",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="goods_statements",
                to="catalog.product",
            ),
        ),
        migrations.AddField(
            model_name="goodsstatement",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="catalog.goodsrule"
            ),
        ),
        migrations.AddIndex(
            model_name="listingcheck",
            index=models.Index(fields=["asked_at"], name="listing_check_by_age"),
        ),
        migrations.AddField(
            model_name="listingflag",
            name="other",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalog.product",
            ),
        ),
        migrations.AddField(
            model_name="listingflag",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="catalog.product"
            ),
        ),
        migrations.AddField(
            model_name="moderationdecision",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="catalog.product"
            ),
        ),
        migrations.AddField(
            model_name="picturesketch",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.company"
            ),
        ),
        migrations.AddField(
            model_name="textsketch",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.company"
            ),
        ),
        migrations.AddConstraint(
            model_name="goodsstatement",
            constraint=models.UniqueConstraint(
                fields=("product", "rule"), name="goods_statement_once_per_rule"
            ),
        ),
        migrations.AddConstraint(
            model_name="goodsstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="goods_statement_has_words"
            ),
        ),
        migrations.AddIndex(
            model_name="listingflag",
            index=models.Index(
                condition=models.Q(("standing", "open")), fields=["product"], name="listing_flag_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="listingflag",
            constraint=models.UniqueConstraint(
                fields=("product", "kind", "mark"), name="listing_flag_once_per_mark"
            ),
        ),
        migrations.AddConstraint(
            model_name="listingflag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("standing", "dismissed"), _negated=True),
                    models.Q(
                        models.Q(("dismiss_reason", ""), _negated=True), ("dismissed_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="listing_flag_dismissed_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingflag",
            constraint=models.CheckConstraint(
                condition=models.Q(("risk__gte", 1), ("risk__lte", 100)), name="listing_flag_risk_1_to_100"
            ),
        ),
        migrations.AddIndex(
            model_name="moderationdecision",
            index=models.Index(fields=["product", "-at"], name="decision_by_product"),
        ),
        migrations.AddIndex(
            model_name="picturesketch",
            index=django.contrib.postgres.indexes.GinIndex(fields=["bands"], name="picture_sketch_by_band"),
        ),
        migrations.AddIndex(
            model_name="textsketch",
            index=django.contrib.postgres.indexes.GinIndex(fields=["bands"], name="text_sketch_by_band"),
        ),
    ]
