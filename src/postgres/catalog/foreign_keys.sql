-- Foreign keys of users' tables. A reference to a partitioned table has further constraints underneath, one for each of its
-- partitions; only the one that a person wrote counts, and its copies in the referring table's own partitions.
SELECT
    k.conrelid AS relation,
    k.conname::text AS name,
    k.confrelid AS refers_to,
    ARRAY(
        SELECT a.attname::text
        FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.attnum
        ORDER BY key.place
    ) AS columns,
    ARRAY(
        SELECT a.attname::text
        FROM unnest(k.confkey) WITH ORDINALITY AS key (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.attnum
        ORDER BY key.place
    ) AS to_columns
FROM pg_constraint k
LEFT JOIN pg_constraint parent ON parent.oid = k.conparentid
JOIN pg_class t ON t.oid = k.conrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE k.contype = 'f'
    AND parent.conrelid IS DISTINCT FROM k.conrelid
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname::text COLLATE "C"
