from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import catalog.models.product
from catalog.migrations._extensions import provide, withdraw
from marketplace.core.schema import CreateModels

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """The catalogue as migrations 0000 to 0003 left it: what it needs of PostgreSQL, tables, and how a text is found."""

    initial = True

    replaces = [
        ("catalog", "0000_extensions"),
        ("catalog", "0001_initial"),
        ("catalog", "0002_search_functions"),
        ("catalog", "0003_listing_visibility"),
    ]

    dependencies = [
        ("accounts", "0001_initial"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunPython(provide, withdraw),
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="AttributeDefinition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=60, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("text", "text"),
                                    ("number", "number"),
                                    ("integer", "whole number"),
                                    ("choice", "choice"),
                                    ("boolean", "yes or no"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("unit_code", models.CharField(blank=True, max_length=4)),
                        ("symbol", models.CharField(blank=True, max_length=12)),
                        ("names", models.JSONField()),
                        ("choices", models.JSONField(default=list)),
                    ],
                ),
                migrations.CreateModel(
                    name="Product",
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
                                default=catalog.models.product.new_product_ref, max_length=32, unique=True
                            ),
                        ),
                        ("title", models.CharField(max_length=140)),
                        ("slug", models.SlugField(max_length=80)),
                        ("description", models.TextField(blank=True)),
                        ("hs_code", models.CharField(blank=True, max_length=10)),
                        ("origin", models.CharField(blank=True, max_length=2)),
                        ("unit_code", models.CharField(blank=True, max_length=4)),
                        ("moq", models.DecimalField(decimal_places=3, max_digits=14, null=True)),
                        ("order_multiple", models.DecimalField(decimal_places=3, max_digits=14, null=True)),
                        ("currency", models.CharField(blank=True, max_length=3)),
                        (
                            "incoterms_rule",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("EXW", "EXW – Ex Works"),
                                    ("FCA", "FCA – Free Carrier"),
                                    ("CPT", "CPT – Carriage Paid To"),
                                    ("CIP", "CIP – Carriage and Insurance Paid To"),
                                    ("DAP", "DAP – Delivered at Place"),
                                    ("DPU", "DPU – Delivered at Place Unloaded"),
                                    ("DDP", "DDP – Delivered Duty Paid"),
                                    ("FAS", "FAS – Free Alongside Ship"),
                                    ("FOB", "FOB – Free on Board"),
                                    ("CFR", "CFR – Cost and Freight"),
                                    ("CIF", "CIF – Cost, Insurance and Freight"),
                                ],
                                max_length=3,
                            ),
                        ),
                        ("named_place", models.CharField(blank=True, max_length=120)),
                        ("lead_time_days", models.PositiveIntegerField(null=True)),
                        ("packaging", models.CharField(blank=True, max_length=200)),
                        (
                            "units_per_package",
                            models.DecimalField(decimal_places=6, max_digits=14, null=True),
                        ),
                        (
                            "net_weight_kg",
                            models.DecimalField(
                                decimal_places=4,
                                help_text="of one package, without packaging",
                                max_digits=14,
                                null=True,
                            ),
                        ),
                        (
                            "gross_weight_kg",
                            models.DecimalField(
                                decimal_places=4,
                                help_text="of one package, with packaging",
                                max_digits=14,
                                null=True,
                            ),
                        ),
                        ("attributes", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("in_review", "in review"),
                                    ("live", "live"),
                                    ("paused", "paused by the supplier"),
                                    ("suspended", "suspended by the marketplace"),
                                ],
                                default="draft",
                                max_length=10,
                            ),
                        ),
                        ("revision", models.PositiveIntegerField(default=1)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("submitted_at", models.DateTimeField(null=True)),
                        (
                            "published_at",
                            models.DateTimeField(help_text="when it first went live", null=True),
                        ),
                        ("changed_since_review_at", models.DateTimeField(null=True)),
                        (
                            "review_note",
                            models.TextField(
                                blank=True, help_text="why a moderator sent it back or suspended it"
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="products",
                                to="catalog.category",
                            ),
                        ),
                        (
                            "supplier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="products",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["supplier", "state"], name="product_by_supplier"),
                            models.Index(
                                condition=models.Q(("state", "in_review")),
                                fields=["submitted_at"],
                                name="product_waits_for_review",
                            ),
                            models.Index(
                                condition=models.Q(("changed_since_review_at__isnull", False)),
                                fields=["changed_since_review_at"],
                                name="product_changed_since_review",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "draft"),
                                    models.Q(
                                        ("category__isnull", False),
                                        ("moq__isnull", False),
                                        ("order_multiple__isnull", False),
                                        ("lead_time_days__isnull", False),
                                        models.Q(("hs_code", ""), _negated=True),
                                        models.Q(("origin", ""), _negated=True),
                                        models.Q(("unit_code", ""), _negated=True),
                                        models.Q(("currency", ""), _negated=True),
                                        models.Q(("incoterms_rule", ""), _negated=True),
                                        models.Q(("named_place", ""), _negated=True),
                                        models.Q(("description", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="product_is_complete_once_submitted",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "live"), _negated=True),
                                    ("published_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="product_live_has_a_publication_date",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("moq__isnull", True), ("moq__gt", 0), _connector="OR"),
                                name="product_minimum_order_above_zero",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("order_multiple__isnull", True),
                                    ("order_multiple__gt", 0),
                                    _connector="OR",
                                ),
                                name="product_order_multiple_above_zero",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("gross_weight_kg__isnull", True),
                                    ("net_weight_kg__isnull", True),
                                    ("gross_weight_kg__gte", models.F("net_weight_kg")),
                                    _connector="OR",
                                ),
                                name="product_gross_weight_not_below_net",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SupplierFacts",
                    fields=[
                        (
                            "supplier",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="supplier_facts",
                                serialize=False,
                                to="accounts.company",
                            ),
                        ),
                        ("orders_completed", models.PositiveIntegerField(default=0)),
                        ("on_time_bps", models.PositiveIntegerField(null=True)),
                        ("disputes_bps", models.PositiveIntegerField(null=True)),
                        ("answers_in_hours", models.PositiveIntegerField(null=True)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "visibility",
                            models.CharField(
                                choices=[
                                    ("full", "as every other"),
                                    ("lowered", "after all others"),
                                    ("hidden", "not found in search"),
                                ],
                                db_default="full",
                                default="full",
                                max_length=8,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "supplier facts",
                    },
                ),
                migrations.CreateModel(
                    name="Category",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.SlugField(max_length=60, unique=True)),
                        ("path", models.CharField(max_length=200, unique=True)),
                        ("level", models.PositiveSmallIntegerField()),
                        ("position", models.PositiveIntegerField()),
                        ("is_leaf", models.BooleanField()),
                        (
                            "hs",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=6),
                                help_text="HS chapters or headings that belong here",
                                size=None,
                            ),
                        ),
                        ("names", models.JSONField()),
                        (
                            "parent",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="catalog.category",
                            ),
                        ),
                        (
                            "attributes",
                            models.ManyToManyField(
                                related_name="categories",
                                through="catalog.CategoryAttribute",
                                to="catalog.attributedefinition",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "categories",
                        "indexes": [models.Index(fields=["position"], name="category_by_position")],
                    },
                ),
                migrations.CreateModel(
                    name="CategoryAttribute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        ("required", models.BooleanField()),
                        (
                            "attribute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="uses",
                                to="catalog.attributedefinition",
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="uses",
                                to="catalog.category",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("category", "attribute"), name="category_asks_an_attribute_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SearchEntry",
                    fields=[
                        (
                            "product",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="search_entry",
                                serialize=False,
                                to="catalog.product",
                            ),
                        ),
                        (
                            "supplier_name",
                            models.CharField(
                                help_text="as indexed; the company may be renamed meanwhile", max_length=200
                            ),
                        ),
                        ("category_path", models.CharField(max_length=200)),
                        ("origin", models.CharField(max_length=2)),
                        ("incoterms_rule", models.CharField(max_length=3)),
                        ("lead_time_days", models.PositiveIntegerField()),
                        ("currency", models.CharField(max_length=3)),
                        ("dimension", models.CharField(max_length=8)),
                        ("unit_factor", models.DecimalField(decimal_places=9, max_digits=18)),
                        ("moq_base", models.DecimalField(decimal_places=9, max_digits=24)),
                        (
                            "tier_from",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DecimalField(decimal_places=9, max_digits=24), size=None
                            ),
                        ),
                        (
                            "tier_prices",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DecimalField(decimal_places=6, max_digits=18), size=None
                            ),
                        ),
                        ("published_at", models.DateTimeField()),
                        ("vector", django.contrib.postgres.search.SearchVectorField()),
                        (
                            "supplier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.company",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "search entries",
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["vector"], name="search_entry_by_vector"
                            ),
                            models.Index(
                                django.contrib.postgres.indexes.OpClass(
                                    models.F("category_path"), name="text_pattern_ops"
                                ),
                                name="search_entry_by_category",
                            ),
                            models.Index(fields=["-published_at", "-product"], name="search_entry_newest"),
                            models.Index(fields=["supplier"], name="search_entry_by_supplier"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProductChange",
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
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="catalog.product",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("product", "revision"), name="product_change_once_per_revision"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProductImage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        ("alt", models.CharField(blank=True, max_length=160)),
                        ("renditions", models.JSONField(default=dict)),
                        (
                            "prepared_at",
                            models.DateTimeField(help_text="when the worker made the renditions", null=True),
                        ),
                        (
                            "file",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="files.storedfile",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="images",
                                to="catalog.product",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                                fields=("product", "position"),
                                name="product_image_position_once_per_product",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProductTransition",
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
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="catalog.product",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="SearchWord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("word", models.CharField(max_length=40, unique=True)),
                    ],
                    options={
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    models.F("word"), name="gin_trgm_ops"
                                ),
                                name="search_word_by_trigram",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Variant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                        (
                            "sku",
                            models.CharField(
                                blank=True, help_text="the supplier's own article number", max_length=60
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=120)),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="variants",
                                to="catalog.product",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("product", "position"), name="variant_position_once_per_product"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PriceTier",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("min_quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                        ("unit_price", models.DecimalField(decimal_places=6, max_digits=18)),
                        (
                            "variant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tiers",
                                to="catalog.variant",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("variant", "min_quantity"), name="price_tier_once_per_quantity"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("min_quantity__gt", 0)),
                                name="price_tier_quantity_above_zero",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("unit_price__gt", 0)), name="price_tier_price_above_zero"
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunSQL(
            sql=(SQL / "0001_squashed_search_functions.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0001_squashed_search_functions_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
