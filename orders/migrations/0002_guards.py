"""What PostgreSQL itself refuses: changing a frozen contract, and a shipment of another order's line."""

from django.db import migrations

FROZEN = """
CREATE FUNCTION orders_refuse_changed_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.terms_hash <> '' AND (
        NEW.terms IS DISTINCT FROM OLD.terms OR NEW.terms_hash <> OLD.terms_hash
        OR NEW.total_minor <> OLD.total_minor OR NEW.goods_minor <> OLD.goods_minor
        OR NEW.freight_minor <> OLD.freight_minor OR NEW.currency <> OLD.currency
        OR NEW.commission_bps IS DISTINCT FROM OLD.commission_bps OR NEW.clocks IS DISTINCT FROM OLD.clocks
        OR NEW.ship_by <> OLD.ship_by OR NEW.buyer_id <> OLD.buyer_id OR NEW.supplier_id <> OLD.supplier_id
        OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at
    ) THEN
        RAISE EXCEPTION 'order_terms_are_frozen: order % is a contract', OLD.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER order_terms_are_frozen BEFORE UPDATE ON orders_order
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_changed_terms();

CREATE FUNCTION orders_refuse_changed_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM orders_order o WHERE o.id = OLD.order_id AND o.terms_hash <> '') THEN
        RAISE EXCEPTION 'order_lines_are_frozen: order % is a contract', OLD.order_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER order_lines_are_frozen BEFORE UPDATE ON orders_orderline
    FOR EACH ROW WHEN (
        NEW.quantity <> OLD.quantity OR NEW.unit_price <> OLD.unit_price OR NEW.discount_bps <> OLD.discount_bps
        OR NEW.amount_minor <> OLD.amount_minor OR NEW.unit_code <> OLD.unit_code OR NEW.order_id <> OLD.order_id)
    EXECUTE FUNCTION orders_refuse_changed_lines();

CREATE FUNCTION orders_refuse_strange_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT s.order_id FROM orders_shipment s WHERE s.id = NEW.shipment_id)
        IS DISTINCT FROM (SELECT l.order_id FROM orders_orderline l WHERE l.id = NEW.line_id) THEN
        RAISE EXCEPTION 'shipment_line_of_the_same_order: line % is of another order', NEW.line_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER shipment_line_of_the_same_order BEFORE INSERT OR UPDATE ON orders_shipmentline
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_strange_line();
"""

THAWED = """
DROP TRIGGER shipment_line_of_the_same_order ON orders_shipmentline;
DROP FUNCTION orders_refuse_strange_line();
DROP TRIGGER order_lines_are_frozen ON orders_orderline;
DROP FUNCTION orders_refuse_changed_lines();
DROP TRIGGER order_terms_are_frozen ON orders_order;
DROP FUNCTION orders_refuse_changed_terms();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.RunSQL("SET lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(FROZEN, THAWED),
    ]
