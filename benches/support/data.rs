//! What production holds: customers as a shop has them, 14 columns, about 195 bytes a row on disk. Made by hashes of the
//! row's number, so that every run measures the same rows; names repeat as names do, the rest hardly.

use super::servers::Server;

/// The columns of a table of customers.
pub(crate) const COLUMNS: usize = 14;

/// A table of customers without its key, as every competitor needs it before the rows.
pub(crate) fn table(name: &str) -> String {
    format!(
        "create table {name} (id bigint not null, full_name text not null, email text not null, phone text, street text, \
         city text, country text, birth_date date, note text, status text not null, balance numeric(12,2) not null, \
         newsletter boolean not null, created_at timestamptz not null, updated_at timestamptz not null)"
    )
}

/// The key of a table of customers.
pub(crate) fn key(name: &str) -> String {
    format!("alter table {name} add primary key (id)")
}

/// Makes a database with tables of customers, each with so many rows, ready to be read.
pub(crate) fn customers(server: &Server, database: &str, tables: &[(String, u64)]) {
    server.create(database);
    for (name, rows) in tables {
        server.sql(database, &table(name));
        server.sql(database, &format!("insert into {name} {}", rows_of(*rows)));
        server.sql(database, &key(name));
    }
    server.sql(database, "vacuum (analyze)");
}

/// Bytes of a database's tables without indexes.
pub(crate) fn bytes(server: &Server, database: &str) -> u64 {
    let sql =
        "select sum(pg_table_size(oid)) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace";
    server.sql(database, sql).parse().expect("a size is a number")
}

/// Makes a database with empty tables, each with a key, an index and, but for the first, a foreign key.
pub(crate) fn empty_tables(server: &Server, database: &str, tables: u64) {
    server.create(database);
    let mut sql = String::new();
    for number in 0..tables {
        let other = number.saturating_sub(1);
        sql += &format!(
            "create table t{number} (id bigint primary key, parent bigint, name text not null, email text, born date, \
             amount numeric(12,2), made timestamptz not null default now()); create index on t{number} (email);\n"
        );
        if number != other {
            sql += &format!("alter table t{number} add foreign key (parent) references t{other} (id);\n");
        }
    }
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), sql).expect("a temporary file can be written");
    let output = server.psql(database).arg("-f").arg(file.path()).output().expect("psql starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A query for so many customers.
fn rows_of(rows: u64) -> String {
    let pick = |words: &str, seed: u32| {
        let list: Vec<String> = words.split(' ').map(|word| format!("'{word}'")).collect();
        format!("(array[{}])[1 + (hashint8extended(i, {seed}) & 1048575) % {}]", list.join(","), list.len())
    };
    let below = |limit: u64, seed: u32| format!("((hashint8extended(i, {seed}) & 1099511627775) % {limit})");
    let (first, last) = (pick(FIRST, 1), format!("{} || {}", pick(STEMS, 2), pick(ENDINGS, 18)));
    let (n6, n7) = (below(1_000_000, 3), below(10_000_000, 4));
    let (street, city, country) = (pick(STREETS, 5), pick(CITIES, 6), pick("DE FR AT CH GB US NL IT ES PL", 7));
    let (status, word) = (pick("active active active active closed blocked new", 8), pick(NOTES, 9));
    let (word2, word3) = (pick(NOTES, 10), pick(NOTES, 11));
    format!(
        "select i, {first} || ' ' || {last}, lower({first}) || '.' || lower({last}) || {n6} || '@mail' || i % 40 || '.test', \
         '+49 30 ' || lpad({n7}::text, 7, '0'), {street} || ' ' || 1 + {house}, {city}, {country}, \
         date '1940-01-01' + {born}::int, {word} || ' ' || {word2} || ' on ' || i % 1000 || ', ' || {word3}, {status}, \
         {balance} / 100.0, {newsletter} = 0, timestamptz '2015-01-01' + {made} * interval '1 second', \
         timestamptz '2023-01-01' + {changed} * interval '1 second' from generate_series(1, {rows}) i",
        house = below(200, 12),
        born = below(24_000, 13),
        balance = below(1_000_000, 14),
        newsletter = below(3, 15),
        made = below(200_000_000, 16),
        changed = below(60_000_000, 17),
    )
}

const FIRST: &str = "Anna Ben Clara David Emma Felix Greta Hannes Ida Jakob Klara Lukas Marie Noah Olga Paul Rosa Simon Tina Uwe \
     Vera Walter Yara Zoe Amelie Bruno Carla Dennis Elena Florian Gisela Heinrich Ines Jonas Katharina Leon Martina Nico \
     Ottilie Peter Renate Stefan Theresa Ulrich Viktoria Wolfgang Xaver Zita";

/// Family names are a stem and an ending: 2,688 of them, so that full names repeat about as often as people's do.
const STEMS: &str = "Schmid Fisch Web Mey Wagn Beck Schul Hoff Koch Bau Richt Klein Wolf Neum Schwar Zimm Braun Hart Lang Wern \
     Kraus Lehm Mai Hub Kais Fuchs Pet Schol Jung Mor Dub Lef Garn Rouss Ross Bianch Rom Col Now Kow Lewand Jans Bakk Viss \
     Smith John Will Brown Dav Ev Thom Rob Walk Wright Hugh Edw";

const ENDINGS: &str = "er mann bauer hofer inger el s sen ski eau ard i o ova ner ling rich bach berg feld stein hardt wald au \
     ic ez ault ier ini elli sson dottir quist lund son ton ley ford well worth man kamp brink stra ma dijk veld";

const STREETS: &str = "Hauptstrasse Bahnhofstrasse Gartenweg Schulstrasse Bergstrasse Lindenallee Kirchplatz Waldweg \
     Ringstrasse Mozartstrasse Seeuferweg Birkenweg Marktplatz Eichenallee Rosenweg Talstrasse";

const CITIES: &str =
    "Berlin Hamburg Wien Graz Bern Lyon Paris Leeds Boston Austin Delft Torino Girona Gdynia Bremen Kassel";

const NOTES: &str = "called complained ordered returned asked wrote paid waited moved cancelled invoice delivery refund address \
     voucher exchange parcel mailing receipt password";
