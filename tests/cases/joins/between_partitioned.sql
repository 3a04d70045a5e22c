-- A key between two partitioned tables, the masked key deciding the partition.
create schema between_partitioned;
set search_path to between_partitioned, public;
create table account (nr int, id int primary key) partition by hash (id);
create table account_0 partition of account for values with (modulus 2, remainder 0);
create table account_1 partition of account for values with (modulus 2, remainder 1);
create table booking (nr int, account int references account, day date) partition by range (day);
create table booking_a partition of booking for values from (minvalue) to ('2024-01-01');
create table booking_b partition of booking for values from ('2024-01-01') to (maxvalue);
insert into account select i, i from generate_series(1, 400) i;
insert into booking select i, case when i % 8 > 0 then i % 400 + 1 end, date '2023-06-01' + i % 400
    from generate_series(1, 800) i;
