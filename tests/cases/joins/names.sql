-- Names that have to be quoted, with letters of many scripts, of 63 bytes.
create schema names;
set search_path to names, public;
create table "Ça ""quoted"".*" (nr int, "id '; --" int primary key,
    "a name of 63 bytes, of which the last is the letter z at 63: .z" text unique, "列" uuid unique);
create table "SELECT" (nr int, "FROM" int references "Ça ""quoted"".*", "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώ1" text
    references "Ça ""quoted"".*" ("a name of 63 bytes, of which the last is the letter z at 63: .z"), "a.b" uuid);
alter table "SELECT" add constraint "the key's ""name"", with 💥" foreign key ("a.b") references "Ça ""quoted"".*" ("列");
insert into "Ça ""quoted"".*" select i, i, 'n' || i, ('01890a5d-ac96-474b-bcce-' || lpad(to_hex(i), 12, '0'))::uuid
    from generate_series(1, 300) i;
insert into "SELECT" select i, i, case when i % 5 > 0 then 'n' || i end,
    ('01890a5d-ac96-474b-bcce-' || lpad(to_hex(i), 12, '0'))::uuid from generate_series(1, 300) i;
