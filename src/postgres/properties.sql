-- Properties of one database ($1) that a new generation takes over: owner, connection limit, access (the grantee '' is
-- PUBLIC) and settings (the role '' is every role). PostgreSQL 14 to 18.
SELECT
    pg_get_userbyid(d.datdba)::text AS owner,
    pg_get_userbyid(d.datdba)::text = current_user AS owned,
    pg_has_role(
        d.datdba, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END
    ) AS may_own,
    d.datconnlimit AS connections,
    a.grantees, a.privileges, a.grantables,
    s.roles, s.settings
FROM pg_database d
CROSS JOIN LATERAL (
    SELECT
        coalesce(array_agg(CASE e.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(e.grantee)::text END ORDER BY e.n), '{}')
            AS grantees,
        coalesce(array_agg(e.privilege_type ORDER BY e.n), '{}') AS privileges,
        coalesce(array_agg(e.is_grantable ORDER BY e.n), '{}') AS grantables
    FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))
        WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, n)
    WHERE e.grantee <> d.datdba
) AS a
CROSS JOIN LATERAL (
    SELECT
        coalesce(array_agg(x.role ORDER BY x.role, x.n), '{}') AS roles,
        coalesce(array_agg(x.setting ORDER BY x.role, x.n), '{}') AS settings
    FROM (
        SELECT CASE r.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(r.setrole)::text END AS role, c.setting, c.n
        FROM pg_db_role_setting r CROSS JOIN LATERAL unnest(r.setconfig) WITH ORDINALITY AS c (setting, n)
        WHERE r.setdatabase = d.oid
    ) AS x
) AS s
WHERE d.datname = $1
