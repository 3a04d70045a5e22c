-- A table that refers to itself twice.
create schema self_two;
set search_path to self_two, public;
create table person (nr int, id text primary key, mother text references person, father text references person);
insert into person select i, 'P' || i, case when i > 20 then 'P' || i / 2 end, case when i > 30 then 'P' || i / 3 end
    from generate_series(1, 400) i;
