-- Keys that are checked at the end of a transaction.
create schema deferred;
set search_path to deferred, public;
create table a (nr int, id int primary key, next int references a deferrable initially deferred);
create table b (nr int, id int primary key, a int references a deferrable initially immediate);
begin;
insert into a select i, i, i % 300 + 1 from generate_series(1, 300) i;
commit;
insert into b select i, i, case when i % 5 > 0 then i end from generate_series(1, 300) i;
