-- Objects that only a superuser can create, and schemas, with names that mean the same on every server. Extensions' own
-- objects and the system's are left out. PostgreSQL 14 to 18.
WITH found AS (
    -- Functions in languages that are not trusted (C and internal among them), that claim to be leakproof, or that set what
    -- not everybody may set.
    SELECT 'pg_proc'::regclass::oid AS class, p.oid
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE (p.prokind <> 'a' AND (NOT l.lanpltrusted OR p.proleakproof))
       OR EXISTS (
            SELECT FROM unnest(p.proconfig) AS c
            WHERE NOT EXISTS (
                SELECT FROM pg_settings s WHERE s.context = 'user' AND lower(s.name) = lower(split_part(c, '=', 1))
            )
        )
    UNION ALL
    SELECT 'pg_proc'::regclass, a.aggfnoid FROM pg_aggregate a WHERE a.aggtranstype = 'internal'::regtype
    UNION ALL
    -- Base types (not the arrays that belong to other types) and types that are only a name yet.
    SELECT 'pg_type'::regclass, t.oid
    FROM pg_type t
    WHERE (t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)) OR NOT t.typisdefined
    UNION ALL
    SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
    UNION ALL
    SELECT 'pg_am'::regclass, oid FROM pg_am
    UNION ALL
    SELECT 'pg_language'::regclass, oid FROM pg_language
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
    UNION ALL
    SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
    UNION ALL
    -- Casts without a function, and those between types of the system.
    SELECT 'pg_cast'::regclass, c.oid
    FROM pg_cast c
    WHERE c.castmethod = 'b' OR (c.castsource < 16384 AND c.casttarget < 16384)
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname !~ '^pg_'
)
SELECT f.class, f.oid, i.type AS kind, i.identity
FROM found f
CROSS JOIN LATERAL pg_identify_object(f.class, f.oid, 0) AS i
WHERE f.oid >= 16384
  AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = f.class AND d.objid = f.oid AND d.deptype = 'e'
  )
ORDER BY 1, 2
