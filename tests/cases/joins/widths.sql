-- Keys of all widths of integers that refer to one another.
create schema widths;
set search_path to widths, public;
create table wide (nr int, id bigint primary key, other bigint unique);
create table middle (nr int, wide int references wide, id int unique references wide (other));
create table narrow (nr int, wide smallint references wide, middle smallint references middle (id));
create table back (nr int, id smallint primary key);
create table big (nr int, back bigint references back);
insert into wide select i, i, i * 11 from generate_series(1, 300) i;
insert into wide select i, i * 10000000000, - i from generate_series(301, 400) i;
insert into middle select i, case when i % 5 > 0 then i end, i * 11 from generate_series(1, 300) i;
insert into narrow select i, i % 300 + 1, case when i % 6 > 0 then i % 300 * 11 + 11 end from generate_series(1, 500) i;
insert into back select i, i * 30 from generate_series(1, 400) i;
insert into big select i, case when i % 9 > 0 then i * 30 end from generate_series(1, 400) i;
