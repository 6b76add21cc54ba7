-- LIMIT due windows of plain trades happen in bare set-based statements: the rows of our batch, under the same guards.
BEGIN;
CREATE TEMPORARY TABLE claimed ON COMMIT DROP AS
    SELECT id, root FROM core_deadline WHERE state = 'open' AND queue = 'holds' AND wake_at <= now()
    ORDER BY wake_at, id LIMIT LIMIT_ FOR NO KEY UPDATE SKIP LOCKED;
SELECT count(*) FROM (SELECT FROM orders_order WHERE ref IN (SELECT root FROM claimed) ORDER BY id FOR NO KEY UPDATE) t;
CREATE TEMPORARY TABLE due ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY d.id) AS place, d.id AS deadline, o.id AS o, o.ref, s.id AS s, h.id AS h,
           h.ref AS hold, h.held_minor AS held, (h.held_minor * h.commission_bps + 5000) / 10000 AS taken,
           h.sequence + 1 AS sequence, h.currency, e.id AS escrow, p.id AS payable, f.id AS commission
    FROM claimed d
    JOIN orders_order o ON o.ref = d.root AND o.state = 'delivered' AND o.accepted_at IS NULL
    JOIN orders_shipment s ON s.order_id = o.id AND s.state = 'delivered'
    JOIN ta_holds_hold h ON h.order_id = o.id AND h.state = 'held' AND h.frozen_minor = 0
    JOIN accounts_company c ON c.id = o.supplier_id
    JOIN ta_ledger_account e ON e.kind = 'escrow' AND e.owner = h.ref AND e.currency_id = h.currency
    JOIN ta_ledger_account p ON p.kind = 'supplier_payable' AND p.owner = c.ref AND p.currency_id = h.currency
    JOIN ta_ledger_account f ON f.kind = 'commission' AND f.owner = 'marketplace' AND f.currency_id = h.currency
    WHERE NOT EXISTS (SELECT FROM ta_holds_supplieraccount a WHERE a.company_id = o.supplier_id);
SELECT count(*) FROM (SELECT FROM ta_holds_hold WHERE id IN (SELECT h FROM due) ORDER BY id FOR NO KEY UPDATE) t;
INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at, booked_at)
    SELECT 'released', hold, hold || ':' || sequence, encode(sha256(convert_to('released' || hold, 'UTF8')), 'hex'),
           now(), clock_timestamp() FROM due ORDER BY place;
SELECT count(*) FROM (SELECT FROM ta_ledger_account WHERE id IN (SELECT escrow FROM due UNION ALL SELECT payable FROM due)
                      ORDER BY id FOR NO KEY UPDATE) t;
INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)
    SELECT t.id, side.account, d.currency, side.amount FROM due d
    JOIN ta_ledger_transaction t ON t.key = d.hold || ':' || d.sequence
    CROSS JOIN LATERAL (VALUES (d.commission, d.taken), (d.escrow, -d.held), (d.payable, d.held - d.taken)) side(account, amount);
UPDATE ta_holds_hold h SET held_minor = 0, released_minor = h.released_minor + d.held,
    commission_minor = h.commission_minor + d.taken, sequence = d.sequence, state = 'settled' FROM due d WHERE h.id = d.h;
INSERT INTO ta_holds_holdmovement (hold_id, sequence, kind, amount_minor, commission_minor, cause, reason, posting_key,
                                   actor, actor_label, at)
    SELECT h, sequence, 'released', held, taken, ref, 'accepted_by_silence', hold || ':' || sequence, 'bench', 'bench', now()
    FROM due ORDER BY place;
INSERT INTO ta_holds_holdtransition (hold_id, from_state, to_state, actor, actor_label, at, key, reason)
    SELECT h, 'held', 'settled', 'bench', 'bench', now(), '', 'accepted_by_silence' FROM due ORDER BY place;
UPDATE ta_holds_shipmentshare x SET due_at = now(), released_minor = x.amount_minor FROM due d WHERE x.hold_id = d.h;
UPDATE orders_shipment s SET state = 'accepted', accepted_at = now() FROM due d WHERE s.id = d.s;
INSERT INTO orders_shipmenttransition (shipment_id, from_state, to_state, actor, actor_label, at, key, reason)
    SELECT s, 'delivered', 'accepted', 'bench', 'bench', now(), 'silence:' || ref, '' FROM due ORDER BY place;
UPDATE core_deadline x SET state = 'done', ended_at = now(), outcome = 'happened', leased_until = NULL
    FROM due d WHERE x.id = d.deadline;
UPDATE orders_order o SET state = 'completed', accepted_at = now(), ended_at = now() FROM due d WHERE o.id = d.o;
INSERT INTO orders_ordertransition (order_id, from_state, to_state, actor, actor_label, at, key, reason)
    SELECT o, 'delivered', 'completed', 'bench', 'bench', now(), 'silence:' || ref, '' FROM due ORDER BY place;
INSERT INTO orders_orderevent (order_id, kind, params, audience, actor, actor_label, at)
    SELECT d.o, line.kind, line.params, line.audience, 'bench', 'bench', now() FROM due d CROSS JOIN LATERAL (VALUES
        (1, 'goods_accepted_by_silence', '{}'::jsonb, 'both'),
        (2, 'money_released', jsonb_build_object('amount', jsonb_build_object('amount_minor', d.held, 'currency', d.currency)), 'both'),
        (3, 'commission_taken', jsonb_build_object('amount', jsonb_build_object('amount_minor', d.taken, 'currency', d.currency)), 'supplier')
    ) line(number, kind, params, audience) ORDER BY d.place, line.number;
WITH told AS (
    INSERT INTO core_outboxevent (kind, subject, root, payload, actor, actor_label, occurred_at)
    SELECT line.kind, line.subject, d.ref, line.payload, 'bench', 'bench', now() FROM due d CROSS JOIN LATERAL (VALUES
        (1, 'delivery_accepted', d.ref, '{"reason": "accepted_by_silence"}'::jsonb),
        (2, 'hold_released', d.hold, jsonb_build_object('amount_minor', d.held, 'commission_minor', d.taken,
            'to_supplier_minor', d.held - d.taken, 'currency', d.currency, 'reason', 'accepted_by_silence', 'cause', d.ref)),
        (3, 'order_completed', d.ref, jsonb_build_object('order', d.ref))
    ) line(number, kind, subject, payload) ORDER BY d.place, line.number
    RETURNING id, kind)
INSERT INTO core_outboxdelivery (event_id, consumer, queue, wake_at, attempts, last_error)
    SELECT t.id, c.consumer, c.queue, now(), 0, '' FROM told t JOIN bench_consumer c ON c.kind = t.kind ORDER BY t.id;
COMMIT;
