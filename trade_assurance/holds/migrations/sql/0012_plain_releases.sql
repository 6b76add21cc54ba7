-- Acceptances of plain trades, as many at once as are given: which are plain, and writing what was decided.
--
-- The arrays of a call run parallel. A case is one acceptance: of a whole order (shipment '') or of one shipment.
-- Every row is written as the single operation writes it (trade_assurance/holds/operations/acceptance.py), under the
-- same triggers and constraints; tests/holds/test_batch_equals_single.py compares both, table by table.
-- Own error code: TA101, a row was not as it was decided upon; nothing of the call stays.

SET LOCAL lock_timeout = '5s';

ALTER TABLE ta_holds_hold SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE core_deadline SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);


-- Lock the trades of due inspection windows in the global order (Order → Hold → deadline). What somebody else has
-- locked is passed over; the rest of the batch waits for nobody but a hold's or a deadline's own writer.
CREATE FUNCTION ta_holds_lock_windows(p_deadlines bigint[], p_at timestamptz)
RETURNS TABLE (deadline_id bigint, order_id bigint, shipment_ref text)
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE v_orders bigint[];
BEGIN
    v_orders := ARRAY(
        SELECT o.id FROM orders_order o
        WHERE o.ref = ANY (ARRAY(SELECT DISTINCT d.root FROM core_deadline d WHERE d.id = ANY (p_deadlines)))
        ORDER BY o.id FOR NO KEY UPDATE SKIP LOCKED);
    PERFORM FROM ta_holds_hold h WHERE h.order_id = ANY (v_orders) ORDER BY h.id FOR NO KEY UPDATE;
    RETURN QUERY
        WITH window_ AS MATERIALIZED (
            SELECT d.id, d.root, d.subject FROM core_deadline d
            WHERE d.id = ANY (p_deadlines) AND d.state = 'open' AND d.wake_at <= p_at
            ORDER BY d.id FOR NO KEY UPDATE)
        SELECT w.id, o.id, CASE WHEN w.subject = w.root THEN '' ELSE w.subject END::text
        FROM window_ w JOIN orders_order o ON o.ref = w.root
        WHERE o.id = ANY (v_orders) ORDER BY w.id;
END $$;


