-- Comments on columns of users' tables.
SELECT
    n.nspname::text AS schema,
    c.relname::text AS name,
    a.attname::text AS column_name,
    d.description AS comment
FROM pg_description d
JOIN pg_class c ON c.oid = d.objoid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
WHERE d.classoid = 'pg_class'::regclass
    AND d.objsubid > 0
    AND c.relkind IN ('r', 'p')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
