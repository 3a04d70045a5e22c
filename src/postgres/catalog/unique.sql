-- What must be unique in users' tables: primary keys, UNIQUE constraints and unique indexes, and what an exclusion
-- constraint keeps apart.
SELECT
    i.indrelid AS relation,
    c.relname::text AS name,
    i.indisprimary AS primary,
    -- Columns among the key, those behind INCLUDE left out.
    ARRAY(
        SELECT a.attname::text
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS key (attnum, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.attnum
        WHERE key.attnum > 0 AND key.place <= i.indnkeyatts
        ORDER BY key.place
    ) AS columns,
    -- Expressions among the key.
    ARRAY(
        SELECT pg_get_indexdef(i.indexrelid, key.place::int, true)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS key (attnum, place)
        WHERE key.attnum = 0 AND key.place <= i.indnkeyatts
        ORDER BY key.place
    ) AS expressions,
    pg_get_expr(i.indpred, i.indrelid) AS condition,
    -- All of the key in its order.
    ARRAY(
        SELECT pg_get_indexdef(i.indexrelid, place, true) FROM generate_series(1, i.indnkeyatts::int) AS place
        ORDER BY place
    ) AS parts,
    -- What may not hold between two rows, for each part; empty for what is simply unique.
    ARRAY(
        SELECT o.oprname::text
        FROM pg_constraint k
        CROSS JOIN LATERAL unnest(k.conexclop) WITH ORDINALITY AS compared (operator, place)
        JOIN pg_operator o ON o.oid = compared.operator
        WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('x', 'p', 'u')
        ORDER BY compared.place
    ) AS operators,
    -- Whether the collation of each part makes different texts equal.
    ARRAY(
        SELECT EXISTS (SELECT FROM pg_collation n WHERE n.oid = key.rule AND NOT n.collisdeterministic)
        FROM unnest(i.indcollation::oid[]) WITH ORDINALITY AS key (rule, place)
        WHERE key.place <= i.indnkeyatts
        ORDER BY key.place
    ) AS folds,
    coalesce(to_jsonb(i)->>'indnullsnotdistinct', 'false') = 'true' AS nulls_equal,
    CASE
        WHEN i.indisexclusion THEN (
            SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
            WHERE k.conindid = i.indexrelid AND k.contype IN ('x', 'p', 'u') LIMIT 1
        )
        -- NULLS NOT DISTINCT came with version 15.
        WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR to_jsonb(i)->>'indnullsnotdistinct' = 'true'
            OR EXISTS (
                SELECT FROM pg_collation n
                WHERE n.oid = ANY (i.indcollation::oid[]) AND NOT n.collisdeterministic
            )
            THEN pg_get_indexdef(i.indexrelid)
    END AS definition
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE (i.indisunique OR i.indisexclusion)
    -- Others are not mirrored.
    AND (i.indisvalid OR t.relkind = 'p')
    AND t.relkind IN ('r', 'p')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY i.indrelid, i.indisprimary DESC, c.relname::text COLLATE "C"
