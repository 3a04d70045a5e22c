-- A table that refers to itself.
create schema self;
set search_path to self, public;
create table staff (nr int unique, id int primary key, boss int references staff);
insert into staff select i, i + 1000, case when i > 1 then i / 2 + 1000 end from generate_series(1, 400) i;
