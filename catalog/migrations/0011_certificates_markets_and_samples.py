import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import catalog.models.certificate


class Migration(migrations.Migration):
    """Certificates of companies, where listings are offered, their seasons and samples; what search keeps of them."""

    dependencies = [
        ("accounts", "0002_company_keeps_an_owner"),
        ("catalog", "0010_saved_searches"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SupplierMarkets",
            fields=[
                (
                    "supplier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="markets",
                        serialize=False,
                        to="accounts.company",
                    ),
                ),
                (
                    "ships",
                    models.CharField(
                        choices=[
                            ("everywhere", "everywhere"),
                            ("only", "only to these countries"),
                            ("except", "everywhere except these countries"),
                        ],
                        default="everywhere",
                        max_length=10,
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), db_default=[], default=list, size=None
                    ),
                ),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "supplier markets",
            },
        ),
        migrations.AddField(
            model_name="searchentry",
            name="certificates",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=70),
                db_default=[],
                default=list,
                help_text="kind/first day/last day of what its supplier holds for it, joined so that a kind holds once a day",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="searchentry",
            name="countries",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="searchentry",
            name="months",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="searchentry",
            name="ships",
            field=models.CharField(
                choices=[
                    ("everywhere", "everywhere"),
                    ("only", "only to these countries"),
                    ("except", "everywhere except these countries"),
                ],
                db_default="everywhere",
                default="everywhere",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Certificate",
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
                        default=catalog.models.certificate.new_certificate_ref, max_length=32, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(help_text="a code of catalog/data/certificates.toml", max_length=40),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("number", models.CharField(max_length=80)),
                ("issuer", models.CharField(max_length=120)),
                ("valid_from", models.DateField(null=True)),
                (
                    "valid_until",
                    models.DateField(help_text="the last day it holds; null: it has no end", null=True),
                ),
                ("covers_all", models.BooleanField(default=True)),
                ("scan_is_public", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("stated", "stated by the supplier"),
                            ("checked", "checked"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="stated",
                        max_length=10,
                    ),
                ),
                ("review_note", models.TextField(blank=True, help_text="why a moderator rejected it")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "scan",
                    models.OneToOneField(
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
                        related_name="certificates",
                        to="accounts.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CertificateReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_until", models.DateField()),
                ("days_before", models.PositiveSmallIntegerField()),
                ("told_at", models.DateTimeField()),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="catalog.certificate",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CertificateTransition",
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
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="catalog.certificate",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CertifiedProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certified",
                        to="catalog.certificate",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certified_by",
                        to="catalog.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Offering",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="offering",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                (
                    "ships",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("everywhere", "everywhere"),
                            ("only", "only to these countries"),
                            ("except", "everywhere except these countries"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), db_default=[], default=list, size=None
                    ),
                ),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                ("sample_quantity", models.DecimalField(decimal_places=3, max_digits=14, null=True)),
                ("sample_price", models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                (
                    "sample_days",
                    models.PositiveIntegerField(help_text="from payment to handing over", null=True),
                ),
                ("sample_is_credited", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sample_days__isnull", True),
                                ("sample_price__isnull", True),
                                ("sample_quantity__isnull", True),
                            ),
                            models.Q(
                                ("sample_days__isnull", False),
                                ("sample_price__gt", 0),
                                ("sample_quantity__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="offering_states_a_whole_sample_or_none",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(fields=["supplier", "state"], name="certificate_by_supplier"),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("state__in", ("stated", "checked"))),
                fields=["valid_until"],
                name="certificate_by_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from__isnull", True),
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="certificate_ends_not_before_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", ""), _negated=True), models.Q(("issuer", ""), _negated=True)
                ),
                name="certificate_has_a_number_and_an_issuer",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "rejected"), _negated=True),
                    models.Q(("review_note", ""), _negated=True),
                    _connector="OR",
                ),
                name="certificate_rejected_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificatereminder",
            constraint=models.UniqueConstraint(
                fields=("certificate", "valid_until", "days_before"), name="certificate_reminds_once_per_step"
            ),
        ),
        migrations.AddConstraint(
            model_name="certifiedproduct",
            constraint=models.UniqueConstraint(
                fields=("certificate", "product"), name="certificate_belongs_to_a_product_once"
            ),
        ),
    ]
