-- Roles of the cluster, made once for all its databases; 006_rights.sql says what each may do.
--   thidua_server  the server programs          thidua_worker  the worker programs
--   thidua_reader  for people and BI tools: granted to their own roles, cannot log in itself
-- None has a password: where the database asks for one, ALTER ROLE … PASSWORD comes first.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES ('thidua_server', 'LOGIN'), ('thidua_worker', 'LOGIN'),
                                        ('thidua_reader', 'NOLOGIN')) AS w (name, login) LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
                           wanted.name, wanted.login);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of this cluster has made it
        END;
    END LOOP;
END $$;

-- Functions can be called by nobody until a right is given.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
