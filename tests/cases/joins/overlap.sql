-- Composite keys that share a column.
create schema overlap;
set search_path to overlap, public;
create table tenant (nr int, id int primary key);
create table customer (nr int, tenant int references tenant, id int, primary key (tenant, id));
create table product (nr int, tenant int references tenant, id int, primary key (tenant, id));
create table orders (nr int, tenant int not null, customer int, product int,
    foreign key (tenant, customer) references customer, foreign key (tenant, product) references product);
insert into tenant select i, i + 7 from generate_series(1, 120) i;
insert into customer select i, i % 120 + 8, i from generate_series(1, 480) i;
insert into product select i, i % 120 + 8, i / 120 + 1 from generate_series(0, 479) i;
insert into orders select i, i % 120 + 8, case when i % 5 > 0 then i end, case when i % 3 > 0 then i / 120 + 1 end
    from generate_series(1, 479) i;
