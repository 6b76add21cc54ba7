-- The journal sealed day by day: what is hashed, in which form, and the one function that seals.
--
-- entry      = SHA-256 of lines: "portolan entry 1", its salt, transaction, entry, kind, subject, happened at,
--              booked at, kind of account, owner, currency, amount in minor units (credit positive)
-- header     = SHA-256 of lines: "portolan transaction 1", the transaction's salt, number, kind, subject, key,
--              request hash, what it reverses or "-", happened at, booked at, database transaction, how many entries
-- leaf       = SHA-256 of 02, header, entries in their order
-- inner node = SHA-256 of 01, left, right; a node without a neighbour goes up as it is (as in RFC 6962)
-- day root   = SHA-256 of lines: "portolan day 1", the day, the root before, the Merkle root, the figures' hash
--
-- Text is written with its length in bytes before it ("4:hold"), so that no two contents give one line.
-- An entry's salt is cut from SHA-256 of the transaction's salt and the entry's number: a party is given those of
-- its own entries and can guess nobody else's.
-- trade_assurance/ledger/digests.py says the same in Python, and is what verifies: neither checks itself.

SET LOCAL lock_timeout = '5s';

ALTER TABLE ta_ledger_dayroot
    ADD COLUMN running_from xid8 NOT NULL,
    ADD COLUMN running_to xid8 NOT NULL;

CREATE TRIGGER ledger_day_root_never_changes BEFORE UPDATE OR DELETE ON ta_ledger_dayroot
    FOR EACH ROW EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_day_root_never_truncated BEFORE TRUNCATE ON ta_ledger_dayroot
    FOR EACH STATEMENT EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_seal_never_changes BEFORE UPDATE OR DELETE ON ta_ledger_seal
    FOR EACH ROW EXECUTE FUNCTION ta_ledger_refuse();
CREATE TRIGGER ledger_seal_never_truncated BEFORE TRUNCATE ON ta_ledger_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ta_ledger_refuse();


