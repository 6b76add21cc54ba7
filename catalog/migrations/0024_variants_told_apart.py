from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models
from django.db.models.functions import Lower

_NUMBERS = models.UniqueConstraint(fields=("product", "number"), name="variant_number_once_per_product")
_NAMES = models.UniqueConstraint(
    models.F("product"),
    Lower("name"),
    condition=models.Q(("position__isnull", False)) & ~models.Q(("name", "")),
    name="variant_name_once_per_product",
)


class Migration(migrations.Migration):
    """A number and a name each mean one variant of a listing; built while people go on writing."""

    atomic = False

    dependencies = [
        ("catalog", "0023_several_variants_per_listing"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY variant_number_once_per_product"
                    " ON catalog_variant (product_id, number)",
                    "DROP INDEX CONCURRENTLY IF EXISTS variant_number_once_per_product",
                ),
                migrations.RunSQL(
                    "ALTER TABLE catalog_variant ADD CONSTRAINT variant_number_once_per_product"
                    " UNIQUE USING INDEX variant_number_once_per_product",
                    "ALTER TABLE catalog_variant DROP CONSTRAINT variant_number_once_per_product",
                ),
            ],
            state_operations=[migrations.AddConstraint(model_name="variant", constraint=_NUMBERS)],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY variant_name_once_per_product"
                    " ON catalog_variant (product_id, lower(name)) WHERE position IS NOT NULL AND name <> ''",
                    "DROP INDEX CONCURRENTLY variant_name_once_per_product",
                ),
            ],
            state_operations=[migrations.AddConstraint(model_name="variant", constraint=_NAMES)],
        ),
        ValidateConstraint(model_name="variant", name="variant_withdrawn_has_no_position"),
        ValidateConstraint(model_name="variant", name="variant_after_the_first_has_a_name"),
    ]
