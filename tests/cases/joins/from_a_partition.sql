-- Undeclared joins from a partition, and to one.
create schema from_a_partition;
set search_path to from_a_partition, public;
create table customer (nr int, id int primary key);
create table log (nr int, who int, day date) partition by range (day);
create table log_1 partition of log for values from (minvalue) to ('2024-01-01');
create table log_2 partition of log for values from ('2024-01-01') to (maxvalue);
create table seen (nr int, who int);
insert into customer select i, i from generate_series(1, 300) i;
insert into log select i, i % 300 + 1, date '2023-07-01' + i from generate_series(1, 600) i;
insert into seen select i, i from generate_series(1, 300) i;
-- reference: log_1(who) -> customer(id)
-- reference: log(who) -> customer(id)
-- reference: seen(who) -> log_2(who)
