-- Facts about the database that one is connected to, in PostgreSQL 14 to 18. A column that a version does not have yet, or
-- has under another name (daticulocale, later datlocale), is looked up by name in the row as JSON.
SELECT
    d.datname::text AS name,
    d.oid,
    pg_encoding_to_char(d.encoding)::text AS encoding,
    d.datcollate::text AS collate,
    d.datctype::text AS ctype,
    coalesce(j.fields ->> 'datlocprovider', 'c') AS provider,
    coalesce(j.fields ->> 'datlocale', j.fields ->> 'daticulocale') AS locale,
    j.fields ->> 'daticurules' AS icu_rules,
    pg_is_in_recovery() AS standby,
    (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) AS superuser,
    (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects,
    current_setting('max_locks_per_transaction')::bigint
        * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
        AS lock_table
FROM pg_database d
CROSS JOIN LATERAL (SELECT to_jsonb(d) AS fields) AS j
WHERE d.datname = current_database()
