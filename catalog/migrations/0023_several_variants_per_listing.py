from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# Asked at commit, so that an operation may move the variants in any order. What stands first alone (nearly every
# listing) is not asked at all.
_WATCH = """
    CREATE FUNCTION catalog_variant_watch_positions() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        offered integer; last integer;
    BEGIN
        SELECT count(position), max(position) INTO offered, last
        FROM catalog_variant WHERE product_id = NEW.product_id;
        IF offered IS DISTINCT FROM last THEN
            RAISE EXCEPTION 'the variants on offer of listing % do not stand at 1, 2, 3 …', NEW.product_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'variant_positions_without_a_gap';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER variant_positions_without_a_gap
        AFTER INSERT OR UPDATE OF position ON catalog_variant
        DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.position IS DISTINCT FROM 1)
        EXECUTE FUNCTION catalog_variant_watch_positions();
"""
_UNWATCH = """
    DROP TRIGGER variant_positions_without_a_gap ON catalog_variant;
    DROP FUNCTION catalog_variant_watch_positions();
"""


class Migration(migrations.Migration):
    """A listing may have several variants, each with a number of its own; what is there becomes number 1."""

    dependencies = [
        ("catalog", "0022_appeals"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="variant",
            name="number",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="variant",
            name="withdrawn_at",
            field=models.DateTimeField(help_text="since when it is not offered any more", null=True),
        ),
        migrations.AlterField(
            model_name="variant",
            name="position",
            field=models.PositiveSmallIntegerField(default=1, help_text="null: withdrawn", null=True),
        ),
        # Looked at row by row in the next migration, while people go on writing.
        AddConstraintNotValid(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__isnull", False), ("withdrawn_at__isnull", True))
                | models.Q(("position__isnull", True), ("withdrawn_at__isnull", False)),
                name="variant_withdrawn_has_no_position",
            ),
        ),
        AddConstraintNotValid(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__isnull", True))
                | models.Q(("position", 1))
                | (models.Q(("position__gt", 1)) & ~models.Q(("name", ""))),
                name="variant_after_the_first_has_a_name",
            ),
        ),
        migrations.RunSQL(_WATCH, _UNWATCH),
    ]
