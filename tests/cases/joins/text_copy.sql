-- A table that only travels as text, with a key to one that travels as binary, and the other way round.
create schema text_copy;
set search_path to text_copy, public;
create table a (nr int, id int primary key, code text unique, kind regclass, at timestamptz);
create table b (nr int, a int references a, code text references a (code), id uuid primary key default gen_random_uuid());
create table c (nr int, b uuid references b, what regtype);
insert into a select i, i - 100, E'tab\t' || i || E'\\ \n', 'pg_class', now() from generate_series(1, 300) i;
insert into b select i, i - 100, case when i % 5 > 0 then E'tab\t' || i || E'\\ \n' end from generate_series(1, 300) i;
insert into c select nr, id, 'int' from b;