-- Of these cases the plain ones, a row for each hold that money leaves: nothing about the trade asks for a decision
-- that only the single operation takes. p_deadlines: the deadline that makes a case happen, 0 for a person's word.
CREATE FUNCTION ta_holds_plain_releases(p_orders bigint[], p_shipments text[], p_deadlines bigint[], p_at timestamptz)
RETURNS TABLE (place bigint, order_ref text, supplier_ref text, is_whole boolean, parcels bigint[],
               hold_id bigint, hold_ref text, currency text, sequence integer, amount_minor bigint,
               released_minor bigint, commission_minor bigint, commission_bps integer)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT u.place, u.shipment, o.id, o.ref, o.state, o.supplier_id
        FROM unnest(p_orders, p_shipments, p_deadlines) WITH ORDINALITY AS u(order_id, shipment, deadline, place)
        JOIN orders_order o ON o.id = u.order_id
        WHERE o.accepted_at IS NULL
          AND o.state IN ('confirmed', 'in_production', 'shipped', 'delivered')
          -- a supplier with debts, a reserve or an undecided chargeback has this row
          AND NOT EXISTS (SELECT FROM ta_holds_supplieraccount a WHERE a.company_id = o.supplier_id)
          AND NOT EXISTS (SELECT FROM ta_holds_chargebackcase k WHERE k.order_id = o.id AND k.state = 'open')
          -- something else of the trade is due as well: one after the other, the oldest first
          AND (u.deadline = 0 OR NOT EXISTS (
              SELECT FROM core_deadline d WHERE d.root = o.ref AND d.state = 'open' AND d.wake_at <= p_at
                AND d.id <> u.deadline))
    ), goods AS MATERIALIZED (
        SELECT a.place, s.parcels, a.state = 'delivered' AND s.is_last AS is_whole
        FROM asked a CROSS JOIN LATERAL (
            SELECT array_agg(p.id ORDER BY p.id) FILTER (
                       WHERE p.state = 'delivered' AND a.shipment IN ('', p.ref)) AS parcels,
                   bool_and(p.state = 'accepted' OR a.shipment IN ('', p.ref)) FILTER (
                       WHERE p.state <> 'packed') AS is_last,
                   bool_and(p.state IN ('delivered', 'accepted')) AS has_arrived,
                   bool_and(p.state = 'packed' OR EXISTS (
                       SELECT FROM ta_holds_shipmentshare x JOIN ta_holds_hold h ON h.id = x.hold_id
                       WHERE h.order_id = a.id AND x.shipment_ref = p.ref)) AS is_allotted
            FROM orders_shipment p WHERE p.order_id = a.id AND p.state <> 'unpacked') s
        WHERE s.parcels IS NOT NULL AND s.is_allotted
          AND CASE WHEN a.state = 'delivered' AND s.is_last THEN s.has_arrived ELSE a.shipment <> '' END
    ), money AS (
        SELECT a.place, h.id, h.ref, h.currency, h.sequence, h.state, h.held_minor, h.released_minor,
               h.commission_minor, h.commission_bps,
               CASE WHEN h.state <> 'held' THEN 0 WHEN g.is_whole THEN h.held_minor ELSE share.own END AS amount,
               h.frozen_minor = 0 AND h.refund_due_minor = 0 AND h.charged_back_minor = 0
               AND CASE WHEN g.is_whole
                       THEN h.state = 'settled' OR h.state = 'held' AND share.of_all <= h.held_minor
                       ELSE NOT share.others_move
                            AND (share.own = 0 OR h.state = 'held' AND share.own <= h.held_minor) END AS is_plain
        FROM asked a
        JOIN goods g ON g.place = a.place
        JOIN ta_holds_hold h ON h.order_id = a.id
        JOIN orders_milestone m ON m.id = h.milestone_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(x.amount_minor - x.released_minor - x.taken_minor), 0)::bigint AS of_all,
                   coalesce(sum(x.amount_minor - x.released_minor - x.taken_minor) FILTER (
                       WHERE x.shipment_ref = a.shipment), 0)::bigint AS own,
                   coalesce(bool_or(x.shipment_ref <> a.shipment AND CASE WHEN x.due_at IS NULL
                       THEN m.release_on <> 'acceptance'
                       ELSE x.amount_minor > x.released_minor + x.taken_minor END), false) AS others_move
            FROM ta_holds_shipmentshare x WHERE x.hold_id = h.id) share
    ), judged AS (
        SELECT y.*, bool_and(y.is_plain) OVER trade AS all_plain,
               bool_or(y.state = 'held' AND y.held_minor > y.amount) OVER trade AS some_stays
        FROM money y WINDOW trade AS (PARTITION BY y.place)
    )
    SELECT j.place, a.ref::text, c.ref::text, g.is_whole, g.parcels, j.id, j.ref::text, j.currency::text, j.sequence,
           j.amount, j.released_minor, j.commission_minor, j.commission_bps
    FROM judged j
    JOIN asked a ON a.place = j.place
    JOIN goods g ON g.place = j.place
    JOIN accounts_company c ON c.id = a.supplier_id
    WHERE j.all_plain AND j.amount > 0 AND (g.is_whole OR j.some_stays)
    ORDER BY j.place, j.id;
END $$;


-- Write what was decided about plain cases; the money itself was booked by ta_ledger_post_many just before.
CREATE FUNCTION ta_holds_write_releases(
    p_orders bigint[], p_shipments text[], p_wholes boolean[], p_deadlines bigint[], p_keys text[],
    p_parcels bigint[], p_parcel_keys text[],
    p_holds bigint[], p_places integer[], p_amounts bigint[], p_commissions bigint[],
    p_reason text, p_actor text, p_label text, p_at timestamptz,
    p_windows text[], p_settled text[], p_completed text[],
    p_events text[], p_consumers text[], p_queues text[])
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_rows integer;
    v_whole integer := (SELECT count(*) FROM unnest(p_wholes) AS u(is_whole) WHERE u.is_whole);
