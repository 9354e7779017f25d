-- The product's roles and what each may do. Run after every migration; running it again changes nothing.
-- tc_owner owns all and cannot log in; tc_migrate becomes tc_owner to migrate; tc_app is the coordinator; tc_ro reads.
-- They have no password until an administrator gives them one. Roles belong to the server: other databases share them.

DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['tc_owner', 'tc_migrate', 'tc_app', 'tc_ro'] LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role);
    BEGIN
      EXECUTE format('CREATE ROLE %I %s', role, CASE role WHEN 'tc_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
      IF role = 'tc_migrate' THEN
        GRANT tc_owner TO tc_migrate;
      ELSIF role = 'tc_app' THEN
        ALTER ROLE tc_app SET lock_timeout = '2s';
        ALTER ROLE tc_app SET statement_timeout = '25s';
        ALTER ROLE tc_app SET idle_in_transaction_session_timeout = '60s';
      ELSIF role = 'tc_ro' THEN
        ALTER ROLE tc_ro SET default_transaction_read_only = on;
        ALTER ROLE tc_ro SET statement_timeout = '60s';
      END IF;
    EXCEPTION
      -- Another database of this server made it at the same moment.
      WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
END
$$;

-- The owner of a schema must be able to use it; only a member of the new owner may hand things over.
DO $$
DECLARE
  item record;
BEGIN
  EXECUTE format('ALTER SCHEMA %I OWNER TO tc_owner', current_schema());
  FOR item IN
    SELECT format('ALTER TABLE %I OWNER TO tc_owner', tablename) AS statement
      FROM pg_tables WHERE schemaname = current_schema() AND tableowner <> 'tc_owner'
    UNION ALL
    SELECT format('ALTER FUNCTION %s OWNER TO tc_owner', p.oid::regprocedure)
      FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND p.proowner <> 'tc_owner'::regrole
  LOOP
    EXECUTE item.statement;
  END LOOP;
  EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', current_schema());
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO tc_app, tc_ro', current_schema());
END
$$;

REVOKE ALL ON scenarios, test_runs, chaos_events, test_results, audit_entries, schema_migrations FROM PUBLIC, tc_app, tc_ro;
GRANT SELECT, INSERT, UPDATE, DELETE ON scenarios, test_runs TO tc_app;
GRANT SELECT, INSERT, UPDATE ON chaos_events TO tc_app;
GRANT SELECT, INSERT ON test_results TO tc_app;
GRANT SELECT ON audit_entries, schema_migrations TO tc_app;
GRANT SELECT ON scenarios, test_runs, chaos_events, test_results, audit_entries, schema_migrations TO tc_ro;
REVOKE ALL ON FUNCTION health_check() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION health_check() TO tc_app, tc_ro;
GRANT EXECUTE ON FUNCTION delete_some_children_of_run(uuid, integer) TO tc_app;
GRANT EXECUTE ON FUNCTION audit_append(text, bigint, text[]) TO tc_app;
