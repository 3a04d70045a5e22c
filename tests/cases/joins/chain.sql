-- A chain of keys over four tables.
create schema chain;
set search_path to chain, public;
create table a (nr int unique, id int primary key);
create table b (nr int unique, id int primary key references a);
create table c (nr int unique, id int primary key references b);
create table d (nr int, c_id int references c);
insert into a select i, i * 3 from generate_series(1, 400) i;
insert into b select i, i * 3 from generate_series(1, 350) i;
insert into c select i, i * 3 from generate_series(1, 300) i;
insert into d select i, case when i % 7 > 0 then (i % 150 + 1) * 3 end from generate_series(1, 500) i;
