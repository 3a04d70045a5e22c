-- Constraints and whether they hold for every row, named so that they mean the same on every server. Those that a partition
-- has from its parent, whose names the server chooses, and those of foreign tables are left out. PostgreSQL 14 to 18.
SELECT i.identity, k.contype::text AS kind, k.convalidated AS valid
FROM pg_constraint k
CROSS JOIN LATERAL pg_identify_object('pg_constraint'::regclass, k.oid, 0) AS i
JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.oid >= 16384 AND k.conparentid = 0 AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = k.conrelid AND c.relkind = 'f')
  AND NOT EXISTS (
      SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = k.conrelid AND d.deptype = 'e'
  )
ORDER BY 1, 2
