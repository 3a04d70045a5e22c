-- Columns whose values can be equal although their texts differ: of type citext (domains over it too), or with a collation
-- that is not deterministic.
WITH RECURSIVE folding (oid) AS (
    SELECT t.oid FROM pg_type t WHERE t.typname = 'citext' AND t.typtype = 'b'
    UNION
    SELECT d.oid FROM folding JOIN pg_type d ON d.typtype = 'd' AND d.typbasetype = folding.oid
)
SELECT
    n.nspname::text AS schema,
    c.relname::text AS name,
    a.attname::text AS "column",
    a.atttypid IN (SELECT oid FROM folding) AS folded
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE c.relkind IN ('r', 'p')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND (a.atttypid IN (SELECT oid FROM folding) OR NOT l.collisdeterministic)
