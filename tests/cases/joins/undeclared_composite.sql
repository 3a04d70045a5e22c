-- A composite join that the schema does not declare, in another order.
create schema undeclared_composite;
set search_path to undeclared_composite, public;
create table acct (nr int, tenant int, code text, primary key (code, tenant));
create table inv (nr int, c text, t int);
insert into acct select i, i % 20, 'C-' || i from generate_series(1, 400) i;
insert into inv select i, case when i % 9 > 0 then 'C-' || i end, case when i % 8 > 0 then i % 20 end
    from generate_series(1, 450) i;
-- reference: inv(t, c) -> acct(tenant, code)
