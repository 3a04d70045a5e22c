-- Numbers of any precision as keys, and integers that refer to them.
create schema numerics;
set search_path to numerics, public;
create table customer (nr int, id numeric(10,0) primary key, no numeric unique);
create table orders (nr int, customer numeric(12,2) references customer, no numeric(8,0) references customer (no));
create table visit (nr int, customer int references customer, no bigint references customer (no));
insert into customer select i, i * 1000, i from generate_series(1, 300) i;
insert into customer values (301, 9999999999, 12345678901234567);
insert into orders select i, case when i % 6 > 0 then i * 1000 end, i from generate_series(1, 300) i;
insert into visit select i, i * 1000, case when i % 5 > 0 then i end from generate_series(1, 300) i;
-- reference: visit(customer) -> orders(customer)
