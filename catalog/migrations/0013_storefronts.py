import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What suppliers say and show of themselves, and since when their shares are counted."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0012_translations_of_listings"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="supplierfacts",
            name="first_completed_at",
            field=models.DateTimeField(help_text="since when the shares are counted", null=True),
        ),
        migrations.CreateModel(
            name="Storefront",
            fields=[
                (
                    "supplier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="storefront",
                        serialize=False,
                        to="accounts.company",
                    ),
                ),
                ("story", models.TextField(blank=True)),
                ("people", models.PositiveIntegerField(help_text="who work there, as stated", null=True)),
                ("capacity", models.CharField(blank=True, help_text="as stated", max_length=200)),
                (
                    "markets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        default=list,
                        help_text="countries served, as stated",
                        size=None,
                    ),
                ),
                (
                    "sections",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField()),
                ("changed_since_review_at", models.DateTimeField(null=True)),
                ("hidden_at", models.DateTimeField(null=True)),
                ("hidden_note", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("changed_since_review_at__isnull", False)),
                        fields=["changed_since_review_at"],
                        name="storefront_changed",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hidden_at__isnull", True),
                            models.Q(("hidden_note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="storefront_hidden_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StorefrontChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "storefront",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="catalog.storefront",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("storefront", "revision"), name="storefront_change_once_per_revision"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StorefrontPicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("caption", models.CharField(blank=True, max_length=160)),
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
                    "storefront",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pictures",
                        to="catalog.storefront",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("storefront", "position"),
                        name="storefront_picture_position_once",
                    )
                ],
            },
        ),
    ]
