-- The application's role in production: it can run the whole marketplace and rewrite none of its history.
--
-- Run after every migration, as the role that owns the tables (the one that ran it):
--
--     psql "$OWNER_DATABASE_URL" --set ON_ERROR_STOP=1 --file docs/operations/production-role.sql
--
-- It can be run again at any time; what it grants is always the whole of what the application may do. The role
-- itself is made once, by an administrator (docs/operations/database-roles.md):
--
--     CREATE ROLE portolan_app LOGIN PASSWORD '…' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

DO $roles$
DECLARE
    v_table record;
    v_function record;
    -- Booked and sealed by functions only: the application reads them.
    c_read_only CONSTANT text := '^(ta_ledger_(account|transaction|entry|balancesnapshot|currency|dayroot|seal)'
                              || '|django_migrations|django_content_type|auth_permission)$';
    -- What happened: written once, never changed. Every table of transitions, movements, approvals and the like.
    c_history CONSTANT text := '(transition$|^ta_holds_holdmovement$|^ta_holds_payoutapproval$|^orders_orderevent$'
                            || '|^core_operatorsettingchange$|^core_outboxevent$|^core_idempotencyrecord$'
                            || '|^ta_payments_bankreceipt$)';
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portolan_app') THEN
        RAISE EXCEPTION 'make the role portolan_app first: see docs/operations/database-roles.md';
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portolan_app'
               AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)) THEN
        RAISE EXCEPTION 'portolan_app must be an ordinary role: it can switch the guards off otherwise';
    END IF;
    IF EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = 'portolan_app')
       OR pg_has_role('portolan_app', current_user, 'MEMBER') THEN
        RAISE EXCEPTION 'portolan_app must neither own tables nor be a member of the owner';
    END IF;

    REVOKE CREATE ON SCHEMA public FROM PUBLIC, portolan_app;
    GRANT USAGE ON SCHEMA public TO portolan_app;

    FOR v_table IN
        SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND pg_has_role(current_user, c.relowner, 'USAGE') ORDER BY c.relname
    LOOP
        EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC, portolan_app', v_table.relname);
        IF v_table.relkind = 'S' THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE public.%I TO portolan_app', v_table.relname);
            CONTINUE;
        END IF;
        EXECUTE format('GRANT SELECT ON public.%I TO portolan_app', v_table.relname);
        IF v_table.relname ~ c_read_only THEN
            CONTINUE;
        END IF;
        EXECUTE format('GRANT INSERT ON public.%I TO portolan_app', v_table.relname);
        IF v_table.relname !~ c_history THEN
            EXECUTE format('GRANT UPDATE, DELETE ON public.%I TO portolan_app', v_table.relname);
        END IF;
    END LOOP;

    -- The doors into the journal are the application's alone (functions of extensions stay everybody's).
    FOR v_function IN
        SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND pg_has_role(current_user, p.proowner, 'USAGE') AND p.prokind = 'f'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', v_function.name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portolan_app', v_function.name);
    END LOOP;
END $roles$;
