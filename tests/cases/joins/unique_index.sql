-- A key to a unique index that is no constraint.
create schema unique_index;
set search_path to unique_index, public;
create table person (nr int, id bigint not null, mail text);
create unique index on person (id);
create unique index on person (mail) include (nr);
create table login (nr int, person bigint references person (id), mail text references person (mail));
insert into person select i, i * 100, 'p' || i || '@real.com' from generate_series(1, 300) i;
insert into login select i, (i % 250 + 1) * 100, case when i % 4 > 0 then 'p' || i % 299 + 1 || '@real.com' end
    from generate_series(1, 600) i;
