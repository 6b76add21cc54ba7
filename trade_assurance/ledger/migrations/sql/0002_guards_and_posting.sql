-- What PostgreSQL itself guarantees about the books, and the one function that posts.
--
-- A caller that writes the tables directly meets the same rules as one that calls the function:
--   * every transaction sums to zero in every currency          (ta_ledger_entries_booked)
--   * what is booked is never updated, deleted or truncated      (ta_ledger_refuse)
--   * an entry's currency is its account's                       (composite foreign key)
--   * a tracked balance is the sum of its entries, never set     (ta_ledger_entries_booked, ta_ledger_refuse)
--   * a balance with a floor does not go below it                (CHECK ledger_balance_not_below_minimum)
--   * one transaction per key; the same key with other contents is refused
-- Own error codes: TA001 key reused, TA002 unbalanced, TA003 append-only, TA004 malformed.

SET LOCAL lock_timeout = '5s';

ALTER TABLE ta_ledger_account SET (
    fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

ALTER TABLE ta_ledger_transaction ALTER COLUMN booked_at SET DEFAULT clock_timestamp();
ALTER TABLE ta_ledger_transaction ADD COLUMN posted_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

-- The database transaction that wrote the entry: what a snapshot's horizon is compared with. A snapshot by
-- max(id) would be wrong, because identity values commit out of order.
ALTER TABLE ta_ledger_entry ADD COLUMN posted_xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX ledger_entry_tail ON ta_ledger_entry (account_id, posted_xid) INCLUDE (amount_minor);
ALTER TABLE ta_ledger_entry ADD CONSTRAINT ledger_entry_in_its_accounts_currency
    FOREIGN KEY (account_id, currency) REFERENCES ta_ledger_account (id, currency_id);

-- xids mean something only in the cluster that gave them: a snapshot restored into another is not used.
ALTER TABLE ta_ledger_balancesnapshot ADD COLUMN upto_xid xid8 NOT NULL;
ALTER TABLE ta_ledger_balancesnapshot ADD COLUMN cluster bigint NOT NULL;


CREATE FUNCTION ta_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the books are append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'TA003';
END $$;

CREATE TRIGGER ledger_transaction_never_changes BEFORE UPDATE OR DELETE ON ta_ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_transaction_never_truncated BEFORE TRUNCATE ON ta_ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_entry_never_changes BEFORE UPDATE OR DELETE ON ta_ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_entry_never_truncated BEFORE TRUNCATE ON ta_ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ta_ledger_refuse();
-- An account changes in one way only: the entries' own trigger adds to its balance (depth 1 and more).
CREATE TRIGGER ledger_account_changes_by_entries_only BEFORE UPDATE ON ta_ledger_account
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_account_begins_empty BEFORE INSERT ON ta_ledger_account
    FOR EACH ROW WHEN (NEW.balance <> 0) EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_account_never_deleted BEFORE DELETE ON ta_ledger_account
    FOR EACH ROW EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_account_never_truncated BEFORE TRUNCATE ON ta_ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ta_ledger_refuse();


-- A statement trigger, not a deferred one per row: stricter (each statement must balance by itself, so no later
-- insert can unbalance an old transaction) and a third of the cost.
CREATE FUNCTION ta_ledger_entries_booked() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0) THEN
        RAISE EXCEPTION 'a transaction does not sum to zero in each currency' USING ERRCODE = 'TA002';
    END IF;
    IF EXISTS (SELECT FROM fresh f JOIN ta_ledger_transaction t ON t.id = f.transaction_id
               WHERE f.posted_xid <> pg_current_xact_id() OR t.posted_xid <> pg_current_xact_id()) THEN
        RAISE EXCEPTION 'entries are booked together with their transaction, now' USING ERRCODE = 'TA003';
    END IF;
    UPDATE ta_ledger_account a SET balance = a.balance + moved.total
    FROM (SELECT account_id, sum(amount_minor)::bigint AS total FROM fresh GROUP BY account_id) moved
    WHERE a.id = moved.account_id AND a.tracks_balance AND moved.total <> 0;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entries_balance_and_move AFTER INSERT ON ta_ledger_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ta_ledger_entries_booked();


