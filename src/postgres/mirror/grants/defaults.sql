-- Default privileges (ALTER DEFAULT PRIVILEGES). Those of a schema only add to the usual ones; those of a whole database
-- replace them, so what they take away stands in lacks_*. The grantee '' is PUBLIC. PostgreSQL 14 to 18.
SELECT
    pg_get_userbyid(d.defaclrole)::text AS owner,
    n.nspname::text AS schema,
    CASE d.defaclobjtype
        WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES'
        WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS'
    END AS what,
    has.grantees, has.privileges, has.grantables,
    lacks.grantees AS lacks_grantees, lacks.privileges AS lacks_privileges
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN d.defaclnamespace = 0
            THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)
    END AS acl
) AS usual
CROSS JOIN LATERAL (
    SELECT
        coalesce(array_agg(CASE e.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(e.grantee)::text END ORDER BY e.n), '{}')
            AS grantees,
        coalesce(array_agg(e.privilege_type ORDER BY e.n), '{}') AS privileges,
        coalesce(array_agg(e.is_grantable ORDER BY e.n), '{}') AS grantables
    FROM aclexplode(d.defaclacl) WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, n)
    WHERE NOT EXISTS (
        SELECT FROM aclexplode(usual.acl) AS u
        WHERE u.grantee = e.grantee AND u.privilege_type = e.privilege_type AND u.is_grantable = e.is_grantable
    )
) AS has
CROSS JOIN LATERAL (
    SELECT
        coalesce(array_agg(CASE u.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(u.grantee)::text END), '{}') AS grantees,
        coalesce(array_agg(u.privilege_type), '{}') AS privileges
    FROM aclexplode(usual.acl) AS u
    WHERE NOT EXISTS (
        SELECT FROM aclexplode(d.defaclacl) AS e WHERE e.grantee = u.grantee AND e.privilege_type = u.privilege_type
    )
) AS lacks
ORDER BY 1, 2, 3
