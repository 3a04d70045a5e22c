-- What the current role may do to each of some tables ($1: their OIDs), and whether policies hide rows from it.
SELECT
    c.oid,
    has_schema_privilege(c.relnamespace, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
    has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(c.oid, 'INSERT, UPDATE')
        OR pg_has_role(c.relowner, 'MEMBER') AS writable,
    has_table_privilege(c.oid, 'SELECT') AND row_security_active(c.oid) AS policed
FROM pg_class c
WHERE c.oid = ANY ($1)
ORDER BY c.oid
