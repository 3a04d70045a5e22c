-- Keys that are mostly NULL, NULL itself among the keys, and kept zeros.
create schema nullable;
set search_path to nullable, public;
create table a (nr int, id int unique);
create table b (nr int, one int references a (id), two int references a (id));
insert into a select i, case when i % 10 > 0 then i end from generate_series(1, 400) i;
insert into a values (0, 0);
insert into b select i, case when i % 2 = 0 and i % 10 > 0 then i end, case when i % 40 = 0 then 0 end
    from generate_series(1, 4000) i where i < 400 or i % 40 = 0;
-- kept: b.two
