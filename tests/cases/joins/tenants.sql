-- A schema for each tenant, with one rule for all of them and one of its own.
create schema tenants;
create schema tenants_1;
set search_path to tenants_1, public;
create table users (nr int, id int primary key, email text unique);
create table orders (nr int, id bigint primary key, owner int references users, agent int references users);
insert into users select i, i, 'u' || i || '@tenant1.com' from generate_series(1, 300) i;
insert into orders select i, i, 1 + i % 200, case when i % 3 > 0 then i % 300 + 1 end from generate_series(1, 400) i;
create schema tenants_2;
set search_path to tenants_2, public;
create table users (nr int, id int primary key, email text unique);
create table orders (nr int, id bigint primary key, owner int references users, agent int references users);
insert into users select i, i, 'u' || i || '@tenant2.com' from generate_series(1, 300) i;
insert into orders select i, i, 1 + i % 200, case when i % 3 > 0 then i % 300 + 1 end from generate_series(1, 400) i;
create schema tenants_3;
set search_path to tenants_3, public;
create table users (nr int, id int primary key, email text unique);
create table orders (nr int, id bigint primary key, owner int references users, agent int references users);
insert into users select i, i, 'u' || i || '@tenant3.com' from generate_series(1, 300) i;
insert into orders select i, i, 1 + i % 200, case when i % 3 > 0 then i % 300 + 1 end from generate_series(1, 400) i;
-- masked: tenants_1.users.email, tenants_2.users.email, tenants_3.users.email
