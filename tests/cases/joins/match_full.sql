-- A composite key that is NULL as a whole or not at all.
create schema match_full;
set search_path to match_full, public;
create table a (nr int, x int, y uuid, unique (x, y));
create table b (nr int, x int, y uuid, foreign key (x, y) references a (x, y) match full);
insert into a select i, i, ('01890a5d-ac96-474b-bcce-' || lpad(to_hex(i), 12, '0'))::uuid from generate_series(1, 300) i;
insert into b select nr, x, y from a where nr % 3 > 0;
insert into b select nr + 300, null, null from a;
