//! Bytes from nowhere in every reader: rule files, schema snapshots, addresses, COPY streams, markers, conditions. Each
//! gives an answer within its time, and none panics. `BAUTA_FUZZ` says how many cases each gets.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bauta::batch::{Encoding, Want};
use bauta::diagnostic::render;
use bauta::plan::{Plan, resolve};
use bauta::postgres::connect::Address;
use bauta::postgres::copy::Decoder;
use bauta::postgres::marker::Marker;
use bauta::rules;
use bauta::schema::Schema;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::count;

/// How long one answer may take on a busy machine, without optimisation.
const SOON: Duration = Duration::from_secs(10);

/// The shipped rule files with their schema snapshots.
fn shipped() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let schema =
                fs::read_to_string(path.with_extension("schema.json")).unwrap_or_else(|_| Schema::default().to_json());
            (fs::read_to_string(path).unwrap(), schema)
        })
        .collect();
    found.sort();
    assert!(found.len() >= 2);
    found
}

/// Tries a law on many values, with the cause of a failure made small.
fn holds<S: Strategy>(usual: usize, strategy: S, law: impl Fn(S::Value))
where
    S::Value: std::fmt::Debug,
{
    let cases = u32::try_from(count("BAUTA_FUZZ", usual)).unwrap();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let outcome = TestRunner::new(config).run(&strategy, |value| {
        let begun = Instant::now();
        law(value);
        prop_assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Words and signs that mean something to one reader or another.
const SIGNS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    ": ",
    " #",
    "\n",
    "\t",
    "- ",
    "*",
    "**",
    "&a ",
    "!x ",
    "|",
    ">",
    "é",
    "\u{0}",
    "---\n",
    "null",
    "~",
    "keep",
    "per: ",
    "mask: ",
    "class: ",
    "unique: true",
    "within: ",
    "rows: ",
    "references:",
    "tables:",
    "environments:",
    "99999999999999999999",
    "-1",
    "5%",
    "a..b",
    "..",
    "$",
    "$.**",
    "\\",
    "%",
    "%41",
    "\u{202e}",
    "NaN",
    "1e400",
    "public.",
    "json:",
];

/// One change to a text.
#[derive(Clone, Debug)]
enum Change {
    Cut(f64, f64),
    Copy(f64, f64, f64),
    Insert(f64, usize),
    Replace(f64, f64, usize),
    Number(f64, i64),
    Lines(f64, f64),
    Indent(f64, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || 0.0..1.0_f64;
    let short = || 0.0..0.02_f64;
    prop_oneof![
        (at(), short()).prop_map(|(at, len)| Change::Cut(at, len)),
        (at(), short(), at()).prop_map(|(at, len, to)| Change::Copy(at, len, to)),
        (at(), 0..SIGNS.len()).prop_map(|(at, sign)| Change::Insert(at, sign)),
        (at(), short(), 0..SIGNS.len()).prop_map(|(at, len, sign)| Change::Replace(at, len, sign)),
        (at(), any::<i64>()).prop_map(|(at, number)| Change::Number(at, number)),
        (at(), at()).prop_map(|(a, b)| Change::Lines(a, b)),
        (at(), 0..12_usize).prop_map(|(at, by)| Change::Indent(at, by)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut text = text.to_owned();
    for change in changes {
        let place = |share: f64| text.floor_char_boundary((text.len() as f64 * share) as usize);
        let range = |at: f64, len: f64| place(at)..place((at + len).min(1.0));
        match change {
            Change::Cut(at, len) => text.replace_range(range(*at, *len), ""),
            Change::Copy(at, len, to) => {
                let (piece, to) = (text[range(*at, *len)].to_owned(), place(*to));
                text.insert_str(to, &piece);
            }
            Change::Insert(at, sign) => text.insert_str(place(*at), SIGNS[*sign]),
            Change::Replace(at, len, sign) => text.replace_range(range(*at, *len), SIGNS[*sign]),
            Change::Number(at, number) => text.insert_str(place(*at), &number.to_string()),
            Change::Lines(a, b) => {
                let mut lines: Vec<&str> = text.lines().collect();
                let last = lines.len().max(1) as f64;
                let (a, b) = ((a * last) as usize, (b * last) as usize);
                if a < lines.len() && b < lines.len() {
                    lines.swap(a, b);
                }
                text = lines.join("\n");
            }
            Change::Indent(at, by) => {
                let start = text[..place(*at)].rfind('\n').map_or(0, |at| at + 1);
                text.insert_str(start, &" ".repeat(*by));
            }
        }
    }
    text
}

/// Reads, resolves and renders, as `check` does.
fn check(text: &str, schema: &Schema) -> Option<Plan> {
    match rules::read("case.yaml", text) {
        Err(found) => drop(render(&found, false)),
        Ok(rules) => {
            let (plan, found) = resolve(&rules, schema, Some(schema), Vec::new());
            drop(render(&found, true));
            if let Some(plan) = &plan {
                plan.tables.iter().flat_map(|table| &table.columns).for_each(|column| drop(column.described()));
            }
            return plan;
        }
    }
    None
}

#[test]
fn rule_files_changed_anywhere_have_an_answer() {
    let shipped: Vec<(String, Schema)> =
        shipped().into_iter().map(|(text, schema)| (text, Schema::from_json(&schema).unwrap())).collect();
    holds(120, (0..shipped.len(), prop::collection::vec(change(), 1..6)), |(which, changes)| {
        let (text, schema) = &shipped[which];
        check(&changed(text, &changes), schema);
    });
}

#[test]
fn rule_files_of_any_bytes_have_an_answer() {
    let words = prop::collection::vec(
        prop_oneof![4 => (0..SIGNS.len()).prop_map(|sign| SIGNS[sign].to_owned()), 1 => any::<String>()],
        0..60,
    );
    let schema = Schema::default();
    holds(300, words, |words| drop(check(&words.concat(), &schema)));
    holds(300, prop::collection::vec(any::<u8>(), 0..400), |bytes| {
        drop(check(&String::from_utf8_lossy(&bytes), &schema))
    });
}

#[test]
fn schemas_changed_anywhere_have_an_answer() {
    let shipped = shipped();
    let some = prop::collection::vec(change(), 1..4);
    holds(60, (0..shipped.len(), some), |(which, changes)| {
        let (text, schema) = &shipped[which];
        if let Ok(schema) = Schema::from_json(&changed(schema, &changes)) {
            check(text, &schema);
        }
    });
}

/// Constraints are texts of production's: what they hold is read by readers of their own.
#[test]
fn constraints_of_any_kind_have_an_answer() {
    let (text, schema) = shipped().into_iter().find(|(text, _)| text.contains("name: shop")).unwrap();
    let schema = Schema::from_json(&schema).unwrap();
    let pieces = [
        "(",
        ")",
        "((",
        "))",
        "AND",
        "OR",
        "NOT",
        "email",
        "VALUE",
        "~",
        "~~",
        "~*",
        "!~",
        "'^[a-z]{1,9}$'::text",
        "'%@%'::text",
        "= ANY",
        "(ARRAY['a'::text, 'b'::text])",
        "::text",
        "::numeric(9,2)",
        "'x'",
        "'(a|b)*c{1,99999}'",
        "'((((a*)*)*)*)*$'",
        "length(",
        "lower(",
        "1",
        "0.5",
        "-",
        "+",
        "||",
        "<=",
        ">",
        "IS NOT NULL",
        "CASE",
        "WHEN",
        "THEN",
        "END",
        "COLLATE \"C\"",
        "EXTRACT(year FROM",
        "$tag$",
        "E'\\\\'",
        "\"Quo\"\"ted\"",
        "[",
        "]",
        ",",
        ".",
        "é",
        "BETWEEN",
        "IN",
        "current_date",
        "now()",
        "'[[:alpha:]_]+'",
        "'\\\\d{3,}'",
    ];
    let formula = prop::collection::vec(0..pieces.len(), 0..24);
    holds(150, formula, |pieces_at| {
        let expression = pieces_at.iter().map(|at| pieces[*at]).collect::<Vec<_>>().join(" ");
        let mut schema = schema.clone();
        for table in &mut schema.tables {
            for column in &mut table.columns {
                column.ty.checks.push(expression.clone());
            }
            for check in &mut table.checks {
                check.sql.clone_from(&expression);
            }
        }
        check(&text, &schema);
    });
}

#[test]
fn addresses_of_any_form_have_an_answer_without_the_password() {
    let parts = [
        "postgresql://",
        "postgres://",
        "user",
        ":",
        "SECRETWORD",
        "@",
        "host",
        "[::1]",
        "[",
        "]",
        ",",
        "/",
        "?",
        "&",
        "=",
        "%",
        "%2F",
        "%00",
        "%zz",
        "sslmode",
        "verify-full",
        "port",
        "99999",
        "0",
        "hostaddr",
        "127.0.0.1",
        "options",
        "service",
        "connect_timeout",
        "-1",
        "é",
        " ",
        "\0",
        "channel_binding",
        "target_session_attrs",
        "passfile",
        "sslrootcert",
        "system",
        "5432",
        "postgresql",
    ];
    let uri = prop::collection::vec(
        prop_oneof![6 => (0..parts.len()).prop_map(|at| parts[at].to_owned()), 1 => any::<String>()],
        0..16,
    );
    holds(600, (uri, any::<bool>()), |(uri, begins)| {
        let uri = format!("{}{}", if begins { "postgresql://u:SECRETWORD@" } else { "" }, uri.concat());
        let home = |name: &str| (name == "HOME").then(|| "/nonexistent".to_owned());
        match Address::parse(&uri, &home) {
            Ok(address) => {
                drop((address.protection(), address.is_local(), address.libpq_env()));
                assert!(!format!("{address:?}").contains("password: Some(\"SECRETWORD"), "{address:?}");
            }
            // What stands before the last @ of the address may be a password; nothing of it is repeated.
            Err(failure) => assert!(!failure.to_string().contains("SECRETWORD"), "{failure}"),
        }
    });
}

#[test]
fn markers_and_conditions_of_any_text_have_an_answer() {
    let texts = prop_oneof![
        any::<String>(),
        prop::collection::vec((0..SIGNS.len()).prop_map(|at| SIGNS[at]), 0..30).prop_map(|all| all.concat())
    ];
    holds(600, texts, |text| {
        drop(Marker::parse(&format!("bauta/1 {text}")));
        drop(Marker::parse(&text));
        drop(rules::expression::check(&text));
        drop(rules::expression::functions(&text));
    });
}

/// A piece of a COPY stream.
#[derive(Clone, Debug)]
enum Piece {
    Fields(i16),
    Cell(Vec<u8>),
    Length(i32),
    Raw(Vec<u8>),
    Line(String),
}

#[test]
fn copy_streams_of_any_bytes_have_an_answer() {
    let plans: Vec<Plan> =
        shipped().iter().filter_map(|(text, schema)| check(text, &Schema::from_json(schema).unwrap())).collect();
    let tables: Vec<_> = plans.iter().flat_map(|plan| &plan.tables).filter(|table| !table.columns.is_empty()).collect();
    assert!(tables.len() > 20);
    let bytes = || prop::collection::vec(any::<u8>(), 0..40);
    let piece = prop_oneof![
        1 => any::<i16>().prop_map(Piece::Fields),
        6 => bytes().prop_map(Piece::Cell),
        1 => any::<i32>().prop_map(Piece::Length),
        1 => bytes().prop_map(Piece::Raw),
        2 => "[-a-z0-9{}\\[\\]\\\\\t:. \",()]{0,30}".prop_map(Piece::Line),
    ];
    let all = (0..tables.len(), any::<bool>(), 0..3_usize, prop::collection::vec(piece, 0..40), 1..200_usize);
    holds(600, all, |(table, binary, want, pieces, size)| {
        let table = tables[table];
        let width = table.columns.len();
        let encoding = if binary { Encoding::Binary } else { Encoding::Text };
        let mut stream = if binary { b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec() } else { Vec::new() };
        let mut cells = 0;
        for piece in &pieces {
            match piece {
                Piece::Fields(count) => stream.extend_from_slice(&count.to_be_bytes()),
                Piece::Cell(bytes) => {
                    // Rows of the right width reach the types' own readers.
                    if binary && cells % width == 0 {
                        stream.extend_from_slice(&(width as i16).to_be_bytes());
                    }
                    if binary {
                        stream.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
                    }
                    stream.extend_from_slice(bytes);
                    cells += 1;
                    if !binary {
                        stream.push(if cells % width == 0 { b'\n' } else { b'\t' });
                    }
                }
                Piece::Length(length) => stream.extend_from_slice(&length.to_be_bytes()),
                Piece::Raw(bytes) => stream.extend_from_slice(bytes),
                Piece::Line(text) => {
                    let row = vec![text.as_str(); width].join("\t");
                    stream.extend_from_slice(row.as_bytes());
                    stream.push(b'\n');
                }
            }
        }
        if binary {
            stream.extend_from_slice(&(-1_i16).to_be_bytes());
        }
        let wants = vec![[Want::Open, Want::Both, Want::Sealed][want]; width];
        let mut decoder = Decoder::new(table, &wants, encoding);
        for part in stream.chunks(size) {
            if decoder.push(part).is_err() {
                return;
            }
        }
        drop(decoder.finish());
    });
}
