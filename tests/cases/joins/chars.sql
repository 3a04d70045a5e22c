-- Keys of fixed length.
create schema chars;
set search_path to chars, public;
create table a (nr int, id char(8) primary key, short char(3) unique);
create table b (nr int, a char(8) references a, short char(3) references a (short));
create table c (nr int, a char(12) references a, short varchar(5));
insert into a select i, 'k' || i, 'x' || to_hex(i) from generate_series(1, 255) i;
insert into b select i, case when i % 5 > 0 then 'k' || i end, 'x' || to_hex(i) from generate_series(1, 255) i;
insert into c select i, 'k' || i, 'x' || to_hex(i) from generate_series(1, 255) i;
