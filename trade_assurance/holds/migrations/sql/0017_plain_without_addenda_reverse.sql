CREATE OR REPLACE FUNCTION ta_holds_plain_releases(p_orders bigint[], p_shipments text[], p_deadlines bigint[], p_at timestamptz)
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
