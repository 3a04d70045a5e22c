-- A composite key, with rows in which it is NULL in part.
create schema composite;
set search_path to composite, public;
create table acct (nr int, tenant int, code text, primary key (tenant, code));
create table inv (nr int, tenant int, code text, foreign key (tenant, code) references acct);
insert into acct select i, i % 20, 'C' || i from generate_series(1, 400) i;
insert into inv select i, case when i % 11 > 0 then i % 20 end, case when i % 13 > 0 then 'C' || i end
    from generate_series(1, 400) i;
