-- Two tables that refer to each other.
create schema cycle;
set search_path to cycle, public;
create table dept (nr int, id int primary key, head int);
create table emp (nr int, id int primary key, dept_id int not null references dept);
insert into dept select i, i * 10 from generate_series(1, 300) i;
insert into emp select i, i * 7, (i % 300 + 1) * 10 from generate_series(1, 600) i;
update dept set head = nr * 14 where nr % 5 > 0;
alter table dept add foreign key (head) references emp;
