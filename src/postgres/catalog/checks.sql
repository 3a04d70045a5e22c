-- CHECK constraints of users' tables.
SELECT
    k.conrelid AS relation,
    k.conname::text AS name,
    pg_get_expr(k.conbin, k.conrelid) AS sql
FROM pg_constraint k
JOIN pg_class t ON t.oid = k.conrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE k.contype = 'c'
    AND t.relkind IN ('r', 'p')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname::text COLLATE "C"
