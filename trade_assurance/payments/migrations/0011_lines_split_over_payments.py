import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION ta_payments_guard_line_receipts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line_minor bigint; received_minor numeric;
BEGIN
    IF NEW.statement_line_id IS NULL THEN RETURN NEW; END IF;
    SELECT amount_minor INTO line_minor FROM ta_payments_bankstatementline
        WHERE id = NEW.statement_line_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount_minor), 0) INTO received_minor FROM ta_payments_bankreceipt
        WHERE statement_line_id = NEW.statement_line_id AND id IS DISTINCT FROM NEW.id;
    IF received_minor + NEW.amount_minor > line_minor THEN
        RAISE EXCEPTION 'more is received of bank line % than it brought', NEW.statement_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_receipts_not_above_their_line';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_receipts_not_above_their_line
    BEFORE INSERT OR UPDATE OF statement_line_id, amount_minor ON ta_payments_bankreceipt
    FOR EACH ROW EXECUTE FUNCTION ta_payments_guard_line_receipts();
"""
UNDO = """
DROP TRIGGER bank_receipts_not_above_their_line ON ta_payments_bankreceipt;
DROP FUNCTION ta_payments_guard_line_receipts();
"""


class Migration(migrations.Migration):
    """One bank line may pay several payments; what is received of it is never more than it."""

    dependencies = [
        ("files", "0001_initial"),
        ("ta_payments", "0010_large_refunds_take_two_persons"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="bankreceipt",
            name="statement_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="ta_payments.bankstatementline",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankreceipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("statement_line__isnull", False)),
                fields=("statement_line", "payment"),
                name="bank_receipt_once_per_line_and_payment",
            ),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
