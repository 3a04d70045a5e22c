-- Rows and bytes of users' tables that hold rows, with their TOAST. It waits where somebody holds a table exclusively.
SELECT
    c.oid AS relation,
    greatest(c.reltuples, 0)::bigint AS rows,
    coalesce(pg_table_size(c.oid), 0) AS bytes
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r'
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
