-- How many different values columns have, as ANALYZE estimated it; no value. Only tables that the role may read.
SELECT
    s.schemaname::text AS schema,
    s.tablename::text AS name,
    s.attname::text AS column,
    max(CASE WHEN s.n_distinct >= 0 THEN s.n_distinct ELSE -s.n_distinct * greatest(c.reltuples, 0) END)::bigint AS values
FROM pg_stats s
JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
WHERE s.schemaname !~ '^pg_'
    AND s.schemaname <> 'information_schema'
GROUP BY 1, 2, 3