BEGIN
    WITH moved AS (
        UPDATE orders_shipment s SET state = 'accepted', accepted_at = p_at
        FROM unnest(p_parcels, p_parcel_keys) AS u(id, key)
        WHERE s.id = u.id AND s.state = 'delivered' RETURNING s.id, u.key)
    INSERT INTO orders_shipmenttransition (shipment_id, from_state, to_state, actor, actor_label, at, key, reason)
    SELECT m.id, 'delivered', 'accepted', p_actor, p_label, p_at, m.key, '' FROM moved m ORDER BY m.id;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    PERFORM ta_holds_demand(v_rows = cardinality(p_parcels), 'a shipment');

    WITH moved AS (
        UPDATE ta_holds_hold h
        SET held_minor = h.held_minor - u.amount, released_minor = h.released_minor + u.amount,
            commission_minor = h.commission_minor + u.commission, sequence = h.sequence + 1,
            state = CASE WHEN h.held_minor = u.amount THEN 'settled' ELSE h.state END
        FROM unnest(p_holds, p_places, p_amounts, p_commissions) WITH ORDINALITY
            AS u(id, place, amount, commission, position)
        WHERE h.id = u.id AND h.state = 'held' AND h.frozen_minor = 0 AND h.held_minor >= u.amount
        RETURNING h.id, h.ref, h.order_id, h.sequence, h.state, u.position, u.amount, u.commission
    ), settled AS (
        INSERT INTO ta_holds_holdtransition (hold_id, from_state, to_state, actor, actor_label, at, key, reason)
        SELECT m.id, 'held', 'settled', p_actor, p_label, p_at, '', p_reason
        FROM moved m WHERE m.state = 'settled' ORDER BY m.position
    )
    INSERT INTO ta_holds_holdmovement (hold_id, sequence, kind, amount_minor, commission_minor, cause, reason,
                                       posting_key, actor, actor_label, at)
    SELECT m.id, m.sequence, 'released', m.amount, m.commission, o.ref, p_reason, m.ref || ':' || m.sequence,
           p_actor, p_label, p_at
    FROM moved m JOIN orders_order o ON o.id = m.order_id ORDER BY m.position;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    PERFORM ta_holds_demand(v_rows = cardinality(p_holds), 'a hold');

    UPDATE ta_holds_shipmentshare x
    SET due_at = coalesce(x.due_at, p_at),
        released_minor = CASE WHEN h.id = ANY (p_holds) THEN x.amount_minor - x.taken_minor ELSE x.released_minor END
    FROM unnest(p_orders, p_shipments, p_wholes) AS u(order_id, shipment, is_whole)
    JOIN ta_holds_hold h ON h.order_id = u.order_id
    WHERE x.hold_id = h.id AND (u.is_whole OR x.shipment_ref = u.shipment)
      AND (x.due_at IS NULL OR h.id = ANY (p_holds) AND x.amount_minor > x.released_minor + x.taken_minor);

    UPDATE core_deadline d
    SET state = CASE WHEN d.id = u.deadline THEN 'done' ELSE 'closed' END, ended_at = p_at, leased_until = NULL,
        outcome = CASE WHEN d.id = u.deadline THEN 'happened' WHEN d.kind = ANY (p_windows) THEN p_reason
                       WHEN d.kind = ANY (p_settled) THEN 'settled' ELSE 'completed' END,
        last_error = CASE WHEN d.id = u.deadline THEN '' ELSE d.last_error END
    FROM unnest(p_orders, p_shipments, p_wholes, p_deadlines) AS u(order_id, shipment, is_whole, deadline)
    JOIN orders_order o ON o.id = u.order_id
    WHERE d.root = o.ref AND d.state = 'open'
      AND (d.id = u.deadline OR d.kind = ANY (p_windows) AND d.subject = u.shipment
           OR u.is_whole AND d.kind = ANY (p_windows || p_settled || p_completed));

    WITH moved AS (
        UPDATE orders_order o SET state = 'completed', accepted_at = p_at, ended_at = p_at
        FROM unnest(p_orders, p_wholes, p_keys) WITH ORDINALITY AS u(id, is_whole, key, place)
        WHERE o.id = u.id AND u.is_whole AND o.state = 'delivered' RETURNING o.id, u.key, u.place)
    INSERT INTO orders_ordertransition (order_id, from_state, to_state, actor, actor_label, at, key, reason)
    SELECT m.id, 'delivered', 'completed', p_actor, p_label, p_at, m.key, '' FROM moved m ORDER BY m.place;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    PERFORM ta_holds_demand(v_rows = v_whole, 'an order');

    -- The timeline, in the order in which it is told.
    INSERT INTO orders_orderevent (order_id, kind, params, audience, actor, actor_label, at)
    SELECT t.order_id, t.kind, t.params, t.audience, p_actor, p_label, p_at FROM (
        SELECT u.order_id, u.place, 0 AS position, 0 AS part, 'goods_' || p_reason AS kind, '{}'::jsonb AS params,
               'both' AS audience
        FROM unnest(p_orders, p_wholes) WITH ORDINALITY AS u(order_id, is_whole, place) WHERE u.is_whole
        UNION ALL
        SELECT h.order_id, u.place, u.position, part.number, part.kind,
               jsonb_build_object('amount', jsonb_build_object('amount_minor', part.amount, 'currency', h.currency)),
               part.audience
        FROM unnest(p_holds, p_places, p_amounts, p_commissions) WITH ORDINALITY
            AS u(hold_id, place, amount, commission, position)
        JOIN ta_holds_hold h ON h.id = u.hold_id
        CROSS JOIN LATERAL (VALUES (1, 'money_released', u.amount, 'both'),
                                   (2, 'commission_taken', u.commission, 'supplier')) AS part(number, kind, amount, audience)
        WHERE part.amount > 0) t
    ORDER BY t.place, t.position, t.part;

    WITH told AS (
        INSERT INTO core_outboxevent (kind, subject, root, payload, actor, actor_label, occurred_at)
        SELECT t.kind, t.subject, t.root, t.payload, p_actor, p_label, p_at FROM (
            SELECT u.place, 0 AS position, CASE WHEN u.is_whole THEN 'delivery_accepted' ELSE 'shipment_accepted' END AS kind,
                   CASE WHEN u.is_whole THEN o.ref ELSE u.shipment END AS subject, o.ref AS root,
                   jsonb_build_object('reason', p_reason) AS payload
            FROM unnest(p_orders, p_shipments, p_wholes) WITH ORDINALITY AS u(order_id, shipment, is_whole, place)
            JOIN orders_order o ON o.id = u.order_id
            UNION ALL
            SELECT u.place, u.position, 'hold_released', h.ref, o.ref, jsonb_build_object(
                       'amount_minor', u.amount, 'commission_minor', u.commission,
                       'to_supplier_minor', u.amount - u.commission, 'currency', h.currency,
                       'reason', p_reason, 'cause', o.ref)
            FROM unnest(p_holds, p_places, p_amounts, p_commissions) WITH ORDINALITY
                AS u(hold_id, place, amount, commission, position)
            JOIN ta_holds_hold h ON h.id = u.hold_id JOIN orders_order o ON o.id = h.order_id
            UNION ALL
            SELECT u.place, cardinality(p_holds) + 1, 'order_completed', o.ref, o.ref, jsonb_build_object('order', o.ref)
            FROM unnest(p_orders, p_wholes) WITH ORDINALITY AS u(order_id, is_whole, place)
            JOIN orders_order o ON o.id = u.order_id WHERE u.is_whole) t
        ORDER BY t.place, t.position
        RETURNING id, kind)
    INSERT INTO core_outboxdelivery (event_id, consumer, queue, wake_at, attempts, last_error)
    SELECT e.id, c.consumer, c.queue, p_at, 0, ''
    FROM told e JOIN unnest(p_events, p_consumers, p_queues) WITH ORDINALITY AS c(kind, consumer, queue, place)
        ON c.kind = e.kind
    ORDER BY e.id, c.place;
END $$;


CREATE FUNCTION ta_holds_demand(p_holds boolean, p_what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT p_holds THEN
        RAISE EXCEPTION '% was not as it was decided upon', p_what USING ERRCODE = 'TA101';
    END IF;
END $$;
