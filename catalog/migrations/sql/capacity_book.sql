-- The book of a capacity period is never edited, adds up line by line, and says what the period says.

CREATE FUNCTION catalog_refuse_edited_capacity_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'capacity_book_is_never_edited: a movement is booked once and stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'capacity_book_is_never_edited';
END $$;

CREATE TRIGGER capacity_book_is_never_edited BEFORE UPDATE OR DELETE ON catalog_capacitymovement
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse_edited_capacity_book();

CREATE TRIGGER capacity_book_is_never_truncated BEFORE TRUNCATE ON catalog_capacitymovement
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_refuse_edited_capacity_book();

CREATE FUNCTION catalog_add_up_capacity_movement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    offered_before numeric := 0;
    taken_before numeric := 0;
BEGIN
    IF NEW.number > 1 THEN
        SELECT m.offered_after, m.taken_after INTO offered_before, taken_before
        FROM catalog_capacitymovement m WHERE m.period_id = NEW.period_id AND m.number = NEW.number - 1;
    END IF;
    IF (NEW.offered_after = offered_before + NEW.offered_change
        AND NEW.taken_after = taken_before + NEW.taken_change) IS NOT TRUE THEN
        RAISE EXCEPTION 'capacity_movements_follow_each_other: number % of period %', NEW.number, NEW.period_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'capacity_movements_follow_each_other';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER capacity_movements_follow_each_other BEFORE INSERT ON catalog_capacitymovement
    FOR EACH ROW EXECUTE FUNCTION catalog_add_up_capacity_movement();

CREATE FUNCTION catalog_compare_capacity_book(which bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM catalog_capacityperiod p
        LEFT JOIN LATERAL (
            SELECT m.number, m.offered_after, m.taken_after FROM catalog_capacitymovement m
            WHERE m.period_id = p.id ORDER BY m.number DESC LIMIT 1
        ) last ON true
        WHERE p.id = which
          AND (p.moves, p.offered, p.taken) IS DISTINCT FROM (last.number, last.offered_after, last.taken_after)
    ) THEN
        RAISE EXCEPTION 'capacity_is_what_its_book_says: period %', which
            USING ERRCODE = 'check_violation', CONSTRAINT = 'capacity_is_what_its_book_says';
    END IF;
END $$;

CREATE FUNCTION catalog_compare_capacity_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_compare_capacity_book(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION catalog_compare_capacity_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_compare_capacity_book(NEW.period_id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER capacity_is_what_its_book_says AFTER INSERT OR UPDATE ON catalog_capacityperiod
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog_compare_capacity_period();

CREATE CONSTRAINT TRIGGER capacity_movement_counts_in_its_period AFTER INSERT ON catalog_capacitymovement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog_compare_capacity_movement();
