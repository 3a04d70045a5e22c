-- A key out of a partitioned table, by columns that come in another order in a partition.
create schema out_of_partitioned;
set search_path to out_of_partitioned, public;
create table customer (nr int, id int primary key);
create table visit (nr int, customer int references customer, kind text) partition by list (kind);
create table visit_web partition of visit for values in ('web');
create table visit_shop (kind text, gone int, customer int, nr int);
alter table visit_shop drop column gone;
alter table visit attach partition visit_shop for values in ('shop');
create table visit_else partition of visit default;
insert into customer select i, i from generate_series(1, 300) i;
insert into visit select i, case when i % 8 > 0 then i % 300 + 1 end, case i % 3 when 0 then 'web' when 1 then 'shop' end
    from generate_series(1, 600) i;
