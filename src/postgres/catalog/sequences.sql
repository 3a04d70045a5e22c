-- Sequences, with the columns that they feed: by ownership or identity, and by nextval in a default.
SELECT
    s.oid,
    n.nspname::text AS schema,
    s.relname::text AS name,
    coalesce(feeds.relations, '{}') AS relations,
    coalesce(feeds.columns, '{}') AS columns
FROM pg_class s
JOIN pg_namespace n ON n.oid = s.relnamespace
LEFT JOIN LATERAL (
    SELECT
        array_agg(a.attrelid ORDER BY a.attrelid, a.attnum) AS relations,
        array_agg(a.attname::text ORDER BY a.attrelid, a.attnum) AS columns
    FROM (
        SELECT d.refobjid AS relation, d.refobjsubid AS number
        FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.objsubid = 0
            AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        UNION
        SELECT f.adrelid, f.adnum
        FROM pg_depend d
        JOIN pg_attrdef f ON f.oid = d.objid
        WHERE d.classid = 'pg_attrdef'::regclass
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
    ) AS feed
    JOIN pg_attribute a ON a.attrelid = feed.relation AND a.attnum = feed.number AND NOT a.attisdropped
) AS feeds ON true
WHERE s.relkind = 'S'
    AND s.relpersistence <> 't'
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
            AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
    )
ORDER BY n.nspname::text COLLATE "C", s.relname::text COLLATE "C"
