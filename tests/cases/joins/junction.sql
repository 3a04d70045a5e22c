-- Keys inside a primary key.
create schema junction;
set search_path to junction, public;
create table student (nr int, id int primary key);
create table course (nr int, code text primary key);
create table takes (nr int, student int references student on delete cascade, course text references course on update cascade,
    primary key (student, course));
create table grade (nr int, student int, course text, foreign key (student, course) references takes);
insert into student select i, i from generate_series(1, 200) i;
insert into course select i, 'course ' || i from generate_series(1, 150) i;
insert into takes select i, i % 200 + 1, 'course ' || i % 150 + 1 from generate_series(1, 599) i;
insert into grade select nr, student, case when nr % 5 > 0 then course end from takes;
