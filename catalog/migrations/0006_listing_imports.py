import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import catalog.models.imports


class Migration(migrations.Migration):
    """Imports of listings from a file: what was sent, how it is read, each row with what it does."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0005_article_numbers_once_per_supplier"),
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ImportedPicture",
            fields=[
                (
                    "image",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="imported_from",
                        serialize=False,
                        to="catalog.productimage",
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="check sum and size, as the archive lists them", max_length=40
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListingImport",
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
                        default=catalog.models.imports.new_import_ref, max_length=32, unique=True
                    ),
                ),
                ("file_name", models.CharField(max_length=160)),
                ("format", models.CharField(blank=True, max_length=4)),
                ("delimiter", models.CharField(blank=True, max_length=1)),
                ("from_shopify", models.BooleanField(default=False)),
                ("header", models.JSONField(default=list)),
                ("layout_key", models.CharField(blank=True, max_length=64)),
                ("targets", models.JSONField(default=list)),
                ("defaults", models.JSONField(default=dict)),
                ("decimal_sign", models.CharField(default=".", max_length=1)),
                ("clears", models.BooleanField(default=False, help_text="an empty cell empties the field")),
                (
                    "submits",
                    models.BooleanField(
                        default=False, help_text="new listings and drafts go to the moderators"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "being read"),
                            ("columns", "columns to choose"),
                            ("checking", "being checked"),
                            ("checked", "checked"),
                            ("running", "running"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                            ("failed", "not readable"),
                        ],
                        default="reading",
                        max_length=10,
                    ),
                ),
                ("problem", models.TextField(blank=True, help_text="why it cannot be read")),
                ("rows_total", models.PositiveIntegerField(default=0)),
                ("cursor", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField(help_text="when it last went on")),
                (
                    "acted_by",
                    models.ForeignKey(
                        help_text="who took the last step",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "pictures",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listing_imports",
                        to="accounts.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListingImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("cells", models.JSONField()),
                ("match_key", models.CharField(blank=True, max_length=120)),
                (
                    "planned",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("created", "new"),
                            ("updated", "changed"),
                            ("unchanged", "unchanged"),
                            ("error", "to mend"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("created", "new"),
                            ("updated", "changed"),
                            ("unchanged", "unchanged"),
                            ("error", "to mend"),
                        ],
                        max_length=9,
                    ),
                ),
                ("problems", models.JSONField(default=list)),
                ("changes", models.JSONField(default=list)),
                ("title", models.CharField(blank=True, max_length=140)),
                ("pictures", models.JSONField(default=list)),
                (
                    "listing_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="catalog.listingimport",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListingImportTransition",
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
                    "listing_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transitions",
                        to="catalog.listingimport",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RememberedColumns",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layout_key", models.CharField(max_length=64)),
                ("targets", models.JSONField()),
                ("defaults", models.JSONField()),
                ("decimal_sign", models.CharField(max_length=1)),
                ("clears", models.BooleanField()),
                ("submits", models.BooleanField()),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.company"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "remembered columns",
            },
        ),
        migrations.AddIndex(
            model_name="listingimport",
            index=models.Index(fields=["supplier", "-id"], name="listing_import_by_supplier"),
        ),
        migrations.AddIndex(
            model_name="listingimport",
            index=models.Index(
                condition=models.Q(("state__in", ["reading", "checking", "running"])),
                fields=["id"],
                name="listing_import_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingimport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")),
                fields=("supplier",),
                name="listing_import_runs_once_per_supplier",
            ),
        ),
        migrations.AddIndex(
            model_name="listingimportrow",
            index=models.Index(
                condition=models.Q(("match_key", ""), _negated=True),
                fields=["listing_import", "match_key"],
                name="import_row_by_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingimportrow",
            constraint=models.UniqueConstraint(
                fields=("listing_import", "number"), name="import_row_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="rememberedcolumns",
            constraint=models.UniqueConstraint(
                fields=("supplier", "layout_key"), name="columns_remembered_once_per_layout"
            ),
        ),
    ]
