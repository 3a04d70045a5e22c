-- What happens to children when their parents go.
create schema actions;
set search_path to actions, public;
create table a (nr int, id int primary key);
create table b (nr int, c int references a on delete cascade, n int references a on delete set null,
    d int default 3 references a on delete set default on update restrict);
insert into a select i, i from generate_series(1, 300) i;
insert into b select i, i, case when i % 3 > 0 then i end, 301 - i from generate_series(1, 300) i;
