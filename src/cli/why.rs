//! `bauta plan --why TABLE KEY`: by which way a row comes into a subset. It reads keys, and shows none.

use serde_json::json;

use super::endpoint::From;
use super::{Common, Format, endpoint, key, output, progress, rules};
use crate::failure::Failure;
use crate::rules::TablePattern;
use crate::schema::TableName;
use crate::source::Source as _;
use crate::source::postgres::{Options, PostgresSource, Why};

/// Tells the way of the row that `asked` names: its table, then its primary key's values.
pub(super) async fn show(
    loaded: &rules::Loaded,
    source: Option<&str>,
    asked: &[String],
    common: &Common,
) -> Result<(), Failure> {
    let (table, values) = asked.split_first().ok_or_else(|| Failure::usage("--why takes a table and a key"))?;
    let table = name(table)?;
    let From::Postgres(address) = endpoint::source(source)? else {
        return Err(Failure::usage("--why needs a database").remedy("name it with --source postgresql://..."));
    };
    let key = key::find()?;
    if key.fresh {
        return Err(Failure::usage("without a key nobody knows which rows a share draws")
            .remedy("set BAUTA_KEY or BAUTA_KEY_FILE to the key of the refresh"));
    }
    let observer = progress::observer(common, &key::random_id()?);
    let source = PostgresSource::open(&address, Options::default()).await?;
    let asking = async {
        let (plan, _) = loaded.resolve(source.schema(), common, false)?;
        source.check(&plan).await?;
        source.why(&plan, &key.key, &table, values, observer.as_ref()).await
    };
    let told = asking.await;
    Box::new(source).close().await;
    let told = told?;
    output::result(match common.format {
        Format::Json => json!({"table": table.to_string(), "travels": travels(&told), "why": lines(&told)}).to_string(),
        _ => lines(&told).join("\n"),
    })
}

/// A table as a rule file names it, without stars.
fn name(text: &str) -> Result<TableName, Failure> {
    let literal = TablePattern::parse(text).ok().filter(TablePattern::is_literal);
    let parts = literal.map(|pattern| (pattern.schema.pieces.concat(), pattern.name.pieces.concat()));
    let (schema, name) = parts.ok_or_else(|| Failure::usage(format!("`{text}` is no table's name")))?;
    Ok(TableName::new(schema, name))
}

fn travels(told: &Why) -> bool {
    matches!(told, Why::Whole | Why::Way(_))
}

fn lines(told: &Why) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    match told {
        Why::Absent => one("production has no row with this key"),
        Why::Whole => one("it travels if its table's own `rows:` lets it: nothing else decides"),
        Why::Behind => one("it stays behind: it is left out, it refers to a row that is, or nothing leads to it"),
        Why::Way(steps) => steps.iter().map(ToString::to_string).collect(),
    }
}
