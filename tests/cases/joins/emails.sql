-- An address as a key.
create schema emails;
set search_path to emails, public;
create table account (nr int, mail varchar(60) primary key);
create table letter (nr int, mail varchar(80) references account on update cascade);
create table reader (nr int, mail text unique references account);
insert into account select i, 'person.' || i || '@real.com' from generate_series(1, 300) i;
insert into letter select i, case when i % 5 > 0 then 'person.' || i % 300 + 1 || '@real.com' end from generate_series(1, 900) i;
insert into reader select nr, mail from account where nr % 2 = 0;
