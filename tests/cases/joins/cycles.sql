-- Two groups of tables in a cycle each, joined by a key.
create schema cycles;
set search_path to cycles, public;
create table a (nr int, id int primary key, b_id int);
create table b (nr int, id int primary key, c_id int);
create table c (nr int, id int primary key, a_id int references a);
create table x (nr int, id text primary key, y_id text, a_id int references a);
create table y (nr int, id text primary key, x_id text references x, x_too text references x);
insert into a select i, i, i from generate_series(1, 300) i;
insert into b select i, i, i from generate_series(1, 300) i;
insert into c select i, i, 301 - i from generate_series(1, 300) i;
insert into x select i, 'x-' || i, 'y-' || i, case when i % 2 = 0 then i end from generate_series(1, 300) i;
insert into y select i, 'y-' || i, 'x-' || i, 'x-' || 301 - i from generate_series(1, 300) i;
alter table a add foreign key (b_id) references b;
alter table b add foreign key (c_id) references c;
alter table x add foreign key (y_id) references y;
