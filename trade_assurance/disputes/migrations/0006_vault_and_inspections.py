import functools

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import marketplace.core.ids

GUARDS = """
-- INVARIANT: evidence is never changed nor removed, its file's row neither (the bytes: their hash in that row).
CREATE TRIGGER evidence_file_history BEFORE UPDATE OR DELETE ON files_storedfile FOR EACH ROW
    WHEN (OLD.kind = 'evidence') EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER inspection_step BEFORE UPDATE OF state ON ta_disputes_inspection FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('proposed>agreed', 'proposed>declined', 'proposed>withdrawn',
        'agreed>reported', 'ordered>reported');
CREATE TRIGGER inspection_birth BEFORE INSERT ON ta_disputes_inspection FOR EACH ROW
    WHEN (NEW.state <> 'ordered') EXECUTE FUNCTION ta_holds_guard_birth('proposed');
CREATE FUNCTION ta_disputes_guard_inspection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.dispute_id <> OLD.dispute_id OR NEW.cost_minor <> OLD.cost_minor OR NEW.currency <> OLD.currency
       OR NEW.advanced_by <> OLD.advanced_by OR NEW.inspector <> OLD.inspector OR NEW.task <> OLD.task
       OR (OLD.spent_minor IS NOT NULL AND NEW.spent_minor IS DISTINCT FROM OLD.spent_minor) THEN
        RAISE EXCEPTION 'what was agreed of an inspection never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_is_fixed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inspection_fixed BEFORE UPDATE ON ta_disputes_inspection FOR EACH ROW
    EXECUTE FUNCTION ta_disputes_guard_inspection();
CREATE TRIGGER inspection_stays BEFORE DELETE ON ta_disputes_inspection FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER inspection_transition_history BEFORE UPDATE OR DELETE ON ta_disputes_inspectiontransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER cost_settlement_history BEFORE UPDATE OR DELETE ON ta_disputes_costsettlement FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
"""
UNDO = """
DROP TRIGGER cost_settlement_history ON ta_disputes_costsettlement;
DROP TRIGGER inspection_transition_history ON ta_disputes_inspectiontransition;
DROP TRIGGER inspection_stays ON ta_disputes_inspection;
DROP TRIGGER inspection_fixed ON ta_disputes_inspection;
DROP TRIGGER inspection_birth ON ta_disputes_inspection;
DROP TRIGGER inspection_step ON ta_disputes_inspection;
DROP TRIGGER evidence_file_history ON files_storedfile;
DROP FUNCTION ta_disputes_guard_inspection();
"""


class Migration(migrations.Migration):
    """Previews of evidence, inspections by third parties and how their cost moved; files of evidence are history."""

    dependencies = [
        ("files", "0001_initial"),
        ("ta_disputes", "0005_guards_of_the_full_course"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Inspection",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("ins",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "proposed_by_side",
                    models.CharField(
                        choices=[
                            ("buyer", "buyer"),
                            ("supplier", "supplier"),
                            ("officer", "dispute officer"),
                        ],
                        max_length=8,
                    ),
                ),
                ("proposed_by", models.CharField(max_length=120)),
                ("proposed_by_label", models.CharField(max_length=300)),
                ("inspector", models.CharField(max_length=160)),
                ("task", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("cost_minor", models.BigIntegerField()),
                ("spent_minor", models.BigIntegerField(null=True)),
                (
                    "advanced_by",
                    models.CharField(
                        choices=[
                            ("buyer", "buyer"),
                            ("supplier", "supplier"),
                            ("officer", "dispute officer"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed, waits for the other side"),
                            ("agreed", "agreed, report awaited"),
                            ("ordered", "ordered by the officer, report awaited"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("reported", "report filed"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="ta_disputes.dispute",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="evidence",
            name="inspection",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="ta_disputes.inspection",
            ),
        ),
        migrations.CreateModel(
            name="InspectionTransition",
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
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="ta_disputes.inspection",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Preview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thumb_path", models.CharField(max_length=200)),
                ("large_path", models.CharField(max_length=200)),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CostSettlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "owed_to",
                    models.CharField(
                        choices=[
                            ("buyer", "buyer"),
                            ("supplier", "supplier"),
                            ("officer", "dispute officer"),
                        ],
                        max_length=8,
                    ),
                ),
                ("due_minor", models.BigIntegerField()),
                ("from_claim_minor", models.BigIntegerField()),
                ("from_held_minor", models.BigIntegerField()),
                ("outside_minor", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="costs",
                        to="ta_disputes.decision",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "due_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("from_claim_minor"), "+", models.F("from_held_minor")
                                    ),
                                    "+",
                                    models.F("outside_minor"),
                                ),
                            )
                        ),
                        name="cost_settlement_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_claim_minor__gte", 0),
                            ("from_held_minor__gte", 0),
                            ("outside_minor__gte", 0),
                        ),
                        name="cost_settlement_no_part_is_negative",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost_minor__gt", 0)), name="inspection_costs_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("spent_minor__isnull", True),
                    models.Q(("spent_minor__gte", 0), ("spent_minor__lte", models.F("cost_minor"))),
                    _connector="OR",
                ),
                name="inspection_spends_not_more_than_agreed",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(("advanced_by__in", ["buyer", "supplier"])),
                name="inspection_advanced_by_one_of_the_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reported_at__isnull", False), ("spent_minor__isnull", False), ("state", "reported")
                    ),
                    models.Q(
                        models.Q(("state", "reported"), _negated=True),
                        ("reported_at__isnull", True),
                        ("spent_minor__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="inspection_spent_exactly_when_reported",
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
