//! `bauta masks NAME --try VALUE`: what a mask makes of one value, without a database. The key is that of the examples, so
//! each example of a manual is a command that prints what stands under it.

use super::super::cells;
use crate::batch::Encoding;
use crate::diagnostic::{Diagnostic, Span};
use crate::failure::Failure;
use crate::key::RootKey;
use crate::mask::{ColumnFacts, Example, MaskDef, Params};
use crate::node::{self, Value};
use crate::plan::{Because, ColumnPlan, Rows, TablePlan};
use crate::postgres::copy::Decoder;
use crate::schema::{Kind, TableName, Type};

/// What a mask makes of a value; `None` for NULL.
///
/// # Errors
/// The type is unknown or not taken, the parameters are wrong (exit 2), or the value cannot be masked (exit 5).
pub(super) fn show(
    def: &'static MaskDef,
    of: Option<&str>,
    params: Option<&str>,
    value: &str,
) -> Result<Option<String>, Failure> {
    let table = table(def, of.unwrap_or("text"), params.unwrap_or_default())?;
    let key = example_key();
    let mut decoder = Decoder::new(&table, &cells::wants(&table, &key, false), Encoding::Text);
    let line = format!("{}\n", cells::escaped(value));
    let batch = match decoder.push(line.as_bytes())? {
        Some(batch) => Some(batch),
        None => decoder.finish()?,
    };
    let batch = batch.ok_or_else(|| Failure::bug("a line of a table came out as no row"))?;
    let rows = cells::masked(&table, &key, batch)?;
    Ok(rows.into_iter().flatten().next().flatten())
}

/// The command line that gives an example's output.
pub(super) fn command(def: &MaskDef, example: &Example) -> String {
    let mut words = format!("bauta masks {}", def.name);
    if *example.kind != Kind::Text {
        words += &format!(" --type {}", quoted(&example.kind.to_string()));
    }
    if !example.params.is_empty() {
        words += &format!(" --params {}", quoted(example.params));
    }
    format!("{words} --try {}", quoted(example.input))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '@' | '+');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The key of the examples: 32 bytes from 0x00 to 0x1f.
fn example_key() -> RootKey {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(0..).for_each(|(byte, at)| *byte = at);
    RootKey::new(bytes)
}

/// A table of one column with the mask.
fn table(def: &'static MaskDef, of: &str, params: &str) -> Result<TablePlan, Failure> {
    let kind = kind(of).ok_or_else(|| {
        let known: Vec<String> = scalars().map(ToString::to_string).collect();
        Failure::usage(format!("there is no type `{of}` to try")).remedy(format!("one of {}", known.join(", ")))
    })?;
    if !def.accepts.takes(&kind) {
        return Err(Failure::usage(format!("`{}` does not take {kind}", def.name)));
    }
    let wrong = |found: &[Diagnostic]| {
        let messages: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
        let failure = Failure::usage(messages.join("; "));
        let more = found.iter().flat_map(|one| [&one.label].into_iter().chain(&one.help));
        match more.into_iter().find(|text| !text.is_empty()) {
            Some(remedy) => failure.remedy(remedy.clone()),
            None => failure.remedy(format!("`bauta masks {}` tells its parameters", def.name)),
        }
    };
    let entries = match node::parse(if params.trim().is_empty() { "{}" } else { params }) {
        Ok(node) => match node.value {
            Value::Map(entries) => entries,
            _ => return Err(Failure::usage("--params is no map").remedy("write it as in a rule file: '{within: 1w}'")),
        },
        Err(found) => return Err(wrong(&found)),
    };
    let params = Params::read(def.name, def.params, &entries, Span::default()).map_err(|found| wrong(&found))?;
    let name = TableName::new("public", "example");
    let ty = Type { binary: false, ..kind.clone().into() };
    let facts = ColumnFacts {
        column: name.column("value"),
        ty,
        not_null: false,
        unique: false,
        max_chars: None,
        folds: false,
        whole_digits: None,
        domain_kinds: vec![kind.scalar().clone()],
        per: None,
    };
    let problems = (def.check)(&params, &facts);
    if let Some(problem) = problems.first() {
        return Err(Failure::usage(problem.message.clone()));
    }
    let column = ColumnPlan {
        facts,
        mask: def,
        params,
        class: None,
        broad: false,
        domain: "example".to_owned(),
        per: None,
        switch: None,
        because: Because::Unlisted,
    };
    let (estimated_rows, estimated_bytes) = (1, 0);
    Ok(TablePlan {
        table: name.clone(),
        into: name,
        rows: Rows::All,
        columns: vec![column],
        estimated_rows,
        estimated_bytes,
    })
}

/// Kinds that can be tried: an enum would need its labels.
fn scalars() -> impl Iterator<Item = &'static Kind> {
    Kind::SCALARS.iter().filter(|kind| **kind != Kind::Enum)
}

fn kind(of: &str) -> Option<Kind> {
    match of.strip_suffix("[]") {
        Some(element) => Some(Kind::Array(Box::new(kind(element)?))),
        None => scalars().find(|kind| kind.to_string() == of).cloned(),
    }
}
