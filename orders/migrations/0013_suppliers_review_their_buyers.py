import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The supplier of a completed order reviews its buyer, in private."""

    dependencies = [
        ("orders", "0012_lines_name_their_variant"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="BuyerReview",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="buyer_review",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("paid", models.PositiveSmallIntegerField(help_text="as agreed and in time, 1 to 5")),
                ("communication", models.PositiveSmallIntegerField()),
                (
                    "acceptance",
                    models.PositiveSmallIntegerField(help_text="took and judged the goods fairly, 1 to 5"),
                ),
                ("text", models.TextField(blank=True)),
                ("written_by", models.CharField(max_length=120)),
                ("written_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("paid__gte", 1), ("paid__lte", 5)),
                        name="buyer_review_paid_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("communication__gte", 1), ("communication__lte", 5)),
                        name="buyer_review_communication_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("acceptance__gte", 1), ("acceptance__lte", 5)),
                        name="buyer_review_acceptance_1_to_5",
                    ),
                ],
            },
        ),
    ]