-- Book one transaction with all its entries: one call, one round trip. The arrays run parallel, one place per
-- entry. Missing accounts are made; tracked ones are locked in id order; hot ones are not locked at all.
CREATE FUNCTION ta_ledger_post(
    p_kind text, p_subject text, p_key text, p_happened_at timestamptz, p_reverses bigint,
    p_kinds text[], p_owners text[], p_currencies text[], p_tracked boolean[], p_floors bigint[], p_amounts bigint[],
    OUT transaction_id bigint, OUT created boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_hash text := encode(sha256(convert_to(
        jsonb_build_array(p_kind, p_subject, p_reverses, p_kinds, p_owners, p_currencies, p_amounts)::text, 'UTF8')), 'hex');
    v_booked_hash text;
    v_accounts bigint[];
    v_id bigint;
BEGIN
    IF coalesce(cardinality(p_amounts), 0) < 2 OR array_position(p_amounts, NULL) IS NOT NULL
       OR NOT (cardinality(p_amounts) = ALL (ARRAY[cardinality(p_kinds), cardinality(p_owners),
               cardinality(p_currencies), cardinality(p_tracked), cardinality(p_floors)])) THEN
        RAISE EXCEPTION 'a posting has two entries or more, each complete' USING ERRCODE = 'TA004';
    END IF;

    -- INVARIANT: one posting per key (enforced by the unique key; a rival with the same key waits here).
    INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, reverses_id, happened_at, booked_at)
    VALUES (p_kind, p_subject, p_key, v_hash, p_reverses, p_happened_at, clock_timestamp())
    ON CONFLICT (key) DO NOTHING RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        SELECT t.id, t.request_hash INTO v_id, v_booked_hash FROM ta_ledger_transaction t WHERE t.key = p_key;
        IF v_booked_hash IS DISTINCT FROM v_hash THEN
            RAISE EXCEPTION 'the key % was booked with other contents', p_key USING ERRCODE = 'TA001';
        END IF;
        transaction_id := v_id;
        created := false;
        RETURN;
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

    -- NO KEY UPDATE: foreign-key checks of rivals do not queue behind it.
    PERFORM FROM ta_ledger_account a WHERE a.id = ANY (v_accounts) AND a.tracks_balance
        ORDER BY a.id FOR NO KEY UPDATE;

    INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)
    SELECT v_id, u.account, u.currency, u.amount
    FROM unnest(v_accounts, p_currencies, p_amounts) AS u(account, currency, amount);
    transaction_id := v_id;
    created := true;
END $$;


-- The accounts' ids, one per place; NULL where there is none yet.
CREATE FUNCTION ta_ledger_accounts(p_kinds text[], p_owners text[], p_currencies text[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    v_ids bigint[] := '{}';
    v_id bigint;
BEGIN
    FOR i IN 1 .. cardinality(p_kinds) LOOP
        SELECT a.id INTO v_id FROM ta_ledger_account a
        WHERE a.kind = p_kinds[i] AND a.owner = p_owners[i] AND a.currency_id = p_currencies[i];
        v_ids := v_ids || v_id;
    END LOOP;
    RETURN v_ids;
END $$;


CREATE FUNCTION ta_ledger_cluster() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT system_identifier FROM pg_control_system() $$;


-- The balance as this snapshot of the database sees it: the row, or last snapshot plus tail.
CREATE FUNCTION ta_ledger_balance(p_account bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN a.tracks_balance THEN a.balance ELSE coalesce(s.balance, 0) + coalesce((
        SELECT sum(e.amount_minor) FROM ta_ledger_entry e
        WHERE e.account_id = a.id AND e.posted_xid >= coalesce(s.upto_xid, '0'::xid8)), 0)::bigint END
    FROM ta_ledger_account a
    LEFT JOIN ta_ledger_balancesnapshot s ON s.account_id = a.id AND s.cluster = ta_ledger_cluster()
    WHERE a.id = p_account
$$;


-- Move every hot account's snapshot forward, to the oldest database transaction that is still running and not
-- beyond: all before it have ended, so nothing can be written under the horizon any more.
CREATE FUNCTION ta_ledger_take_snapshots(p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_moved integer;
BEGIN
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xid),
    hot AS (
        SELECT a.id, coalesce(s.balance, 0) AS balance, coalesce(s.upto_xid, '0'::xid8) AS upto_xid
        FROM ta_ledger_account a
        LEFT JOIN ta_ledger_balancesnapshot s ON s.account_id = a.id AND s.cluster = ta_ledger_cluster()
        WHERE NOT a.tracks_balance)
    INSERT INTO ta_ledger_balancesnapshot AS kept (account_id, balance, taken_at, upto_xid, cluster)
    SELECT hot.id, hot.balance + coalesce((
               SELECT sum(e.amount_minor) FROM ta_ledger_entry e
               WHERE e.account_id = hot.id AND e.posted_xid >= hot.upto_xid AND e.posted_xid < horizon.xid), 0)::bigint,
           p_at, horizon.xid, ta_ledger_cluster()
    FROM hot, horizon ORDER BY hot.id
    ON CONFLICT (account_id) DO UPDATE
        SET balance = EXCLUDED.balance, taken_at = EXCLUDED.taken_at,
            upto_xid = EXCLUDED.upto_xid, cluster = EXCLUDED.cluster
        WHERE EXCLUDED.upto_xid > kept.upto_xid OR EXCLUDED.cluster <> kept.cluster;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    RETURN v_moved;
END $$;
