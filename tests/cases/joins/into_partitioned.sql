-- A key into a partitioned table.
create schema into_partitioned;
set search_path to into_partitioned, public;
create table event (nr int, id bigint, day date, primary key (id, day)) partition by range (day);
create table event_2023 partition of event for values from ('2023-01-01') to ('2024-01-01');
create table event_2024 partition of event for values from ('2024-01-01') to ('2025-01-01');
create table note (nr int, event bigint, day date, foreign key (event, day) references event);
create table note_2024 (nr int, event bigint, day date, foreign key (event, day) references event_2024 (id, day));
insert into event select i, i, date '2023-01-01' + i from generate_series(1, 600) i;
insert into note select i, case when i % 6 > 0 then i end, date '2023-01-01' + i from generate_series(1, 600) i;
insert into note_2024 select i, i, date '2023-01-01' + i from generate_series(400, 600) i;
-- kept: event.day, note.day, event_2024.day, note_2024.day
