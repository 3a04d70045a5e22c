-- Days and moments as keys.
create schema dates;
set search_path to dates, public;
create table day (nr int, day date primary key, name text);
create table rate (nr int, day date references day, currency text, primary key (day, currency));
create table trade (nr int, day date, currency text, at timestamptz, foreign key (day, currency) references rate);
create table moment (nr int, at timestamptz primary key, local timestamp unique);
create table click (nr int, at timestamptz references moment, local timestamp references moment (local));
insert into day select i, date '2024-01-01' + i, 'd' from generate_series(1, 400) i;
insert into rate select i, date '2024-01-01' + i, 'EUR' from generate_series(1, 300) i;
insert into trade select i, case when i % 9 > 0 then date '2024-01-01' + i % 300 + 1 end, 'EUR', now() from generate_series(1, 900) i;
insert into moment select i, timestamptz '2024-01-01 00:00+00' + i * interval '7 hours', timestamp '2024-01-01' + i * interval '3 hours'
    from generate_series(1, 300) i;
insert into click select nr, at, case when nr % 5 > 0 then local end from moment;
-- kept: rate.currency, trade.currency
