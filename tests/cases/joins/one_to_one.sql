-- A primary key shared by two tables, and by a third that says so itself.
create schema one_to_one;
set search_path to one_to_one, public;
create table party (nr int, id int primary key generated always as identity (start with 500));
create table person (nr int, id int primary key references party);
create table vip (nr int, id int primary key references person);
insert into party (nr) select i from generate_series(1, 400) i;
insert into person select nr, id from party where nr % 3 > 0;
insert into vip select nr, id from person where nr % 2 > 0;
