"""PostgreSQL refuses, at commit, a company whose last owner has left or been demoted."""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_company_keeps_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM accounts_company WHERE id = OLD.company_id)
       AND NOT EXISTS (
        SELECT 1 FROM accounts_member
        WHERE company_id = OLD.company_id AND role = 'owner' AND left_at IS NULL
    ) THEN
        RAISE EXCEPTION 'company % would have no owner', OLD.company_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'company_keeps_an_owner';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER company_keeps_an_owner
    AFTER UPDATE OR DELETE ON accounts_member
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.role = 'owner' AND OLD.left_at IS NULL)
    EXECUTE FUNCTION accounts_company_keeps_an_owner();
"""
DROP = """
DROP TRIGGER company_keeps_an_owner ON accounts_member;
DROP FUNCTION accounts_company_keeps_an_owner();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
