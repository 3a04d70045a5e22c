-- Every type that a column of a user's table is made of: its own, and through elements, domains, fields and ranges.
WITH RECURSIVE used (oid) AS (
    SELECT a.atttypid
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
        AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
        AND a.attnum > 0
        AND NOT a.attisdropped
    UNION
    SELECT inner_type.oid
    FROM used
    JOIN pg_type t ON t.oid = used.oid
    CROSS JOIN LATERAL (
        SELECT e.oid FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid
        UNION ALL
        SELECT t.typbasetype WHERE t.typtype = 'd'
        UNION ALL
        SELECT f.atttypid
        FROM pg_attribute f
        WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
        UNION ALL
        SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
    ) AS inner_type
)
SELECT
    t.oid,
    n.nspname::text AS schema,
    t.typname::text AS name,
    t.typtype::text AS form,
    -- Not typelem alone: name, point and int2vector have one and are no arrays in the text form.
    (SELECT e.oid FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid) AS element,
    nullif(t.typbasetype, 0) AS base,
    (SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)) AS bound,
    ARRAY(
        SELECT f.atttypid
        FROM pg_attribute f
        WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
        ORDER BY f.attnum
    ) AS fields,
    ARRAY(
        SELECT f.attname || ' ' || format_type(f.atttypid, f.atttypmod)
        FROM pg_attribute f
        WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
        ORDER BY f.attnum
    ) AS written_fields,
    t.typtypmod AS modifier,
    t.typnotnull AS not_null,
    t.typsend <> 0 AND t.typreceive <> 0 AS has_binary,
    ARRAY(
        SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = t.oid ORDER BY l.enumsortorder
    ) AS labels,
    ARRAY(
        SELECT pg_get_expr(k.conbin, 0)
        FROM pg_constraint k
        WHERE k.contypid = t.oid AND k.contype = 'c'
        ORDER BY k.conname
    ) AS checks,
    (
        SELECT e.extname::text
        FROM pg_depend d
        JOIN pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid
            AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
    ) AS extension
FROM used
JOIN pg_type t ON t.oid = used.oid
JOIN pg_namespace n ON n.oid = t.typnamespace
ORDER BY t.oid
