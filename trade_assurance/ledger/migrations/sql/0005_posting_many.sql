-- Book many transactions by one call: the same rows, the same hash and the same guards as ta_ledger_post, set-based.
--
-- The first three arrays have a place per transaction, the others a place per entry, in the transaction's own stable
-- order; p_places says which transaction (from 1) an entry belongs to. A key that was booked before is refused: what
-- is booked together happens together or not at all, so it has nothing to replay.

SET LOCAL lock_timeout = '5s';

CREATE FUNCTION ta_ledger_post_many(
    p_transaction_kinds text[], p_subjects text[], p_keys text[], p_happened_at timestamptz,
    p_places integer[], p_kinds text[], p_owners text[], p_currencies text[], p_tracked boolean[], p_floors bigint[],
    p_amounts bigint[])
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_entries bigint := cardinality(p_amounts);
    v_accounts bigint[];
    v_booked bigint[];
BEGIN
    IF array_position(p_amounts, NULL) IS NOT NULL OR NOT (v_entries = ALL (ARRAY[
           cardinality(p_places), cardinality(p_kinds), cardinality(p_owners), cardinality(p_currencies),
           cardinality(p_tracked), cardinality(p_floors)]))
       OR EXISTS (SELECT FROM generate_subscripts(p_keys, 1) AS place
                  LEFT JOIN unnest(p_places) AS entry ON entry = place GROUP BY place HAVING count(entry) < 2)
       OR EXISTS (SELECT FROM unnest(p_places) AS entry WHERE entry NOT BETWEEN 1 AND cardinality(p_keys)) THEN
        RAISE EXCEPTION 'a posting has two entries or more, each complete' USING ERRCODE = 'TA004';
    END IF;

    v_accounts := ta_ledger_accounts(p_kinds, p_owners, p_currencies);
    IF array_position(v_accounts, NULL) IS NOT NULL THEN
        INSERT INTO ta_ledger_account (kind, owner, currency_id, tracks_balance, min_balance, balance)
        SELECT DISTINCT u.kind, u.owner, c.code, u.tracked, u.floor, CASE WHEN u.tracked THEN 0 END
        FROM unnest(p_kinds, p_owners, p_currencies, p_tracked, p_floors) AS u(kind, owner, currency, tracked, floor)
        JOIN ta_ledger_currency c ON c.code = u.currency
        ORDER BY 1, 2, 3
        ON CONFLICT (kind, owner, currency_id) DO NOTHING;
        v_accounts := ta_ledger_accounts(p_kinds, p_owners, p_currencies);
        IF array_position(v_accounts, NULL) IS NOT NULL THEN
            RAISE EXCEPTION 'an entry names a currency the books do not carry' USING ERRCODE = 'TA004';
        END IF;
    END IF;
    PERFORM FROM ta_ledger_account a WHERE a.id = ANY (v_accounts) AND a.tracks_balance
        ORDER BY a.id FOR NO KEY UPDATE;

    -- INVARIANT: one posting per key (enforced by the unique key).
    WITH said AS (
        SELECT u.place, array_agg(u.kind ORDER BY u.position) AS kinds, array_agg(u.owner ORDER BY u.position) AS owners,
               array_agg(u.currency ORDER BY u.position) AS currencies, array_agg(u.amount ORDER BY u.position) AS amounts
        FROM unnest(p_places, p_kinds, p_owners, p_currencies, p_amounts)
            WITH ORDINALITY AS u(place, kind, owner, currency, amount, position)
        GROUP BY u.place
    ), booked AS (
        INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at, booked_at)
        SELECT u.kind, u.subject, u.key, encode(sha256(convert_to(jsonb_build_array(
                   u.kind, u.subject, NULL::bigint, said.kinds, said.owners, said.currencies, said.amounts)::text,
                   'UTF8')), 'hex'),
               p_happened_at, clock_timestamp()
        FROM unnest(p_transaction_kinds, p_subjects, p_keys) WITH ORDINALITY AS u(kind, subject, key, place)
        JOIN said ON said.place = u.place
        ORDER BY u.place
        RETURNING id
    )
    SELECT array_agg(id ORDER BY id) INTO v_booked FROM booked;

    INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)
    SELECT v_booked[u.place], u.account, u.currency, u.amount
    FROM unnest(p_places, v_accounts, p_currencies, p_amounts)
        WITH ORDINALITY AS u(place, account, currency, amount, position)
    ORDER BY u.position;
    RETURN cardinality(v_booked);
END $$;
