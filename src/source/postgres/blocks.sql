-- Sizes of tables whose rows can be found by block, in blocks.
SELECT
    n.nspname::text AS schema,
    c.relname::text AS name,
    pg_relation_size(c.oid, 'main') / current_setting('block_size')::bigint AS blocks
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am m ON m.oid = c.relam
WHERE c.relkind = 'r'
    AND m.amname = 'heap'
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
