DROP FUNCTION ta_ledger_take_snapshots(timestamptz);
DROP FUNCTION ta_ledger_balance(bigint);
DROP FUNCTION ta_ledger_cluster();
DROP FUNCTION ta_ledger_post(
    text, text, text, timestamptz, bigint, text[], text[], text[], boolean[], bigint[], bigint[]);
DROP FUNCTION ta_ledger_accounts(text[], text[], text[]);
DROP FUNCTION ta_ledger_entries_booked() CASCADE;
DROP FUNCTION ta_ledger_refuse() CASCADE;
ALTER TABLE ta_ledger_balancesnapshot DROP COLUMN cluster, DROP COLUMN upto_xid;
ALTER TABLE ta_ledger_entry DROP CONSTRAINT ledger_entry_in_its_accounts_currency, DROP COLUMN posted_xid;
ALTER TABLE ta_ledger_transaction DROP COLUMN posted_xid;
