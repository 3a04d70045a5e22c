-- Text keys of all lengths that refer to one another.
create schema varchars;
set search_path to varchars, public;
create table a (nr int, id text primary key, code varchar(12) unique, name name unique);
create table b (nr int, a varchar(40) references a, code text references a (code), name text references a (name));
create table c (nr int, code varchar(9) references a (code));
insert into a select i, 'key of ' || i, 'c' || i, 'n' || i from generate_series(1, 300) i;
insert into b select i, case when i % 6 > 0 then 'key of ' || i end, 'c' || i, 'n' || i from generate_series(1, 300) i;
insert into c select i, case when i % 6 > 0 then 'c' || i end from generate_series(1, 300) i;
