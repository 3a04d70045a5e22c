//! The law of this room: what is read is written again, in either format, for every kind.

use bytes::Bytes;

use super::{Decoder, Encoder, open};
use crate::batch::{Batch, Cell, Cells, Encoding, Sealed, Want};
use crate::mask::{Built, ColumnFacts, ColumnMask, Params, Promise, TableMask, find};
use crate::plan::{Because, ColumnPlan, Rows, TablePlan};
use crate::schema::{Kind, TableName};

fn values() -> Vec<(Kind, Vec<&'static str>)> {
    let array = |kind: Kind| Kind::Array(Box::new(kind));
    let range = |kind: Kind| Kind::Range(Box::new(kind));
    vec![
        (Kind::Text, vec!["a", "", "tab\tnewline\nback\\slash\r", "日本語 \u{202e} 🎭", "\\N", "\\."]),
        (Kind::Int2, vec!["0", "-32768", "32767"]),
        (Kind::Int4, vec!["0", "-2147483648", "2147483647"]),
        (Kind::Int8, vec!["0", "-9223372036854775808", "9223372036854775807"]),
        (Kind::Numeric, vec!["0", "-0.01", "123456789012345678901234567890.123456789", "NaN", "Infinity"]),
        (Kind::Float4, vec!["0", "1.5", "-3.4028235e38", "inf"]),
        (Kind::Float8, vec!["0.1", "5e-324", "NaN"]),
        (Kind::Bool, vec!["t", "f"]),
        (Kind::Date, vec!["2024-02-29", "0044-03-15 BC", "infinity", "-infinity"]),
        (Kind::Timestamp, vec!["2024-02-29 12:34:56.789", "infinity"]),
        (Kind::TimestampTz, vec!["1969-12-31 23:59:59.999999+00", "-infinity"]),
        (Kind::Time, vec!["00:00:00", "24:00:00", "12:34:56.000001"]),
        (Kind::Interval, vec!["14 mons -3 days 04:05:06.7", "0 mons 0 days 00:00:00", "0 mons 0 days -00:00:01"]),
        (Kind::Uuid, vec!["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
        (Kind::Bytea, vec!["\\x", "\\x00ff5c"]),
        (Kind::Inet, vec!["192.0.2.1", "192.0.2.1/24", "2001:db8::1"]),
        (Kind::Cidr, vec!["192.0.2.0/24"]),
        (Kind::Macaddr, vec!["08:00:2b:01:02:03"]),
        (Kind::Json, vec!["{\"a\": \"\\n\"}"]),
        (Kind::Jsonb, vec!["{\"a\": \"\\\\\"}"]),
        (Kind::Xml, vec!["<a/>"]),
        (Kind::Enum, vec!["sad", "so-so"]),
        (array(Kind::Text), vec!["{}", r#"{"a","b,c",NULL,"NULL","\"q\\"}"#]),
        (array(Kind::Int4), vec![r#"{"1","2",NULL}"#, r#"[0:1]={"1","2"}"#, r#"[1:2][1:2]={{"1","2"},{"3","4"}}"#]),
        (range(Kind::Date), vec![r#"["2024-01-01","2024-02-01")"#, "(,)", "empty", r#"("-infinity",]"#]),
        (array(range(Kind::Int4)), vec![r#"{"[\"1\",\"2\")","empty"}"#]),
    ]
}

fn table(kind: &Kind) -> TablePlan {
    let name = TableName::new("public", "t");
    let columns = vec![column(kind, &name)];
    let (estimated_rows, estimated_bytes) = (0, 0);
    TablePlan { table: name.clone(), into: name, rows: Rows::All, columns, estimated_rows, estimated_bytes }
}

fn column(kind: &Kind, name: &TableName) -> ColumnPlan {
    let facts = ColumnFacts {
        column: name.column("c"),
        ty: kind.clone().into(),
        not_null: false,
        unique: false,
        max_chars: None,
        folds: false,
        whole_digits: None,
        domain_kinds: vec![kind.clone()],
        per: None,
    };
    ColumnPlan {
        facts,
        mask: find("keep").unwrap(),
        params: Params::default(),
        class: None,
        broad: false,
        domain: String::new(),
        per: None,
        switch: None,
        because: Because::Unlisted,
    }
}

fn sealed(values: &[&str]) -> Sealed {
    let mut bytes = Vec::new();
    let mut cells = vec![Cell::NULL];
    for value in values {
        cells.push(Cell::new(u32::try_from(bytes.len()).unwrap(), i32::try_from(value.len()).unwrap()));
        bytes.extend_from_slice(value.as_bytes());
    }
    Sealed::new(Bytes::from(bytes), cells, Encoding::Text)
}

/// Writes a column as one unit.
fn written(kind: &Kind, cells: Cells, rows: usize, encoding: Encoding) -> Vec<u8> {
    let keep = ColumnMask { built: Built::Keep, per: None, promise: Promise::nothing() };
    let masked =
        TableMask::new(vec![keep]).unit().apply(Batch { rows, first_row: 1, columns: vec![cells] }, &mut ()).unwrap();
    let mut encoder = Encoder::new(vec![kind.clone()], encoding);
    let mut out = Vec::new();
    encoder.begin(&mut out);
    encoder.encode(&masked, &mut out).unwrap();
    encoder.finish(&mut out);
    out
}

/// Reads a unit in pieces of so many bytes.
fn read(kind: &Kind, stream: &[u8], encoding: Encoding, want: Want, piece: usize) -> Cells {
    let mut decoder = Decoder::new(&table(kind), &[want], encoding);
    for piece in stream.chunks(piece) {
        assert!(decoder.push(piece).unwrap().is_none());
    }
    decoder.finish().unwrap().unwrap().columns.remove(0)
}

#[test]
fn every_kind_survives_both_formats() {
    for (kind, values) in values() {
        let rows = values.len() + 1;
        let original = open(&kind.clone().into(), &sealed(&values)).unwrap_or_else(|error| panic!("{kind}: {error:?}"));
        let open_cells = || Cells { sealed: None, open: Some(original.clone()) };
        for encoding in [Encoding::Binary, Encoding::Text] {
            let stream = written(&kind, open_cells(), rows, encoding);
            for piece in [1, 7, 100_000] {
                let back = read(&kind, &stream, encoding, Want::Both, piece);
                assert_eq!(back.open.as_ref(), Some(&original), "{kind} through {encoding:?}");
                let again = written(&kind, Cells { open: None, ..back }, rows, encoding);
                assert!(again == stream, "{kind}: sealed cells changed on their way through {encoding:?}");
            }
        }
    }
}

#[test]
fn kept_columns_side_by_side_arrive_as_they_came() {
    let kinds = [Kind::Text, Kind::Int4, Kind::Date, Kind::Text, Kind::Text];
    let open_cells = |kind: &Kind| {
        let value = if *kind == Kind::Int4 { "7" } else { "2024-02-29" };
        Cells { sealed: None, open: Some(open(&kind.clone().into(), &sealed(&[value])).unwrap()) }
    };
    let keep = || ColumnMask { built: Built::Keep, per: None, promise: Promise::nothing() };
    let write = |columns: Vec<Cells>| {
        let masks = TableMask::new(kinds.iter().map(|_| keep()).collect());
        let masked = masks.unit().apply(Batch { rows: 2, first_row: 1, columns }, &mut ()).unwrap();
        let mut encoder = Encoder::new(kinds.to_vec(), Encoding::Binary);
        let mut out = Vec::new();
        encoder.begin(&mut out);
        encoder.encode(&masked, &mut out).unwrap();
        encoder.finish(&mut out);
        out
    };
    let stream = write(kinds.iter().map(open_cells).collect());
    let mut plan = table(&kinds[0]);
    plan.columns = kinds.iter().map(|kind| column(kind, &plan.table)).collect();
    // Whichever column is decoded, the others are copied in runs before and behind it.
    for decoded in 0..=kinds.len() {
        let wants: Vec<Want> =
            (0..kinds.len()).map(|at| if at == decoded { Want::Open } else { Want::Sealed }).collect();
        let mut decoder = Decoder::new(&plan, &wants, Encoding::Binary);
        assert!(decoder.push(&stream).unwrap().is_none());
        let batch = decoder.finish().unwrap().unwrap();
        assert!(write(batch.columns) == stream, "with column {decoded} decoded");
    }
}

#[test]
fn broken_streams_are_refused() {
    let original = open(&Kind::Text.into(), &sealed(&["one", "two"])).unwrap();
    let cells = Cells { sealed: None, open: Some(original) };
    let stream = written(&Kind::Text, cells, 3, Encoding::Binary);
    for end in 0..stream.len() {
        let mut decoder = Decoder::new(&table(&Kind::Text), &[Want::Open], Encoding::Binary);
        let pushed = decoder.push(&stream[..end]).is_ok();
        assert!(!pushed || decoder.finish().is_err(), "a stream cut after {end} bytes passed as whole");
    }
    let mut decoder = Decoder::new(&table(&Kind::Text), &[Want::Open], Encoding::Text);
    assert!(decoder.push(b"one\ttwo\n").is_err());
}

#[test]
fn text_that_is_not_utf8_is_named_by_its_row() {
    let mut decoder = Decoder::new(&table(&Kind::Text), &[Want::Open], Encoding::Text);
    decoder.push(b"fine\n\xff\n").unwrap();
    let failure = decoder.finish().err().unwrap();
    assert!(failure.message.contains("t.c, row 2"), "{failure}");
}
