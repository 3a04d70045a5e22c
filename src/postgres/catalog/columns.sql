-- Columns of all tables of users, in the order of their attribute numbers.
SELECT
    a.attrelid AS relation,
    a.attname::text AS name,
    a.atttypid AS type,
    a.atttypmod AS modifier,
    format_type(a.atttypid, a.atttypmod) AS sql,
    a.attnotnull AS not_null,
    a.attgenerated <> '' AS generated
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND a.attnum > 0
    AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
