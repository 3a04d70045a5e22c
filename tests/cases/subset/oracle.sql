-- What should travel, worked out on production by joining every reference until nothing is added. For tests only: it is
-- slow, it writes, and it shares nothing with the program but the rules of plan/subset.
drop schema if exists oracle cascade;
create schema oracle;
create table oracle.links (child oid, parent oid, matches text, columns text[], cut text);
create table oracle.gone (tab oid, place tid, primary key (tab, place));
create table oracle.down (tab oid, place tid, primary key (tab, place));
create table oracle.travel (tab oid, place tid, primary key (tab, place));
create table oracle.seeded (tab oid primary key);

insert into oracle.links
select k.conrelid, leaf.oid,
    (select string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ')
     from unnest(k.conkey, k.confkey) as pair (here, there)
     join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.here
     join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.there),
    (select array_agg(a.attname::text) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
from pg_constraint k
join pg_class c on c.oid = k.conrelid and c.relkind = 'r'
left join pg_constraint above on above.oid = k.conparentid
cross join lateral (
    select t.relid::oid as oid from pg_partition_tree(k.confrelid) t where t.isleaf
    union select k.confrelid where not exists (select from pg_partition_tree(k.confrelid))
) as leaf
where k.contype = 'f' and above.conrelid is distinct from k.conrelid;

create function oracle.leave_out(tab text, condition text) returns void language plpgsql as $$
begin
    execute format('insert into oracle.gone select %s, ctid from only %s where %s on conflict do nothing',
        tab::regclass::oid, tab, condition);
end $$;

create function oracle.seed(tab text, condition text) returns void language plpgsql as $$
begin
    insert into oracle.seeded values (tab::regclass);
    execute format('insert into oracle.down select %s, ctid from only %s where %s on conflict do nothing',
        tab::regclass::oid, tab, condition);
end $$;

create function oracle.refer(child text, parent text, matches text, columns text[]) returns void language sql as $$
    insert into oracle.links values (child::regclass, parent::regclass, matches, columns)
$$;

create function oracle.cut(tab text, col text) returns void language sql as $$
    update oracle.links set cut = col where child = tab::regclass and col = any (columns)
$$;

create function oracle.spread(into_set text, from_set text, up bool, unless text) returns void language plpgsql as $$
declare
    link record;
    added int;
    changed bool := true;
begin
    while changed loop
        changed := false;
        for link in select * from oracle.links where cut is null loop
            execute format(
                'insert into oracle.%I select %s, %s.ctid from only %s c join only %s p on %s
                 join oracle.%I s on s.tab = %s and s.place = %s.ctid
                 where not exists (select from oracle.%I u where u.tab = %s and u.place = %s.ctid) on conflict do nothing',
                into_set, case when up then link.parent else link.child end, case when up then 'p' else 'c' end,
                link.child::regclass, link.parent::regclass, link.matches,
                from_set, case when up then link.child else link.parent end, case when up then 'c' else 'p' end,
                unless, case when up then link.parent else link.child end, case when up then 'p' else 'c' end);
            get diagnostics added = row_count;
            changed := changed or added > 0;
        end loop;
    end loop;
end $$;

create function oracle.solve() returns void language plpgsql as $$
declare
    one record;
begin
    create table oracle.nothing (tab oid, place tid);
    perform oracle.spread('gone', 'gone', false, 'nothing');
    delete from oracle.down d using oracle.gone g where g.tab = d.tab and g.place = d.place;
    perform oracle.spread('down', 'down', false, 'gone');
    insert into oracle.travel select * from oracle.down;
    perform oracle.spread('travel', 'travel', true, 'nothing');
    for one in
        with recursive connected (tab) as (
            select tab from oracle.seeded
            union
            select case when l.child = c.tab then l.parent else l.child end
            from connected c join oracle.links l on l.cut is null and c.tab in (l.child, l.parent)
        )
        select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'oracle')
            and c.oid not in (select tab from connected)
    loop
        execute format('insert into oracle.travel select %s, ctid from only %s t where not exists
            (select from oracle.gone g where g.tab = %s and g.place = t.ctid) on conflict do nothing',
            one.oid, one.oid::regclass, one.oid);
    end loop;
end $$;

create function oracle.expected() returns setof text language plpgsql as $$
declare
    one record;
    link record;
    nulled text;
begin
    for one in
        select c.oid, format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'oracle')
    loop
        nulled := '''{}''::jsonb';
        for link in
            select cut, string_agg(format('exists (select from only %s p join oracle.travel t on t.tab = %s and t.place = p.ctid where %s)',
                parent::regclass, parent, replace(matches, 'c.', 'this_row.')), ' or ') as there
            from oracle.links where child = one.oid and cut is not null group by cut, columns
        loop
            nulled := nulled || format(' || case when %s then ''{}'' else jsonb_build_object(%L, null) end', link.there, link.cut);
        end loop;
        return query execute format(
            'select %L || ''|'' || (to_jsonb(this_row) || %s)::text from only %s this_row join oracle.travel s on s.tab = %s and s.place = this_row.ctid',
            one.name, nulled, one.oid::regclass, one.oid);
    end loop;
end $$;
