from django.db import migrations

STEPS = """
DROP TRIGGER payout_step ON ta_holds_payout;
CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'approved>rejected', 'sent>confirmed', 'sent>failed',
                                         'confirmed>returned');
"""
STEPS_BEFORE = """
DROP TRIGGER payout_step ON ta_holds_payout;
CREATE TRIGGER payout_step BEFORE UPDATE OF state ON ta_holds_payout FOR EACH ROW
    EXECUTE FUNCTION ta_holds_guard_step('requested>approved', 'requested>rejected', 'approved>sent',
                                         'sent>confirmed', 'sent>failed', 'confirmed>returned');
"""


class Migration(migrations.Migration):
    """An approved payout whose rail cannot pay the company may be given back to the supplier's balance."""

    dependencies = [("ta_holds", "0012_plain_releases")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(STEPS, STEPS_BEFORE),
    ]
