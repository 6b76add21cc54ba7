import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Reviews are reported and judged, carry pictures, and answers can be changed; products know their completed orders."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0025_recent_searches_and_lead_times_in_search"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ProductTrades",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="trades",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                ("orders_completed", models.PositiveIntegerField()),
                ("updated_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="review",
            name="answer_edited_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="ReviewDecision",
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
                        choices=[("kept", "kept"), ("taken_down", "taken down"), ("restored", "shown again")],
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField()),
                ("reports", models.PositiveIntegerField()),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="catalog.review",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewPicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("upload_sha256", models.CharField(max_length=64)),
                ("renditions", models.JSONField(default=dict)),
                ("recipe", models.PositiveSmallIntegerField(default=0, help_text="of the renditions")),
                ("prepared_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="catalog.review",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewReport",
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
                            ("insult", "it insults or threatens"),
                            ("personal", "it names persons, contact details or secrets"),
                            ("other_goods", "it is not about these goods or this trade"),
                            ("untrue", "what it states as a fact is not true"),
                            ("interest", "a competitor or a friend wrote it"),
                            ("advertising", "it advertises something else"),
                            ("other", "another reason"),
                        ],
                        max_length=20,
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
                        to="catalog.reviewdecision",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="catalog.review",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="reviewdecision",
            index=models.Index(fields=["review", "-at"], name="review_decision_by_review"),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="review_decision_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewpicture",
            constraint=models.UniqueConstraint(
                fields=("review", "upload_sha256"), name="review_picture_once"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewreport",
            index=models.Index(
                condition=models.Q(("decision", None)),
                fields=["reported_at"],
                name="review_report_open_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewreport",
            index=models.Index(fields=["company", "-reported_at"], name="review_report_by_company"),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decision", None)),
                fields=("review", "company"),
                name="review_reported_once_by_a_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", "other"), _negated=True),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="review_report_other_has_words",
            ),
        ),
    ]
