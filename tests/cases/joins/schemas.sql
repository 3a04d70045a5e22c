-- Keys across schemas, tables of one name in both.
create schema schemas;
set search_path to schemas, public;
create schema schemas_b;
create table a (nr int, id int primary key);
create table schemas_b.a (nr int, id text primary key, a int references schemas.a);
create table b (nr int, a text references schemas_b.a);
insert into a select i, i from generate_series(1, 300) i;
insert into schemas_b.a select i, 'a' || i, case when i % 3 > 0 then i end from generate_series(1, 300) i;
insert into b select i, 'a' || i from generate_series(1, 300) i;
