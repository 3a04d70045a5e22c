-- Tables that hold rows or hand them to partitions, in PostgreSQL 14 to 18. Views, foreign and temporary tables are none;
-- tables of an extension only where they are its configuration. It waits for no lock.
SELECT
    c.oid,
    n.nspname::text AS schema,
    c.relname::text AS name,
    c.relkind = 'p' AS partitioned,
    c.relispartition AS partition,
    c.relpersistence = 'u' AS unlogged,
    ARRAY(
        SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid ORDER BY inhseqno
    ) AS parents,
    -- The columns of a partition key, those inside its expressions too, depend on the table internally.
    ARRAY(
        SELECT a.attname::text
        FROM pg_attribute a
        WHERE c.relkind = 'p' AND a.attrelid = c.oid AND a.attnum > 0 AND (
            a.attnum = ANY (SELECT unnest(partattrs::int2[]) FROM pg_partitioned_table WHERE partrelid = c.oid)
            OR EXISTS (
                SELECT FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = a.attnum
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid = 0
                    AND d.deptype = 'i'
            )
        )
        ORDER BY a.attnum
    ) AS partition_key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
    AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend d
        JOIN pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
            AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
            AND NOT coalesce(c.oid = ANY (e.extconfig), false)
    )
ORDER BY n.nspname::text COLLATE "C", c.relname::text COLLATE "C"
