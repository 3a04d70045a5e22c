-- Properties of the database that one is connected to that decide how texts are stored, compared and sorted, in PostgreSQL 14
-- to 18. A column that a version does not have yet, or has under another name, is looked up in the row as JSON. The version
-- of a collation is the library's own: another one may sort otherwise under the same name.
SELECT
    pg_encoding_to_char(d.encoding)::text AS encoding,
    d.datcollate::text AS collate,
    d.datctype::text AS ctype,
    coalesce(j.fields ->> 'datlocprovider', 'c') AS provider,
    coalesce(j.fields ->> 'datlocale', j.fields ->> 'daticulocale') AS locale,
    (SELECT c.collversion FROM pg_collation c WHERE c.collname = d.datcollate AND c.collprovider = 'c'
        AND c.collencoding IN (-1, d.encoding) LIMIT 1) AS library,
    j.fields ->> 'datcollversion' AS version
FROM pg_database d
CROSS JOIN LATERAL (SELECT to_jsonb(d) AS fields) AS j
WHERE d.datname = current_database()
