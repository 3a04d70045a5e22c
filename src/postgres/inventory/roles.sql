-- Roles of the server with what they may do besides, and whether the database that one is connected to speaks of them:
-- owners, and who was granted something. The server's own roles are left out.
SELECT
    r.rolname::text AS name,
    concat_ws(', ',
        CASE WHEN r.rolsuper THEN 'superuser' END,
        CASE WHEN r.rolbypassrls THEN 'bypasses row security' END,
        CASE WHEN NOT r.rolinherit THEN 'does not inherit' END,
        CASE WHEN NOT r.rolcanlogin THEN 'cannot log in' END) AS powers,
    r.rolname !~ '^pg_' AND EXISTS (
        SELECT FROM pg_shdepend d
        WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
            AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())) AS needed
FROM pg_roles r
