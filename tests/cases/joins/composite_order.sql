-- A composite key whose columns stand in another order in the constraint than in the key.
create schema composite_order;
set search_path to composite_order, public;
-- kept: acct.tenant, inv.t
create table acct (nr int, tenant text, code text, primary key (tenant, code));
create table inv (nr int, c text, t text, foreign key (c, t) references acct (code, tenant));
insert into acct select i, 'C' || i % 20, 'C' || i from generate_series(1, 400) i;
insert into inv select i, case when i % 13 > 0 then 'C' || i end, 'C' || i % 20 from generate_series(1, 400) i;
