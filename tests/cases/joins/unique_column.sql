-- A key to a UNIQUE column, not the primary key.
create schema unique_column;
set search_path to unique_column, public;
-- kept: city.id
create table city (nr int, id int primary key, code varchar(40) unique, country text);
create table shop (nr int, city varchar(40) references city (code), city_id int references city);
insert into city select i, i, case when i % 9 > 0 then 'code ' || i end, 'de' from generate_series(1, 400) i;
insert into shop select i, case when i % 200 % 9 > 0 then 'code ' || i % 200 end, i % 400 + 1 from generate_series(1, 600) i;
-- kept: shop.city_id
