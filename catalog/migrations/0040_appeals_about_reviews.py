import django.db.models.deletion
from django.db import migrations, models

import catalog.models.appeal


class Migration(migrations.Migration):
    """Who wrote a review that was taken down, or reported one that stayed, may answer the decision once."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0039_the_newest_change_of_each_sitemap"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="reviewdecision",
            name="step",
            field=models.CharField(
                choices=[
                    ("kept", "kept"),
                    ("taken_down", "taken down"),
                    ("restored", "shown again"),
                    ("appeal_granted", "appeal granted"),
                    ("appeal_upheld", "appeal refused"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="ReviewAppeal",
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
                        default=catalog.models.appeal.new_appeal_ref, max_length=32, unique=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for another moderator"),
                            ("granted", "granted"),
                            ("upheld", "the decision stands"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("text", models.TextField()),
                ("lodged_by_label", models.CharField(blank=True, max_length=300)),
                ("lodged_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="catalog.reviewdecision",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="catalog.review",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReviewAppealTransition",
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
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="catalog.reviewappeal",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="reviewappeal",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_at"], name="reviewappeal_open_by_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="reviewappeal_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "open"),
                    models.Q(models.Q(("answer", ""), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="reviewappeal_is_decided_with_an_answer",
            ),
        ),
    ]
