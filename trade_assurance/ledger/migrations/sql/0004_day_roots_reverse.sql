DROP FUNCTION ta_ledger_seal_day(date, timestamptz);
DROP FUNCTION ta_ledger_merkle(date);
DROP FUNCTION ta_ledger_moment(timestamptz);
DROP FUNCTION ta_ledger_measured(text);
