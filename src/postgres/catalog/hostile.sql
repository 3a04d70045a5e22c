-- A schema with the odd things that real ones have, for the tests of `catalog`.
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION btree_gist;
CREATE SCHEMA "Odd.Schema";

CREATE DOMAIN short_text AS varchar(20) CHECK (VALUE <> 'x');
CREATE DOMAIN shorter AS short_text NOT NULL CHECK (length(VALUE) < 15);
CREATE DOMAIN money_cents AS bigint CHECK (VALUE >= 0);
CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', 'happy');
CREATE TYPE inner_pair AS (a int, b regclass);
CREATE TYPE outer_pair AS (p inner_pair[], q text);
CREATE TYPE clean_pair AS (a int, b short_text);
CREATE TYPE text_range AS RANGE (subtype = text);
CREATE DOMAIN tags AS text[];

CREATE TABLE types (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    t text NOT NULL,
    v varchar(7),
    vs varchar(5)[],
    c char(3),
    n name,
    q "char",
    s short_text,
    ss shorter,
    sss shorter[],
    cents money_cents,
    m mood,
    ms mood[],
    ci citext,
    h hstore,
    tg tags,
    tgs tags[],
    clean clean_pair,
    cleans clean_pair[],
    reg outer_pair,
    rc regclass,
    r int4range,
    rr int4range[],
    tr text_range,
    mr int4multirange,
    nu numeric(10, 2),
    vec int2vector,
    pt point,
    tz timetz,
    doubled int GENERATED ALWAYS AS (length(t) * 2) STORED,
    lost int
);
ALTER TABLE types DROP COLUMN lost;
CREATE UNIQUE INDEX types_lower ON types (lower(t), v) INCLUDE (c) WHERE m IS NOT NULL;
ALTER TABLE types ADD CONSTRAINT short_v CHECK (length(v) > 1) NOT VALID;

CREATE TABLE "Odd.Schema"."Ta""ble; $$ x
y" ("Co""l umn" int PRIMARY KEY, "größe" text UNIQUE);

CREATE TABLE events (
    tenant int NOT NULL,
    at date NOT NULL,
    id bigserial,
    who bigint REFERENCES types,
    PRIMARY KEY (tenant, at, id)
) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (tenant);
CREATE TABLE events_2024_1 PARTITION OF events_2024 FOR VALUES IN (1);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE notes (tenant int, at date, id bigint, FOREIGN KEY (id, tenant, at) REFERENCES events (id, tenant, at));
CREATE TABLE by_expression (a text, b text) PARTITION BY HASH (lower(a), b);
CREATE TABLE by_expression_0 PARTITION OF by_expression FOR VALUES WITH (MODULUS 1, REMAINDER 0);

CREATE TABLE animals (name text, weight real);
CREATE TABLE pets (owner text) INHERITS (animals);
CREATE UNLOGGED TABLE scratch (a int);
CREATE TEMPORARY TABLE gone (a int);
CREATE VIEW seen AS SELECT * FROM animals;

CREATE TABLE bookings (room int, during tsrange, EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE SEQUENCE shared_numbers;
CREATE TABLE one (n bigint DEFAULT nextval('shared_numbers'));
CREATE TABLE two (n bigint DEFAULT nextval('shared_numbers') + 1000);
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree);
