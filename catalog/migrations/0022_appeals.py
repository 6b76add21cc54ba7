import django.db.models.deletion
from django.db import migrations, models

import catalog.models.appeal


class Migration(migrations.Migration):
    """Suppliers answer decisions of the moderators."""

    dependencies = [
        ("catalog", "0021_input_kept_for_a_person"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="moderationdecision",
            name="step",
            field=models.CharField(
                choices=[
                    ("approved", "approved"),
                    ("rejected", "sent back"),
                    ("suspended", "suspended"),
                    ("reinstated", "suspension lifted"),
                    ("confirmed", "changes confirmed"),
                    ("dismissed", "flag dismissed"),
                    ("appeal_granted", "appeal granted"),
                    ("appeal_upheld", "appeal refused"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Appeal",
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
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="catalog.moderationdecision",
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
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="catalog.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AppealTransition",
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
                        to="catalog.appeal",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_at"], name="appeal_open_by_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="appeal_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "open"),
                    models.Q(models.Q(("answer", ""), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="appeal_is_decided_with_an_answer",
            ),
        ),
    ]
