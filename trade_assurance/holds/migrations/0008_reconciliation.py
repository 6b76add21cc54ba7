import functools

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids

GUARDS = """
CREATE TRIGGER incident_step BEFORE UPDATE OF state ON ta_holds_incident FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('open>proposed', 'open>agrees', 'open>explained', 'open>corrected',
                                         'open>written_off', 'proposed>open', 'proposed>agrees',
                                         'proposed>corrected', 'proposed>written_off');
CREATE TRIGGER incident_birth BEFORE INSERT ON ta_holds_incident FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_birth('open');
CREATE TRIGGER incident_stays BEFORE DELETE ON ta_holds_incident FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER incident_transition_history BEFORE UPDATE OR DELETE ON ta_holds_incidenttransition FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER incident_note_history BEFORE UPDATE OR DELETE ON ta_holds_incidentnote FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER incident_approval_history BEFORE UPDATE OR DELETE ON ta_holds_incidentapproval FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER booked_movement_history BEFORE UPDATE OR DELETE ON ta_holds_bookedmovement FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER provider_movement_stays BEFORE DELETE ON ta_holds_providermovementrow FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
-- What a line says is the provider's word: only what it is about and that its fee was booked may be added.
CREATE TRIGGER provider_movement_history
    BEFORE UPDATE OF provider, ref, kind, object_ref, subject, currency, amount_minor, fee_minor, at, recorded_at
    ON ta_holds_providermovementrow FOR EACH ROW EXECUTE FUNCTION ta_holds_append_only();
"""
UNDO = """
DROP TRIGGER provider_movement_history ON ta_holds_providermovementrow;
DROP TRIGGER provider_movement_stays ON ta_holds_providermovementrow;
DROP TRIGGER booked_movement_history ON ta_holds_bookedmovement;
DROP TRIGGER incident_approval_history ON ta_holds_incidentapproval;
DROP TRIGGER incident_note_history ON ta_holds_incidentnote;
DROP TRIGGER incident_transition_history ON ta_holds_incidenttransition;
DROP TRIGGER incident_stays ON ta_holds_incident;
DROP TRIGGER incident_birth ON ta_holds_incident;
DROP TRIGGER incident_step ON ta_holds_incident;
"""


class Migration(migrations.Migration):
    """Providers' accounts of our money beside our books: lines of both sides, days, incidents."""

    dependencies = [
        ("ta_holds", "0007_buyers_credit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="BookedMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("kind", models.CharField(max_length=64)),
                ("posting_key", models.CharField(max_length=200)),
                ("name", models.CharField(blank=True, max_length=160)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["provider", "currency", "name"], name="booked_movement_by_name"),
                    models.Index(fields=["provider", "at"], name="booked_movement_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Incident",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("inc",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("currency", models.CharField(max_length=3)),
                ("name", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("missing", "missing at the provider"),
                            ("extra", "not in our books"),
                            ("wrong_amount", "another amount"),
                            ("balance", "the balance is not the sum of the movements"),
                            ("changed", "a movement was changed afterwards"),
                        ],
                        max_length=16,
                    ),
                ),
                ("day", models.DateField()),
                ("booked_minor", models.BigIntegerField()),
                ("found_minor", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("proposed", "waits for a second officer"),
                            ("agrees", "agrees by itself"),
                            ("explained", "explained"),
                            ("corrected", "corrected by a posting"),
                            ("written_off", "written off"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("owner_label", models.CharField(blank=True, max_length=300)),
                ("proposal", models.PositiveIntegerField(default=0)),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fees", "a fee of the provider"),
                            ("bank", "moved to or from the marketplace's bank account"),
                            ("suspense", "unexplained for now: to be cleared up"),
                            ("loss", "written off: borne by the marketplace"),
                        ],
                        max_length=12,
                    ),
                ),
                ("proposed_reason", models.TextField(blank=True)),
                ("approvals_needed", models.PositiveSmallIntegerField(default=0)),
                ("resolution", models.TextField(blank=True)),
                ("closed_by", models.CharField(blank=True, max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposal", models.PositiveIntegerField()),
                ("label", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="ta_holds.incident",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("author", models.CharField(max_length=120)),
                ("author_label", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="ta_holds.incident",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentTransition",
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
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="ta_holds.incident",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProviderMovementRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("ref", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=24)),
                ("object_ref", models.CharField(blank=True, max_length=120)),
                ("subject", models.CharField(blank=True, max_length=120)),
                ("name", models.CharField(blank=True, max_length=160)),
                ("named_by_hand", models.BooleanField(default=False)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("description", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField()),
                ("fee_booked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["provider", "currency", "name"], name="provider_movement_by_name"),
                    models.Index(fields=["provider", "at"], name="provider_movement_by_time"),
                    models.Index(
                        condition=models.Q(
                            ("fee_booked_at", None),
                            models.Q(
                                models.Q(("fee_minor", 0), _negated=True), ("kind", "fee"), _connector="OR"
                            ),
                        ),
                        fields=["provider", "id"],
                        name="provider_movement_fee_waits",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "ref"), name="provider_movement_taken_once"),
                    models.CheckConstraint(
                        condition=models.Q(("fee_minor__gte", 0)), name="provider_movement_fee_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("currency", models.CharField(max_length=3)),
                ("day", models.DateField()),
                ("provider_opening_minor", models.BigIntegerField()),
                ("provider_moved_minor", models.BigIntegerField()),
                ("provider_closing_minor", models.BigIntegerField()),
                ("books_opening_minor", models.BigIntegerField()),
                ("books_moved_minor", models.BigIntegerField()),
                ("books_closing_minor", models.BigIntegerField()),
                ("reconciled_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["day", "id"], name="reconciliation_day_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "currency", "day"), name="reconciliation_day_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "books_closing_minor",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("books_opening_minor"), "+", models.F("books_moved_minor")
                                ),
                            ),
                            (
                                "provider_closing_minor",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("provider_opening_minor"), "+", models.F("provider_moved_minor")
                                ),
                            ),
                        ),
                        name="reconciliation_day_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("started_at", models.DateTimeField()),
                ("read_since", models.DateTimeField()),
                ("read_until", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("new_movements", models.PositiveIntegerField(default=0)),
                ("new_bookings", models.PositiveIntegerField(default=0)),
                ("opened", models.PositiveIntegerField(default=0)),
                ("closed", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("actor", models.CharField(max_length=120)),
                ("actor_label", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "indexes": [models.Index(fields=["provider", "-id"], name="reconciliation_run_latest")],
            },
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "proposed"))),
                fields=["opened_at"],
                name="incident_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "proposed"))),
                fields=("provider", "currency", "name"),
                name="incident_open_once_per_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state__in", ("open", "proposed"))),
                    models.Q(
                        models.Q(("state__in", ("open", "proposed")), _negated=True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="incident_ended_exactly_when_not_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["open", "proposed", "agrees"]),
                    models.Q(("resolution", ""), _negated=True),
                    _connector="OR",
                ),
                name="incident_resolved_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["corrected", "written_off"]), _negated=True),
                    models.Q(
                        models.Q(("closed_by", ""), _negated=True), models.Q(("target", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="incident_put_right_names_its_posting",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("booked_minor", models.F("found_minor")), _negated=True),
                name="incident_is_a_difference",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentapproval",
            constraint=models.UniqueConstraint(
                fields=("incident", "proposal", "user"), name="incident_approval_once_per_person"
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
