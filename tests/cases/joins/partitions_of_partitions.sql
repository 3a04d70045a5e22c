-- Partitions of partitions, referred to from the outside, from a leaf and from each other.
create schema partitions_of_partitions;
set search_path to partitions_of_partitions, public;
create table t (nr int, region text, id int, up int, primary key (region, id)) partition by list (region);
create table t_eu partition of t for values in ('eu') partition by range (id);
create table t_eu_1 partition of t_eu for values from (minvalue) to (1073741824);
create table t_eu_2 partition of t_eu default;
create table t_us partition of t for values in ('us');
alter table t add foreign key (region, up) references t;
create table c (nr int, region text, id int, foreign key (region, id) references t);
insert into t select i, case when i % 2 = 0 then 'eu' else 'us' end, i, case when i > 6 then i - 6 end
    from generate_series(1, 500) i;
insert into c select i, case when i % 2 = 0 then 'eu' else 'us' end, case when i % 5 > 0 then i end
    from generate_series(1, 500) i;
create table leaf (nr int, id int, region text, foreign key (region, id) references t_us (region, id));
insert into leaf select nr, id, region from t_us;
-- kept: t.region, c.region, t_us.region, leaf.region
