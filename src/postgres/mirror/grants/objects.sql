-- Who owns what and who may do what with it: every object with an owner, named so that it means the same on every server.
-- Objects of extensions and of the system are left out (the schema public excepted), and what follows another object's
-- owner has no word in alter_as. The grantee '' is PUBLIC. PostgreSQL 14 to 18.
WITH found AS (
    SELECT 'pg_namespace'::regclass::oid AS class, n.oid, 0 AS subid, n.nspname AS schema, n.nspowner AS owner,
           'SCHEMA' AS grant_on, 'SCHEMA' AS alter_as, NULL::text AS in_column,
           coalesce(n.nspacl, acldefault('n', n.nspowner)) AS acl, acldefault('n', n.nspowner) AS usual
    FROM pg_namespace n
    WHERE n.oid >= 16384 AND n.nspname !~ '^pg_' OR n.nspname = 'public'
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, 0, n.nspname, c.relowner,
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
           CASE
               WHEN c.relkind = 'S' AND EXISTS (
                   SELECT FROM pg_depend d
                   WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                     AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
               ) THEN NULL
               WHEN c.relkind = 'S' THEN 'SEQUENCE'
               WHEN c.relkind = 'v' THEN 'VIEW'
               WHEN c.relkind = 'm' THEN 'MATERIALIZED VIEW'
               ELSE 'TABLE'
           END,
           NULL,
           coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)),
           acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.oid >= 16384 AND n.nspname !~ '^pg_'
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, 0, n.nspname, c.relowner, 'TABLE', NULL, a.attname::text, a.attacl, NULL
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm')
      AND c.oid >= 16384 AND n.nspname !~ '^pg_'
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, 0, n.nspname, p.proowner, 'ROUTINE', 'ROUTINE', NULL,
           coalesce(p.proacl, acldefault('f', p.proowner)), acldefault('f', p.proowner)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.oid >= 16384 AND n.nspname !~ '^pg_'
      AND NOT EXISTS (
          SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i'
      )
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 0, n.nspname, t.typowner, 'TYPE', 'TYPE', NULL,
           coalesce(t.typacl, acldefault('T', t.typowner)), acldefault('T', t.typowner)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.oid >= 16384 AND n.nspname !~ '^pg_' AND t.typtype IN ('b', 'c', 'd', 'e', 'r')
      AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION ALL
    SELECT o.class, o.oid, 0, n.nspname, o.owner, NULL, o.alter_as, NULL, NULL, NULL
    FROM (
        SELECT 'pg_collation'::regclass::oid AS class, oid, collowner AS owner, collnamespace AS namespace,
               'COLLATION' AS alter_as
        FROM pg_collation
        UNION ALL
        SELECT 'pg_conversion'::regclass, oid, conowner, connamespace, 'CONVERSION' FROM pg_conversion
        UNION ALL
        SELECT 'pg_operator'::regclass, oid, oprowner, oprnamespace, 'OPERATOR' FROM pg_operator
        UNION ALL
        SELECT 'pg_opclass'::regclass, oid, opcowner, opcnamespace, 'OPERATOR CLASS' FROM pg_opclass
        UNION ALL
        SELECT 'pg_opfamily'::regclass, oid, opfowner, opfnamespace, 'OPERATOR FAMILY' FROM pg_opfamily
        UNION ALL
        SELECT 'pg_ts_dict'::regclass, oid, dictowner, dictnamespace, 'TEXT SEARCH DICTIONARY' FROM pg_ts_dict
        UNION ALL
        SELECT 'pg_ts_config'::regclass, oid, cfgowner, cfgnamespace, 'TEXT SEARCH CONFIGURATION' FROM pg_ts_config
        UNION ALL
        SELECT 'pg_statistic_ext'::regclass, oid, stxowner, stxnamespace, 'STATISTICS' FROM pg_statistic_ext
    ) AS o JOIN pg_namespace n ON n.oid = o.namespace
    WHERE o.oid >= 16384 AND n.nspname !~ '^pg_'
)
SELECT
    f.grant_on,
    f.alter_as,
    f.schema::text AS schema,
    i.identity,
    f.in_column,
    pg_get_userbyid(f.owner)::text AS owner,
    f.owner = 10 AS system_owned,
    g.grantees,
    g.privileges,
    g.grantables,
    coalesce((
        SELECT array_agg(u.privilege_type ORDER BY 1)
        FROM aclexplode(f.usual) AS u
        WHERE u.grantee = f.owner AND NOT EXISTS (
            SELECT FROM aclexplode(f.acl) AS e WHERE e.grantee = f.owner AND e.privilege_type = u.privilege_type
        )
    ), '{}') AS owner_lacks
FROM found f
CROSS JOIN LATERAL pg_identify_object(f.class, f.oid, f.subid) AS i
CROSS JOIN LATERAL (
    SELECT
        coalesce(array_agg(CASE e.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(e.grantee)::text END ORDER BY e.n), '{}')
            AS grantees,
        coalesce(array_agg(e.privilege_type ORDER BY e.n), '{}') AS privileges,
        coalesce(array_agg(e.is_grantable ORDER BY e.n), '{}') AS grantables
    FROM aclexplode(f.acl) WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, n)
) AS g
WHERE NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = f.class AND d.objid = f.oid AND d.deptype = 'e'
)
ORDER BY f.class, i.identity, f.in_column NULLS FIRST
