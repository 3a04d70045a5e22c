-- Keys of domain types, over one another and over plain types.
create schema domains;
set search_path to domains, public;
create domain customer_no as int check (value > 0);
create domain vip_no as customer_no not null;
create domain code as varchar(20) check (value ~ '^[A-Z]{2}-[0-9]+$');
create table customer (nr int, id customer_no primary key, code code unique);
create table vip (nr int, id vip_no references customer, code text references customer (code));
create table visit (nr int, customer bigint references customer, code code references customer (code));
insert into customer select i, i, 'AB-' || 1000 + i from generate_series(1, 300) i;
insert into vip select i, i, case when i % 5 > 0 then 'AB-' || 1000 + i end from generate_series(1, 200) i;
insert into visit select i, i, case when i % 5 > 0 then 'AB-' || 1000 + i end from generate_series(1, 300) i;