CREATE FUNCTION ta_ledger_measured(p_text text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT octet_length(p_text)::text || ':' || p_text $$;

CREATE FUNCTION ta_ledger_moment(p_at timestamptz) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;


-- The root of the day's leaves; of an empty day, SHA-256 of nothing.
CREATE FUNCTION ta_ledger_merkle(p_day date) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE v_nodes bytea[];
BEGIN
    SELECT array_agg(sha256('\x02'::bytea || s.parts) ORDER BY s.position) INTO v_nodes
    FROM ta_ledger_seal s WHERE s.day_id = p_day;
    IF v_nodes IS NULL THEN
        RETURN sha256(''::bytea);
    END IF;
    WHILE cardinality(v_nodes) > 1 LOOP
        SELECT array_agg(pair.node ORDER BY pair.place) INTO v_nodes FROM (
            SELECT (u.place - 1) / 2 AS place,
                   CASE WHEN count(*) = 1 THEN string_agg(u.node, ''::bytea)
                        ELSE sha256('\x01'::bytea || string_agg(u.node, ''::bytea ORDER BY u.place)) END AS node
            FROM unnest(v_nodes) WITH ORDINALITY AS u(node, place)
            GROUP BY (u.place - 1) / 2) pair;
    END LOOP;
    RETURN v_nodes[1];
END $$;


-- Seal one day (UTC) that is over at p_at: everything booked before its end that no earlier day has sealed.
-- A transaction that was booked in the day and commits only after this is sealed by the next day, so each is in
-- exactly one. Days follow one another without a gap. False when the day is sealed already.
CREATE FUNCTION ta_ledger_seal_day(p_day date, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_end timestamptz := (p_day + 1)::timestamp AT TIME ZONE 'UTC';
    v_last ta_ledger_dayroot;
    v_from xid8;
    v_to xid8;
    v_sealed_at timestamptz;
    v_merkle text;
    v_transactions bigint;
    v_entries bigint;
    v_totals text;
    v_salt text := encode(uuid_send(gen_random_uuid()), 'hex');
    v_figures text;
    v_previous text;
BEGIN
    -- One sealer at a time; a rival then finds the day sealed.
    PERFORM pg_advisory_xact_lock(hashtext('ta_ledger_seal_day'));
    IF EXISTS (SELECT FROM ta_ledger_dayroot WHERE day = p_day) THEN
        RETURN false;
    END IF;
    SELECT * INTO v_last FROM ta_ledger_dayroot ORDER BY day DESC LIMIT 1;
    IF v_end > p_at OR p_day <> v_last.day + 1 THEN
        RAISE EXCEPTION 'days are sealed in their order, each when it is over' USING ERRCODE = 'TA004';
    END IF;
    v_previous := coalesce(v_last.root, repeat('0', 64));
    -- Which database transactions may be running now: from the oldest of them up to this one, whose number is
    -- given after the moment below. (A snapshot's xmax says what has ended, not what has begun.)
    v_from := pg_snapshot_xmin(pg_current_snapshot());
    v_sealed_at := clock_timestamp();
    v_to := pg_current_xact_id();

    WITH fresh AS MATERIALIZED (
        SELECT t.*, uuid_send(gen_random_uuid()) AS salt FROM ta_ledger_transaction t
        WHERE t.booked_at < v_end AND NOT EXISTS (SELECT FROM ta_ledger_seal s WHERE s.transaction_id = t.id)
    ), told AS (
        SELECT f.id, count(*) AS entries, string_agg(sha256(convert_to(concat_ws(E'\n',
                   'portolan entry 1',
                   encode(substring(sha256(f.salt || int8send(e.id)) FROM 1 FOR 16), 'hex'),
                   f.id, e.id, ta_ledger_measured(f.kind), ta_ledger_measured(f.subject),
                   ta_ledger_moment(f.happened_at), ta_ledger_moment(f.booked_at),
                   coalesce(a.kind, ''), ta_ledger_measured(coalesce(a.owner, '')), e.currency, e.amount_minor
               ), 'UTF8')), ''::bytea ORDER BY e.id) AS digests
        FROM fresh f
        JOIN ta_ledger_entry e ON e.transaction_id = f.id
        LEFT JOIN ta_ledger_account a ON a.id = e.account_id
        GROUP BY f.id
    )
    INSERT INTO ta_ledger_seal (transaction_id, day_id, position, salt, parts)
    SELECT f.id, p_day, row_number() OVER (ORDER BY f.id), f.salt, sha256(convert_to(concat_ws(E'\n',
               'portolan transaction 1', encode(f.salt, 'hex'), f.id,
               ta_ledger_measured(f.kind), ta_ledger_measured(f.subject), ta_ledger_measured(f.key),
               f.request_hash, coalesce(f.reverses_id::text, '-'),
               ta_ledger_moment(f.happened_at), ta_ledger_moment(f.booked_at),
               f.posted_xid::text, coalesce(told.entries, 0)
           ), 'UTF8')) || coalesce(told.digests, ''::bytea)
    FROM fresh f LEFT JOIN told ON told.id = f.id;

    v_merkle := encode(ta_ledger_merkle(p_day), 'hex');
    SELECT count(*), coalesce(sum(octet_length(parts) / 32 - 1), 0) INTO v_transactions, v_entries
    FROM ta_ledger_seal WHERE day_id = p_day;
    SELECT coalesce(string_agg(per.currency || ' ' || per.credited, E'\n' ORDER BY per.currency COLLATE "C"), '')
    INTO v_totals FROM (
        SELECT e.currency, coalesce(sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0), 0)::text AS credited
        FROM ta_ledger_seal s JOIN ta_ledger_entry e ON e.transaction_id = s.transaction_id
        WHERE s.day_id = p_day GROUP BY e.currency) per;
    v_figures := encode(sha256(convert_to(concat_ws(E'\n',
        'portolan figures 1', v_salt, v_transactions, v_entries, v_totals), 'UTF8')), 'hex');

    INSERT INTO ta_ledger_dayroot (day, previous_root, merkle_root, transactions, entries, totals, figures_salt,
                                   figures_hash, root, sealed_at, running_from, running_to)
    VALUES (p_day, v_previous, v_merkle, v_transactions, v_entries, v_totals, v_salt, v_figures,
            encode(sha256(convert_to(concat_ws(E'\n',
                'portolan day 1', to_char(p_day, 'YYYY-MM-DD'), v_previous, v_merkle, v_figures), 'UTF8')), 'hex'),
            v_sealed_at, v_from, v_to);
    RETURN true;
END $$;
