-- Keys for which case does not count.
create schema citexts;
set search_path to citexts, public;
create table a (nr int, id citext primary key, mail citext unique, code citext unique);
create table b (nr int, a citext references a, mail citext references a (mail), code citext references a (code));
insert into a select i, 'Key' || i, 'P' || i || '@Real.com', 'C' || i from generate_series(1, 300) i;
insert into b select i, case when i % 5 > 0 then upper('Key' || i) end, 'p' || i || '@rEAL.com', 'c' || i
    from generate_series(1, 300) i;
