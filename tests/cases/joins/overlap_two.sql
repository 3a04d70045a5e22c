-- A shared column that two keys give to different tables, in one domain.
create schema overlap_two;
set search_path to overlap_two, public;
create table left_side (nr int, tenant int, id int, primary key (tenant, id));
create table right_side (nr int, tenant int, id int, primary key (tenant, id));
create table both_sides (nr int, tenant int, l int, r int,
    foreign key (tenant, l) references left_side, foreign key (tenant, r) references right_side);
insert into left_side select i, i % 30, i from generate_series(1, 300) i;
insert into right_side select i, i % 30, i + 300 from generate_series(1, 300) i;
insert into both_sides select i, i % 30, case when i % 4 > 0 then i end, i + 300 from generate_series(1, 300) i;
