-- Domains over citext, and citext that refers to text.
create schema citext_domains;
set search_path to citext_domains, public;
create domain mail as citext check (value ~ '@');
create table account (nr int, mail mail primary key, login text unique);
create table letter (nr int, mail mail references account, login citext references account (login));
create table reader (nr int, mail citext references account);
insert into account select i, 'P' || i || '@Real.com', 'Login' || i from generate_series(1, 300) i;
insert into letter select i, case when i % 5 > 0 then upper('p' || i || '@real.com') end, 'Login' || i from generate_series(1, 300) i;
insert into reader select i, 'p' || i || '@rEAL.com' from generate_series(1, 300) i;
