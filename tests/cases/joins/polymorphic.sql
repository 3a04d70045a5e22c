-- A column that refers now to one table and now to another.
create schema polymorphic;
set search_path to polymorphic, public;
create type kind as enum ('photo', 'video', 'other');
create table post (nr int, id int primary key);
create table photo (nr int, id bigint primary key);
create table comment (nr int, on_type text, on_id bigint, unique (on_type, on_id));
create table vote (nr int, sort smallint, on_id int);
create table mark (nr int, kind kind, on_id int);
insert into post select i, i from generate_series(1, 300) i;
insert into photo select i, i from generate_series(1, 300) i;
insert into comment select i, case when i % 2 = 0 then 'Post' else 'Photo' end, case when i % 11 > 0 then i / 2 + 1 end
    from generate_series(1, 560) i;
insert into vote select i, i % 3, i % 310 + 1 from generate_series(1, 600) i where i % 3 > 0;
insert into mark select i, case i % 3 when 0 then 'photo'::kind when 1 then 'other' end, i % 310 + 1
    from generate_series(1, 600) i;
-- reference: comment(on_id) -> post(id) where c.on_type = 'Post'
-- reference: comment(on_id) -> photo(id) where c.on_type = 'Photo'
-- reference: vote(on_id) -> post(id) where c.sort = 1
-- reference: vote(on_id) -> photo(id) where c.sort = 2
-- reference: mark(on_id) -> photo(id) where c.kind = 'photo'
-- same: select count(*), count(on_id) from mark where kind = 'other'
