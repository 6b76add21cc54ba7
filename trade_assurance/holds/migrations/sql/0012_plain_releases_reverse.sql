DROP FUNCTION ta_holds_write_releases(
    bigint[], text[], boolean[], bigint[], text[], bigint[], text[], bigint[], integer[], bigint[], bigint[],
    text, text, text, timestamptz, text[], text[], text[], text[], text[], text[]);
DROP FUNCTION ta_holds_demand(boolean, text);
DROP FUNCTION ta_holds_plain_releases(bigint[], text[], bigint[], timestamptz);
DROP FUNCTION ta_holds_lock_windows(bigint[], timestamptz);
ALTER TABLE ta_holds_hold RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE core_deadline RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
