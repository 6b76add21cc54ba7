import django.db.models.deletion
from django.db import migrations, models

import catalog.models.review


class Migration(migrations.Migration):
    """What buyers of completed orders say about a product."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0018_favourites_in_named_lists"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Review",
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
                        default=catalog.models.review.new_review_ref, max_length=32, unique=True
                    ),
                ),
                ("order_ref", models.CharField(max_length=32)),
                ("goods", models.PositiveSmallIntegerField(help_text="as described, 1 to 5")),
                ("communication", models.PositiveSmallIntegerField()),
                ("on_time", models.PositiveSmallIntegerField()),
                ("text", models.TextField(blank=True)),
                ("written_by", models.CharField(max_length=120)),
                ("written_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_by", models.CharField(blank=True, max_length=120)),
                ("answered_at", models.DateTimeField(null=True)),
                ("hidden_at", models.DateTimeField(null=True)),
                ("hidden_by", models.CharField(blank=True, max_length=120)),
                ("hide_reason", models.TextField(blank=True)),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews_written",
                        to="accounts.company",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="catalog.product",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews_received",
                        to="accounts.company",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["product", "-written_at"], name="review_by_product"),
                    models.Index(fields=["supplier", "-written_at"], name="review_by_supplier"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_ref", "product"), name="review_once_per_order_and_product"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("goods__gte", 1), ("goods__lte", 5)), name="review_goods_1_to_5"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("communication__gte", 1), ("communication__lte", 5)),
                        name="review_communication_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on_time__gte", 1), ("on_time__lte", 5)),
                        name="review_on_time_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer", ""), ("answered_at__isnull", False), _connector="OR"),
                        name="review_answered_at_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hidden_at__isnull", True),
                            models.Q(("hide_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="review_hidden_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("buyer", models.F("supplier")), _negated=True),
                        name="review_not_of_the_own_company",
                    ),
                ],
            },
        ),
    ]
