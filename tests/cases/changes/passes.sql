-- Changes that bring no row which nobody judged, one to a line: the refresh goes on.
alter table log add who text
alter table customers add initials text generated always as (left(full_name, 1)) stored
create materialized view names as select full_name from customers
create view everyone as select email from customers
create table derived2 () inherits (base)
create table events_2027 partition of events for values from ('2027-01-01') to ('2028-01-01')
alter table orders add email varchar(60) references customers (email)
alter table orders add constraint same foreign key (id) references customers
alter table customers add unique (tag)
create index on customers (full_name)
