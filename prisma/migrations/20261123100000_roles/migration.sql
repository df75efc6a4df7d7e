-- The two roles that the server works with. Neither is superuser, bypasses row-level security or owns a table.
--   manyline_app     what every process of the server runs as
--   manyline_lookup  owns the functions that must look before the tenant is known; nobody logs in as it
-- Roles belong to the whole cluster, so they may be there already.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['manyline_app', 'manyline_lookup'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', wanted);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL; -- made by another database's migration meanwhile
        WHEN insufficient_privilege THEN
          RAISE EXCEPTION 'the role % is missing and % may not create it', wanted, current_user
            USING HINT = 'Let an administrator create it: CREATE ROLE ' || wanted || ' NOLOGIN NOBYPASSRLS; and grant it to '
              || current_user;
      END;
    END IF;
    -- The owner must be able to act as both: to open the server's connections and to give functions away.
    -- It does not inherit them, so that a query of the owner sees no more rows than before.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      BEGIN
        IF current_setting('server_version_num')::int >= 160000 THEN
          EXECUTE format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', wanted, current_user);
        ELSE
          EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
      EXCEPTION
        WHEN insufficient_privilege THEN NULL; -- granted by an administrator; if not, what follows says so
      END;
    END IF;
  END LOOP;
END
$$;

GRANT USAGE ON SCHEMA public TO manyline_app, manyline_lookup;
