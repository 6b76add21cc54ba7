DROP FUNCTION ta_ledger_post_many(
    text[], text[], text[], timestamptz, integer[], text[], text[], text[], boolean[], bigint[], bigint[]);
