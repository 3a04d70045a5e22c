-- A composite join of a masked and a kept column.
create schema kept_sibling;
set search_path to kept_sibling, public;
create table acct (nr int, country char(2), no text, unique (country, no));
create table inv (nr int, country char(2), no text);
insert into acct select i, case i % 3 when 0 then 'DE' when 1 then 'FR' end, 'N' || i from generate_series(1, 400) i;
insert into inv select i, case i % 3 when 0 then 'DE' else 'FR' end, case when i % 9 > 0 then 'N' || i end
    from generate_series(1, 450) i;
-- reference: inv(country, no) -> acct(country, no)
-- kept: acct.country, inv.country
