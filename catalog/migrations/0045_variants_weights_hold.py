from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Looks through the rows there are, beside a running site; none of them states a weight yet."""

    dependencies = [
        ("catalog", "0044_variants_are_packed_their_own_way"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        ValidateConstraint(model_name="variant", name="variant_gross_weight_not_below_net"),
    ]
