-- UUIDs of versions 4 and 7 as keys.
create schema uuids;
set search_path to uuids, public;
create table a (nr int, id uuid primary key default gen_random_uuid(), twin uuid unique);
create table b (nr int, a uuid references a, twin uuid references a (twin));
insert into a (nr, twin) select i, ('01890a5d-ac96-774b-bcce-' || lpad(to_hex(i), 12, '0'))::uuid
    from generate_series(1, 300) i;
insert into b select nr + 1, case when nr % 5 > 0 then id end, twin from a;
