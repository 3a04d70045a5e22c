-- Computed columns beside keys, and a key that is one, over a kept column.
create schema generated;
set search_path to generated, public;
create table a (nr int, id int primary key, doubled bigint generated always as (id::bigint * 2) stored,
    label text generated always as ('L' || nr) stored unique);
create table b (nr int, a int references a, label text references a (label), twice bigint generated always as (a::bigint * 2) stored);
insert into a (nr, id) select i, i from generate_series(1, 300) i;
insert into b (nr, a, label) select i, case when i % 5 > 0 then i end, 'L' || i from generate_series(1, 300) i;
-- kept: a.label, b.label
-- same: select count(*) from a join b on b.twice = a.doubled
