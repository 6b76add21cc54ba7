-- What PostgreSQL itself refuses: changing a frozen contract, its lines, milestones and addenda, a shipment of another
-- order's line, goods that leave before they are cleared, and changing what a shipment that left is worth.

CREATE FUNCTION orders_refuse_changed_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.terms_hash <> '' AND (
        NEW.terms IS DISTINCT FROM OLD.terms OR NEW.terms_hash <> OLD.terms_hash
        OR NEW.total_minor <> OLD.total_minor OR NEW.goods_minor <> OLD.goods_minor
        OR NEW.freight_minor <> OLD.freight_minor OR NEW.currency <> OLD.currency
        OR NEW.commission_bps IS DISTINCT FROM OLD.commission_bps OR NEW.clocks IS DISTINCT FROM OLD.clocks
        OR NEW.ship_by <> OLD.ship_by OR NEW.buyer_id <> OLD.buyer_id OR NEW.supplier_id <> OLD.supplier_id
        OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.schedule <> OLD.schedule
    ) THEN
        RAISE EXCEPTION 'order_terms_are_frozen: order % is a contract', OLD.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION orders_refuse_changed_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM orders_order o WHERE o.id = OLD.order_id AND o.terms_hash <> '') THEN
        RAISE EXCEPTION 'order_lines_are_frozen: order % is a contract', OLD.order_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION orders_refuse_strange_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT s.order_id FROM orders_shipment s WHERE s.id = NEW.shipment_id)
        IS DISTINCT FROM (SELECT l.order_id FROM orders_orderline l WHERE l.id = NEW.line_id) THEN
        RAISE EXCEPTION 'shipment_line_of_the_same_order: line % is of another order', NEW.line_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION orders_refuse_changed_milestone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'milestone_is_agreed: milestone % of order % is part of a contract', OLD.position, OLD.order_id
        USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION orders_refuse_departure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT o.cleared_to_ship_at FROM orders_order o WHERE o.id = NEW.order_id) IS NULL THEN
        RAISE EXCEPTION 'shipment_leaves_only_when_cleared: shipment % waits for the buyer''s money', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION orders_refuse_changed_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'addendum_is_agreed: addendum % is part of a contract', OLD.ref
        USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION orders_refuse_changed_worth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'shipment_worth_is_fixed: shipment % has left', OLD.ref USING ERRCODE = 'check_violation';
END $$;


CREATE TRIGGER order_terms_are_frozen BEFORE UPDATE ON orders_order
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_changed_terms();

CREATE TRIGGER order_lines_are_frozen BEFORE UPDATE ON orders_orderline
    FOR EACH ROW WHEN (
        NEW.quantity <> OLD.quantity OR NEW.unit_price <> OLD.unit_price OR NEW.discount_bps <> OLD.discount_bps
        OR NEW.amount_minor <> OLD.amount_minor OR NEW.unit_code <> OLD.unit_code OR NEW.order_id <> OLD.order_id)
    EXECUTE FUNCTION orders_refuse_changed_lines();

CREATE TRIGGER shipment_line_of_the_same_order BEFORE INSERT OR UPDATE ON orders_shipmentline
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_strange_line();

CREATE TRIGGER milestone_is_agreed BEFORE UPDATE ON orders_milestone FOR EACH ROW WHEN (
        NEW.order_id <> OLD.order_id OR NEW.position <> OLD.position OR NEW.kind <> OLD.kind
        OR NEW.share_bps <> OLD.share_bps OR NEW.amount_minor <> OLD.amount_minor
        OR NEW.fund_on <> OLD.fund_on OR NEW.fund_on_date IS DISTINCT FROM OLD.fund_on_date
        OR NEW.release_on <> OLD.release_on)
    EXECUTE FUNCTION orders_refuse_changed_milestone();

CREATE TRIGGER shipment_leaves_only_when_cleared BEFORE UPDATE OF state ON orders_shipment FOR EACH ROW
    WHEN (NEW.state = 'in_transit' AND OLD.state <> 'in_transit') EXECUTE FUNCTION orders_refuse_departure();
CREATE TRIGGER shipment_worth_is_fixed BEFORE UPDATE ON orders_shipment FOR EACH ROW WHEN (
        OLD.goods_minor IS NOT NULL AND (NEW.goods_minor IS DISTINCT FROM OLD.goods_minor
        OR NEW.freight_minor IS DISTINCT FROM OLD.freight_minor OR NEW.surplus_minor <> OLD.surplus_minor
        OR NEW.surplus_state <> OLD.surplus_state))
    EXECUTE FUNCTION orders_refuse_changed_worth();

CREATE TRIGGER addendum_is_agreed BEFORE UPDATE ON orders_addendum FOR EACH ROW WHEN (
        OLD.terms_hash <> '' OR NEW.order_id <> OLD.order_id OR NEW.number <> OLD.number OR NEW.side <> OLD.side
        OR NEW.lines <> OLD.lines OR NEW.freight_off_minor <> OLD.freight_off_minor
        OR NEW.value_minor <> OLD.value_minor OR NEW.note <> OLD.note)
    EXECUTE FUNCTION orders_refuse_changed_addendum();
