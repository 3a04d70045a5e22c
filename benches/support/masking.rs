//! A mask on a full batch of one column, as the pipeline applies it: lifted over arrays, its promise checked.

use std::hint::black_box;

use arrow::array::ArrayRef;
use bauta::batch::{Batch, Cell, Cells, Encoding, Sealed};
use bauta::diagnostic::Span;
use bauta::key::RootKey;
use bauta::mask::{ColumnFacts, ColumnMask, Example, MaskDef, Params, Promise, TableMask, Uniqueness};
use bauta::node::{self, Value};
use bauta::postgres::copy::open;
use bauta::schema::{Kind, TableName, Type};
use bytes::Bytes;

use super::stopwatch::nanoseconds;
use super::values;

/// Values of a batch.
const VALUES: usize = 8_192;

/// How often each value stands in the second batch.
const REPEATED: usize = 8;

/// What a mask without examples is measured with.
const PLAIN: Example = Example { kind: &Kind::Text, params: "", input: "anything", output: "" };

/// The head of the table that [`rows`] fill.
pub(crate) fn head() -> String {
    format!(
        "A batch of {VALUES} values; ns per value where all are different, and where each stands {REPEATED} times in it.\n\n\
         | mask | kind | parameters | ns, different | ns, repeated | such as |\n|---|---|---|---|---|---|\n"
    )
}

/// A row of the table for each kind among a mask's examples.
pub(crate) fn rows(def: &'static MaskDef) -> Vec<String> {
    let mut examples: Vec<&Example> = Vec::new();
    for example in def.examples {
        if examples.iter().all(|other| other.kind != example.kind) {
            examples.push(example);
        }
    }
    if examples.is_empty() {
        examples.push(&PLAIN);
    }
    examples.into_iter().map(|example| row(def, example)).collect()
}

fn row(def: &'static MaskDef, example: &Example) -> String {
    let facts = facts(example.kind, def.promises.unique == Uniqueness::Yes);
    let mut params = params(def, example.params);
    params.unique = facts.unique;
    let problems = (def.check)(&params, &facts);
    assert!(problems.is_empty(), "{} {}: {problems:?}", def.name, example.params);
    let mask = || {
        let built = (def.build)(&params, &facts, &RootKey::new([7; 32]).domain("benchmark"));
        TableMask::new(vec![ColumnMask { built, per: None, promise: Promise::of(def, &params, &facts) }])
    };
    let values: Vec<String> = (0..VALUES).map(|row| values::one(def.name, example, row)).collect();
    let repeated: Vec<String> = (0..VALUES).map(|row| values[row % (VALUES / REPEATED)].clone()).collect();
    let [different, repeated] = [&values, &repeated].map(|values| time(&mask(), &array(&facts.ty, values)));
    let parameters = example.params.replace('|', "\\|");
    let sample: String = values[1].chars().take(40).collect();
    format!(
        "| `{}` | {} | {parameters} | {different:.0} | {repeated:.0} | `{}` |",
        def.name,
        example.kind,
        sample.replace('|', "\\|")
    )
}

fn time(mask: &TableMask, array: &ArrayRef) -> f64 {
    nanoseconds(array.len(), || {
        let cells = Cells { sealed: None, open: Some(array.clone()) };
        let masked = mask.unit().apply(Batch { rows: array.len(), first_row: 1, columns: vec![cells] }, &mut ());
        match masked {
            Ok(masked) => drop(black_box(masked)),
            Err(error) => panic!("row {}: {}", error.row, error.reason),
        }
    })
}

/// Parameters as a rule file would write them in a flow map.
fn params(def: &MaskDef, written: &str) -> Params {
    let entries = match written {
        "" => Vec::new(),
        _ => match node::parse(written).expect("an example's parameters are YAML").value {
            Value::Map(entries) => entries,
            _ => panic!("{}: {written} is no map", def.name),
        },
    };
    Params::read(def.name, def.params, &entries, Span::default()).unwrap_or_else(|_| panic!("{}: {written}", def.name))
}

fn facts(kind: &Kind, unique: bool) -> ColumnFacts {
    let labels = if *kind.scalar() == Kind::Enum { vec!["new".to_owned(), "gone".to_owned()] } else { Vec::new() };
    let ty = Type { labels, ..kind.clone().into() };
    ColumnFacts {
        column: TableName::new("public", "t").column("c"),
        ty,
        not_null: false,
        unique,
        max_chars: None,
        folds: false,
        whole_digits: None,
        domain_kinds: vec![kind.scalar().clone()],
        per: None,
    }
}

/// Values as a column's array, decoded as they come from PostgreSQL in text form.
fn array(ty: &Type, values: &[String]) -> ArrayRef {
    let mut bytes = Vec::new();
    let mut cells = Vec::new();
    for value in values {
        let start = u32::try_from(bytes.len()).expect("a batch is small");
        bytes.extend_from_slice(value.as_bytes());
        cells.push(Cell::new(start, i32::try_from(value.len()).expect("a value is small")));
    }
    let sealed = Sealed::new(Bytes::from(bytes), cells, Encoding::Text);
    open(ty, &sealed).unwrap_or_else(|error| panic!("{} row {}: {}", ty.sql, error.row, error.reason))
}
