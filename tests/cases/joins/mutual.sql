-- Two tables whose keys refer to each other, so that the mask may stand with either.
create schema mutual;
set search_path to mutual, public;
create table account (nr int, id int primary key);
create table profile (nr int, id int primary key references account);
create table setting (nr int, account int references account, profile int references profile);
insert into account select i, i + 50 from generate_series(1, 300) i;
insert into profile select i, i + 50 from generate_series(1, 300) i;
insert into setting select i, case when i % 3 > 0 then i % 200 + 51 end, case when i % 4 > 0 then i % 250 + 51 end
    from generate_series(1, 500) i;
alter table account add foreign key (id) references profile deferrable initially deferred;
