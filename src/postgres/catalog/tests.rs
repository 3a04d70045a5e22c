//! The catalog of a schema with the odd things that real ones have, on a real server.

use super::*;
use crate::postgres::connect::{Address, connect};
use crate::postgres::database::{Database, Provider};
use crate::postgres::throwaway::tests::server;
use crate::schema::{Kind, TableName};

async fn session(database: &str) -> Session {
    let address = Address::parse(&server().uri(database), &|_| None).unwrap();
    connect(&address, "test").await.unwrap()
}

async fn hostile() -> Schema {
    let admin = session("postgres").await;
    admin.batch_execute("CREATE DATABASE hostile").await.unwrap();
    let session = session("hostile").await;
    session.batch_execute("SET search_path TO public").await.unwrap();
    session.batch_execute(include_str!("hostile.sql")).await.unwrap();
    session.batch_execute("SET search_path TO ''").await.unwrap();
    let schema = read(&session).await.unwrap();
    session.close().await;
    admin.close().await;
    schema
}

fn table<'a>(schema: &'a Schema, name: &str) -> &'a Table {
    schema.table(&TableName::new("public", name)).unwrap_or_else(|| panic!("no table {name}"))
}

#[tokio::test]
async fn a_hostile_schema_is_read_right() {
    let schema = hostile().await;
    types_are_resolved(&schema);
    uniques_have_their_columns(&schema);
    partitions_and_children_know_their_parents(&schema);
    foreign_keys_pair_their_columns(&schema);
    sequences_know_what_they_feed(&schema);
    let names: Vec<_> = schema.tables.iter().map(|table| table.name.to_string()).collect();
    assert!(!names.iter().any(|name| name == "seen" || name.ends_with("gone")), "{names:?}");
    let odd = schema.table(&TableName::new("Odd.Schema", "Ta\"ble; $$ x\ny")).unwrap();
    assert_eq!(odd.columns[0].name, "Co\"l umn");
    assert_eq!(odd.unique.iter().map(|unique| unique.columns.clone()).collect::<Vec<_>>(), [["Co\"l umn"], ["größe"]]);
    assert!(table(&schema, "scratch").unlogged);
    // What a snapshot file keeps comes back.
    let text = serde_json::to_string(&schema).unwrap();
    let mut back: Schema = serde_json::from_str(&text).unwrap();
    for (back, table) in back.tables.iter_mut().zip(&schema.tables) {
        back.size = table.size;
    }
    assert_eq!(back, schema);
}

fn types_are_resolved(schema: &Schema) {
    let types = table(schema, "types");
    let column = |name: &str| types.column(name).unwrap_or_else(|| panic!("no column {name}"));
    let array = |kind| Kind::Array(Box::new(kind));
    for (name, kind, max_chars, binary) in [
        ("id", Kind::Int8, None, true),
        ("t", Kind::Text, None, true),
        ("v", Kind::Text, Some(7), true),
        ("vs", array(Kind::Text), Some(5), true),
        ("c", Kind::Text, Some(3), true),
        ("n", Kind::Text, Some(63), true),
        ("q", Kind::Other, None, true),
        ("s", Kind::Text, Some(20), true),
        ("ss", Kind::Text, Some(20), true),
        ("sss", array(Kind::Text), Some(20), true),
        ("cents", Kind::Int8, None, true),
        ("m", Kind::Enum, None, true),
        ("ms", array(Kind::Enum), None, true),
        ("ci", Kind::Text, None, true),
        ("h", Kind::Other, None, true),
        ("tg", array(Kind::Text), None, true),
        ("tgs", Kind::Other, None, true),
        ("clean", Kind::Other, None, true),
        ("cleans", Kind::Other, None, true),
        ("reg", Kind::Other, None, false),
        ("rc", Kind::Other, None, false),
        ("r", Kind::Range(Box::new(Kind::Int4)), None, true),
        ("rr", array(Kind::Range(Box::new(Kind::Int4))), None, true),
        ("tr", Kind::Range(Box::new(Kind::Text)), None, true),
        ("mr", Kind::Other, None, true),
        ("nu", Kind::Numeric, None, true),
        ("vec", Kind::Other, None, true),
        ("pt", Kind::Other, None, true),
        ("tz", Kind::Other, None, true),
        ("doubled", Kind::Int4, None, true),
    ] {
        let ty = &column(name).ty;
        assert_eq!((&ty.kind, ty.max_chars, ty.binary), (&kind, max_chars, binary), "{name}");
    }
    assert_eq!(types.columns.len(), 30);
    assert!(column("c").ty.padded && !column("v").ty.padded);
    assert_eq!(column("m").ty.labels, ["sad", "it's \"ok\"", "happy"]);
    assert_eq!(column("ms").ty.labels.len(), 3);
    assert_eq!(column("ss").ty.checks.len(), 2);
    assert_eq!(column("ss").ty.sql, "public.shorter");
    assert_eq!(column("nu").ty.sql, "numeric(10,2)");
    let not_null: Vec<_> = types.columns.iter().filter(|column| column.not_null).map(|column| &column.name).collect();
    assert_eq!(not_null, ["id", "t", "ss"]);
    let generated: Vec<_> = types.columns.iter().filter(|column| column.generated).map(|column| &column.name).collect();
    assert_eq!(generated, ["doubled"]);
    assert_eq!(types.checks.len(), 1);
    assert!(types.checks[0].sql.contains("length"), "{:?}", types.checks);
}

