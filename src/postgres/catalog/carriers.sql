-- Texts of users' objects that a mirror carries as they are: kind, object, text, and whether all of it is one literal.
-- What partitions have from their parents is named there.
WITH objects AS (
    SELECT 'comment' AS kind, classoid, objoid, objsubid, description AS text, true AS whole FROM pg_description
    UNION ALL
    SELECT 'security label', classoid, objoid, objsubid, label, true FROM pg_seclabel
    UNION ALL
    SELECT 'default', 'pg_attrdef'::regclass, oid, 0, pg_get_expr(adbin, adrelid), false FROM pg_attrdef
    UNION ALL
    SELECT 'default', 'pg_type'::regclass, oid, 0, typdefault, false FROM pg_type WHERE typdefault IS NOT NULL
    UNION ALL
    SELECT 'view', 'pg_class'::regclass, oid, 0, pg_get_viewdef(oid), false FROM pg_class WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT 'partition bound', 'pg_class'::regclass, oid, 0, pg_get_expr(relpartbound, oid), false
    FROM pg_class WHERE relpartbound IS NOT NULL
    UNION ALL
    SELECT 'partition key', 'pg_class'::regclass, partrelid, 0, pg_get_partkeydef(partrelid), false
    FROM pg_partitioned_table WHERE partexprs IS NOT NULL
    UNION ALL
    SELECT 'check', CASE WHEN contypid <> 0 THEN 'pg_type'::regclass ELSE 'pg_constraint'::regclass END,
        CASE WHEN contypid <> 0 THEN contypid ELSE oid END, 0, pg_get_expr(conbin, conrelid), false
    FROM pg_constraint WHERE contype = 'c' AND (contypid <> 0 OR conislocal)
    UNION ALL
    SELECT 'index', 'pg_class'::regclass, indexrelid, 0, pg_get_indexdef(indexrelid), false
    FROM pg_index
    WHERE (indexprs IS NOT NULL OR indpred IS NOT NULL)
        AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = indexrelid)
    UNION ALL
    SELECT 'statistics', 'pg_statistic_ext'::regclass, oid, 0,
        array_to_string(pg_get_statisticsobjdef_expressions(oid), E'\n'), false
    FROM pg_statistic_ext
    UNION ALL
    -- How other languages write a constant is not known here.
    SELECT 'function', 'pg_proc'::regclass, p.oid, 0,
        concat_ws(E'\n', nullif(prosrc, ''), pg_get_function_sqlbody(p.oid), pg_get_expr(proargdefaults, 0)),
        l.lanname NOT IN ('sql', 'plpgsql', 'c', 'internal')
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    UNION ALL
    SELECT 'function', 'pg_proc'::regclass, oid, 0, setting, true
    FROM pg_proc CROSS JOIN LATERAL unnest(proconfig) AS setting WHERE setting !~ '^search_path='
    UNION ALL
    -- Where sums begin, such as {0,0}, says nothing.
    SELECT 'function', 'pg_proc'::regclass, aggfnoid, 0, start, true
    FROM pg_aggregate CROSS JOIN LATERAL (VALUES (agginitval), (aggminitval)) AS a (start)
    WHERE start ~ '[[:alpha:]]|(\d\D*){6}'
    UNION ALL
    SELECT 'dictionary', 'pg_ts_dict'::regclass, oid, 0, dictinitoption, false FROM pg_ts_dict
    UNION ALL
    SELECT 'trigger', 'pg_trigger'::regclass, oid, 0, pg_get_triggerdef(oid), false FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule', 'pg_rewrite'::regclass, oid, 0, pg_get_ruledef(oid), false FROM pg_rewrite WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT 'policy', 'pg_policy'::regclass, oid, 0,
        concat_ws(E'\n', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)), false
    FROM pg_policy
    UNION ALL
    SELECT 'foreign option', 'pg_foreign_data_wrapper'::regclass, oid, 0, unnest(fdwoptions), true
    FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'foreign option', 'pg_foreign_server'::regclass, oid, 0, unnest(srvoptions), true FROM pg_foreign_server
    UNION ALL
    SELECT 'foreign option', 'pg_class'::regclass, ftrelid, 0, unnest(ftoptions), true FROM pg_foreign_table
    UNION ALL
    SELECT 'foreign option', 'pg_class'::regclass, attrelid, attnum, unnest(attfdwoptions), true
    FROM pg_attribute WHERE attfdwoptions IS NOT NULL
    UNION ALL
    SELECT 'enum label', 'pg_type'::regclass, enumtypid, 0, enumlabel::text, true FROM pg_enum
)
SELECT
    kind,
    CASE WHEN kind = 'enum label' THEN 'type ' || format_type(objoid, NULL)
        ELSE pg_describe_object(classoid, objoid, objsubid) END AS object,
    text,
    whole
FROM objects o
-- Of what a server comes with, only the comment on the schema public (2200) travels.
WHERE (objoid >= 16384 OR (kind = 'comment' AND classoid = 'pg_namespace'::regclass AND objoid = 2200
        AND text <> 'standard public schema'))
    AND text <> ''
    -- The name of a sequence is nobody's value.
    AND NOT (kind = 'default' AND text ~ '^nextval\(''[^'']*''::regclass\)$')
    -- What belongs to an extension comes with it.
    AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = o.classoid AND d.objid = o.objoid AND d.deptype = 'e')
ORDER BY kind, object, text
