-- Arrays that hold keys.
create schema arrays;
set search_path to arrays, public;
create table tag (nr int, id int primary key, code text unique);
create table item (nr int, tags int[], codes text[]);
insert into tag select i, i, 'c' || i from generate_series(1, 300) i;
insert into item select i, case when i % 7 > 0 then array[i % 300 + 1, null, i % 150 + 1] end,
    case when i % 5 > 0 then array['c' || i % 300 + 1, ''] else '{}' end from generate_series(1, 500) i;
-- same: select count(*), count(distinct tag.id), count(distinct item.nr) from item join tag on tag.id = any (tags)
-- same: select count(*), count(distinct tag.id), count(distinct item.nr) from item join tag on tag.code = any (codes)
-- masked: tag.id, tag.code, item.tags
-- same: select sum(cardinality(tags)), sum(cardinality(codes)) from item