fn uniques_have_their_columns(schema: &Schema) {
    let types = table(schema, "types");
    assert_eq!(types.unique[0].columns, ["id"]);
    assert!(types.unique[0].primary && types.unique[0].definition.is_none());
    // Neither what is only included nor what is only in the predicate.
    let mut columns = types.unique[1].columns.clone();
    columns.sort();
    assert_eq!(columns, ["t", "v"]);
    assert_eq!(types.unique[1].inside, ["m", "t"]);
    assert!(types.unique[1].definition.as_deref().unwrap().contains("WHERE"));
    let sql = |unique: &Unique| unique.parts.iter().map(|part| part.sql.clone()).collect::<Vec<_>>();
    assert_eq!(sql(&types.unique[1]), ["lower(t)", "v"]);
    assert_eq!(types.unique[1].condition.as_deref(), Some("(m IS NOT NULL)"));
    let bookings = table(schema, "bookings");
    let operators: Vec<_> = bookings.unique[0].parts.iter().map(|part| part.operator.as_deref()).collect();
    assert_eq!(operators, [None, Some("&&")]);
    assert_eq!(bookings.unique[0].columns, ["room", "during"]);
    assert!(bookings.unique[0].definition.as_deref().unwrap().starts_with("EXCLUDE"));
}

fn partitions_and_children_know_their_parents(schema: &Schema) {
    let events = table(schema, "events");
    assert_eq!(events.partition_key.as_deref(), Some(&["at".to_owned()][..]));
    assert!(!events.holds_rows());
    let middle = table(schema, "events_2024");
    assert_eq!(middle.parents, [TableName::new("public", "events")]);
    assert!(middle.partition && middle.partition_key.as_deref() == Some(&["tenant".to_owned()][..]));
    let leaf = table(schema, "events_2024_1");
    assert!(leaf.partition && leaf.holds_rows());
    assert_eq!(leaf.unique[0].columns, ["tenant", "at", "id"]);
    let keys = table(schema, "by_expression").partition_key.clone();
    assert_eq!(keys.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
    let pets = table(schema, "pets");
    assert_eq!(pets.parents, [TableName::new("public", "animals")]);
    assert!(!pets.partition);
}

fn foreign_keys_pair_their_columns(schema: &Schema) {
    let notes = table(schema, "notes");
    assert_eq!(notes.foreign_keys.len(), 1, "{:?}", notes.foreign_keys);
    let key = &notes.foreign_keys[0];
    assert_eq!((key.columns.join(","), key.to_columns.join(",")), ("id,tenant,at".into(), "id,tenant,at".into()));
    assert_eq!(key.to, TableName::new("public", "events"));
    for name in ["events", "events_2024", "events_2024_1", "events_rest"] {
        let keys = &table(schema, name).foreign_keys;
        assert_eq!(keys.len(), 1, "{name}");
        assert_eq!(keys[0].to, TableName::new("public", "types"));
    }
    assert_eq!(table(schema, "tree").foreign_keys[0].to, TableName::new("public", "tree"));
}

fn sequences_know_what_they_feed(schema: &Schema) {
    let feeds = |name: &str| -> Vec<String> {
        let found = schema.sequences.iter().find(|sequence| sequence.name.name == name).unwrap();
        found.feeds.iter().map(ToString::to_string).collect()
    };
    assert_eq!(feeds("types_id_seq"), ["types.id"]);
    assert_eq!(feeds("shared_numbers"), ["one.n", "two.n"]);
    assert!(feeds("events_id_seq").contains(&"events_2024_1.id".to_owned()), "{:?}", feeds("events_id_seq"));
}

#[tokio::test]
async fn a_database_tells_its_properties() {
    let session = session("postgres").await;
    let database = Database::read(&session).await.unwrap();
    assert_eq!((database.encoding.as_str(), database.collate.as_str()), ("UTF8", "C"));
    assert_eq!((database.name.as_str(), database.provider), ("postgres", Provider::Libc));
    assert!(database.superuser && !database.standby && database.large_objects == 0);
    assert_eq!(database.lock_table, 64 * 60);
    session.close().await;
}

#[test]
fn columns_are_found_inside_expressions() {
    for (expression, column, found) in [
        ("lower(email)", "email", true),
        ("lower(email_address)", "email", false),
        ("lower(\"E mail\")", "E mail", true),
        ("a || b", "b", true),
        ("größer(x)", "größe", false),
        ("f(\"a\"\"b\")", "a\"b", true),
    ] {
        assert_eq!(mentions(expression, column), found, "{expression} {column}");
    }
}
