-- A key of a parent and of its children, each with constraints of its own.
create schema inheritance;
set search_path to inheritance, public;
create table asset (nr int, id int primary key, owner int);
create table car (plate text, primary key (id)) inherits (asset);
create table boat (primary key (id)) inherits (asset);
create table owner (nr int, id int primary key);
alter table asset add foreign key (owner) references owner;
alter table car add foreign key (owner) references owner;
create table repair (nr int, car int references car);
create table cruise (nr int, boat int references boat);
insert into owner select i, i from generate_series(1, 200) i;
insert into asset select i, i, i % 200 + 1 from generate_series(1, 200) i;
insert into car select i, i, case when i % 3 > 0 then i % 200 + 1 end, 'B-' || i from generate_series(201, 500) i;
insert into boat select i, i, i % 200 + 1 from generate_series(501, 800) i;
insert into repair select i, case when i % 7 > 0 then i % 300 + 201 end from generate_series(1, 500) i;
insert into cruise select i, i % 300 + 501 from generate_series(1, 500) i;
-- reference: boat(owner) -> owner(id)
