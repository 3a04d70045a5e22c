-- Joins that the schema does not declare, at the ends of a chain of declared ones.
create schema undeclared;
set search_path to undeclared, public;
create table customer (nr int, id int primary key);
create table account (nr int, id int primary key references customer);
create table event (nr int, user_ref bigint, note text);
create table mark (nr int, event_user smallint);
insert into customer select i, i from generate_series(1, 400) i;
insert into account select i, i from generate_series(1, 300) i;
insert into event select i, case when i % 7 > 0 then i % 500 + 1 end, 'n' from generate_series(1, 900) i;
insert into mark select i, case when i % 5 > 0 then i % 250 + 1 end from generate_series(1, 600) i;
-- reference: event(user_ref) -> account(id)
-- reference: event(user_ref) -> customer(id)
-- reference: mark(event_user) -> event(user_ref)
