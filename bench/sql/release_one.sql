-- One plain trade accepted and released in bare statements: the rows of accept_delivery, under the same guards.
SELECT nextval('bench_next') AS n \gset
BEGIN;
SELECT o.id AS o, o.supplier_id AS supplier FROM orders_order o JOIN accounts_company b ON b.id = o.buyer_id
    WHERE o.ref = 'ord_0-0-' || :n AND o.state = 'delivered' FOR NO KEY UPDATE OF o \gset
SELECT h.id AS h, h.held_minor AS held, (h.held_minor * h.commission_bps + 5000) / 10000 AS taken
    FROM ta_holds_hold h JOIN orders_milestone m ON m.id = h.milestone_id
    WHERE h.order_id = :o AND h.state = 'held' AND h.frozen_minor = 0 FOR NO KEY UPDATE OF h \gset
SELECT count(*) AS known FROM core_idempotencyrecord WHERE key = 'bare:' || :n \gset
SELECT count(*) AS watched FROM ta_holds_supplieraccount WHERE company_id = :supplier \gset
INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at, booked_at)
    VALUES ('released', 'hold3-0-' || :n, 'hold3-0-' || :n || ':2', encode(sha256(convert_to('released' || :n, 'UTF8')), 'hex'),
            now(), clock_timestamp()) RETURNING id AS booked \gset
SELECT id AS escrow FROM ta_ledger_account WHERE kind = 'escrow' AND owner = 'hold3-0-' || :n AND currency_id = 'USD' \gset
SELECT a.id AS payable FROM ta_ledger_account a JOIN accounts_company c ON c.ref = a.owner
    WHERE a.kind = 'supplier_payable' AND c.id = :supplier AND a.currency_id = 'USD' \gset
SELECT id AS commission FROM ta_ledger_account WHERE kind = 'commission' AND owner = 'marketplace' AND currency_id = 'USD' \gset
SELECT FROM ta_ledger_account WHERE id IN (:escrow, :payable) ORDER BY id FOR NO KEY UPDATE;
INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor) VALUES
    (:booked, :commission, 'USD', :taken), (:booked, :escrow, 'USD', -:held), (:booked, :payable, 'USD', :held - :taken);
UPDATE ta_holds_hold SET held_minor = 0, released_minor = :held, commission_minor = :taken, sequence = 2, state = 'settled'
    WHERE id = :h AND state = 'held';
INSERT INTO ta_holds_holdmovement (hold_id, sequence, kind, amount_minor, commission_minor, cause, reason, posting_key,
                                   actor, actor_label, at)
    VALUES (:h, 2, 'released', :held, :taken, 'ord_0-0-' || :n, 'accepted', 'hold3-0-' || :n || ':2', 'bench', 'bench', now());
INSERT INTO ta_holds_holdtransition (hold_id, from_state, to_state, actor, actor_label, at, key, reason)
    VALUES (:h, 'held', 'settled', 'bench', 'bench', now(), '', 'accepted');
UPDATE ta_holds_shipmentshare SET due_at = now(), released_minor = amount_minor WHERE hold_id = :h;
UPDATE orders_shipment SET state = 'accepted', accepted_at = now() WHERE order_id = :o AND state = 'delivered'
    RETURNING id AS s \gset
INSERT INTO orders_shipmenttransition (shipment_id, from_state, to_state, actor, actor_label, at, key, reason)
    VALUES (:s, 'delivered', 'accepted', 'bench', 'bench', now(), 'bare:' || :n, '');
UPDATE core_deadline SET state = 'closed', ended_at = now(), outcome = 'accepted', leased_until = NULL
    WHERE root = 'ord_0-0-' || :n AND state = 'open';
UPDATE orders_order SET state = 'completed', accepted_at = now(), ended_at = now() WHERE id = :o AND state = 'delivered';
INSERT INTO orders_ordertransition (order_id, from_state, to_state, actor, actor_label, at, key, reason)
    VALUES (:o, 'delivered', 'completed', 'bench', 'bench', now(), 'bare:' || :n, '');
INSERT INTO orders_orderevent (order_id, kind, params, audience, actor, actor_label, at) VALUES
    (:o, 'goods_accepted', '{}', 'both', 'bench', 'bench', now()),
    (:o, 'money_released', '{"amount": {"amount_minor": :held, "currency": "USD"}}', 'both', 'bench', 'bench', now()),
    (:o, 'commission_taken', '{"amount": {"amount_minor": :taken, "currency": "USD"}}', 'supplier', 'bench', 'bench', now());
WITH told AS (
    INSERT INTO core_outboxevent (kind, subject, root, payload, actor, actor_label, occurred_at) VALUES
    ('delivery_accepted', 'ord_0-0-' || :n, 'ord_0-0-' || :n, '{"reason": "accepted"}', 'bench', 'bench', now()),
    ('hold_released', 'hold3-0-' || :n, 'ord_0-0-' || :n, jsonb_build_object('amount_minor', :held, 'commission_minor', :taken,
        'to_supplier_minor', :held - :taken, 'currency', 'USD', 'reason', 'accepted', 'cause', 'ord_0-0-' || :n),
        'bench', 'bench', now()),
    ('order_completed', 'ord_0-0-' || :n, 'ord_0-0-' || :n, jsonb_build_object('order', 'ord_0-0-' || :n), 'bench', 'bench', now())
    RETURNING id, kind)
INSERT INTO core_outboxdelivery (event_id, consumer, queue, wake_at, attempts, last_error)
    SELECT t.id, c.consumer, c.queue, now(), 0, '' FROM told t JOIN bench_consumer c ON c.kind = t.kind;
INSERT INTO core_idempotencyrecord (key, operation, request_hash, result, at)
    VALUES ('bare:' || :n, 'accept_delivery', repeat('0', 64), 'ord_0-0-' || :n, now());
COMMIT;
