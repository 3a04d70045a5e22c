-- A key that does not hold for all rows, and is not valid.
create schema not_valid;
set search_path to not_valid, public;
create table a (nr int, id int primary key);
create table b (nr int, a int);
insert into a select i, i from generate_series(1, 300) i;
insert into b select i, i from generate_series(100, 500) i;
alter table b add constraint b_a_fkey foreign key (a) references a not valid;
insert into b select i, i from generate_series(1, 99) i;
