import functools

import django.db.models.deletion
from django.db import migrations, models

import marketplace.core.ids

GUARDS = """
CREATE TRIGGER bundle_file_history BEFORE UPDATE OR DELETE ON files_storedfile FOR EACH ROW
    WHEN (OLD.kind = 'evidence_bundle') EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER bundle_history BEFORE UPDATE ON ta_disputes_bundle FOR EACH ROW
    WHEN (OLD.made_at IS NOT NULL) EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER bundle_stays BEFORE DELETE ON ta_disputes_bundle FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
-- A key is only retired: what it signed stays to be checked.
CREATE TRIGGER signing_key_history BEFORE UPDATE ON ta_disputes_signingkey FOR EACH ROW
    WHEN (NOT OLD.is_current OR NEW.fingerprint <> OLD.fingerprint OR NEW.public_pem <> OLD.public_pem
          OR NEW.private_sealed <> OLD.private_sealed) EXECUTE FUNCTION ta_holds_append_only();
CREATE TRIGGER signing_key_stays BEFORE DELETE ON ta_disputes_signingkey FOR EACH ROW
    EXECUTE FUNCTION ta_holds_append_only();
"""
UNDO = """
DROP TRIGGER signing_key_stays ON ta_disputes_signingkey;
DROP TRIGGER signing_key_history ON ta_disputes_signingkey;
DROP TRIGGER bundle_stays ON ta_disputes_bundle;
DROP TRIGGER bundle_history ON ta_disputes_bundle;
DROP TRIGGER bundle_file_history ON files_storedfile;
"""


class Migration(migrations.Migration):
    """Signed evidence bundles and the keys that sign them; a bundle once made is history."""

    dependencies = [
        ("files", "0001_initial"),
        ("ta_disputes", "0006_vault_and_inspections"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("public_pem", models.TextField()),
                ("private_sealed", models.BinaryField()),
                ("is_current", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("is_current",),
                        name="signing_key_one_current",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Bundle",
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
                        default=functools.partial(marketplace.core.ids.new_ref, *("bnd",)),
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("buyer", "the buyer"), ("supplier", "the supplier"), ("desk", "officers")],
                        max_length=8,
                    ),
                ),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_by_label", models.CharField(max_length=300)),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                ("manifest_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bundles",
                        to="ta_disputes.dispute",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ta_disputes.signingkey",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("made_at__isnull", True)),
                        fields=("dispute", "audience"),
                        name="bundle_one_in_the_making",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("file__isnull", True),
                                ("key__isnull", True),
                                ("made_at__isnull", True),
                                ("manifest_sha256", ""),
                            ),
                            models.Q(
                                ("file__isnull", False),
                                ("key__isnull", False),
                                ("made_at__isnull", False),
                                models.Q(("manifest_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="bundle_made_exactly_when_stored_and_signed",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
