//! The register for terminals: no line wider than asked for, where its words allow.

use super::findings::grouped;
use super::{Column, Register, Table, Whom, headline};

/// Blanks before what belongs to a column.
const INDENT: usize = 6;

/// Writes it.
pub(super) fn write(register: &Register, width: usize) -> String {
    let mut lines: Vec<String> = head(register).iter().flat_map(|line| wrapped(line, width, 0, 2)).collect();
    lines.push(String::new());
    for sentence in [headline::said(register), headline::signed(register)] {
        lines.extend(wrapped(&sentence, width, 0, 2));
    }
    for found in &register.findings {
        let place = if found.place.is_empty() { String::new() } else { format!("{}: ", found.place) };
        let text = format!("{:8}{place}{}", found.weight.word(), found.text);
        lines.extend(wrapped(&text, width, 2, 10));
        lines.extend(wrapped(&format!("= help: {}", found.remedy), width, 10, 10));
    }
    for table in &register.tables {
        lines.push(String::new());
        lines.extend(wrapped(&table_head(table), width, 0, INDENT));
        let names = table.columns.iter().map(|column| column.column.chars().count()).max().unwrap_or_default().min(30);
        for column in &table.columns {
            lines.extend(column_lines(column, table.owner_of(column), names, width));
        }
    }
    lines.push(String::new());
    lines.extend(literals(register, width));
    lines.join("\n")
}

fn head(register: &Register) -> Vec<String> {
    let coverage = &register.coverage;
    let digest: String = register.rules_digest.chars().take(12).collect();
    let profiles = match register.profiles.as_slice() {
        [] => String::new(),
        names => format!(", profiles {}", names.join(", ")),
    };
    let environment = register.environment.iter().map(|name| format!(", environment {name}")).collect::<String>();
    let mut lines = vec![
        format!("{}: {} ({digest}), against {}{environment}{profiles}", register.name, register.file, register.against),
        format!("{} tables, {} columns: {}", coverage.tables, coverage.columns, effects(register)),
        format!(
            "decided by name {}, by pattern {}, by reference {}, by nobody {}",
            coverage.by_name, coverage.by_pattern, coverage.following, coverage.unlisted
        ),
    ];
    lines.extend(
        register
            .run
            .iter()
            .map(|run| format!("run {}, {}: {}", run.run, run.finished, key(run.key_fingerprint.as_deref()))),
    );
    lines
}

/// Whose key it was.
pub(super) fn key(fingerprint: Option<&str>) -> String {
    match fingerprint {
        Some(fingerprint) => format!("with the key {fingerprint}"),
        None => "with a key that was made for it and forgotten: nobody holds it".to_owned(),
    }
}

/// Columns by effect, those that there are.
pub(super) fn effects(register: &Register) -> String {
    let coverage = &register.coverage;
    let counts = coverage.effects.iter().rev().map(|one| (one.effect.word(), one.columns));
    let all = counts.chain([("computed", coverage.computed)]).filter(|(_, count)| *count > 0);
    all.map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn table_head(table: &Table) -> String {
    let mut text = table.table.clone();
    if table.partitions > 0 {
        text += &format!("  with {} partitions", table.partitions);
    }
    match table.rows.as_str() {
        "all" => {}
        rows => text += &format!("  rows: {rows}"),
    }
    if let Some(exempt) = &table.exempt {
        text += &format!("  unmasked until {}: rows where {} ({})", exempt.expires, exempt.condition, exempt.why);
    }
    if let Some(count) = table.row_count {
        text += &format!("  {} rows", grouped(count));
    }
    if let Some(owner) = table.owner() {
        text += &format!("  owner: {owner}");
    }
    text
}

/// What happens, then why and where.
fn column_lines(column: &Column, owner: Option<&str>, names: usize, width: usize) -> Vec<String> {
    let per = column.per.iter().map(|per| format!(", per {per}")).collect::<String>();
    let class = column.class.as_deref().unwrap_or("-");
    let who = match column.reversible.by {
        Whom::Nobody => String::new(),
        whom => format!("; reversible by {}", whom.words()),
    };
    let first = format!("{:names$}  {:13}  {class}  {}{per}{who}", column.column, column.effect_word(), column.mask);
    let mut why = column.decided.text.clone();
    if let (Some(line), Some(_)) = (column.decided.line, &column.decided.follows) {
        why += &format!(" (line {line})");
    }
    if let Some(reason) = column.reason.as_ref().filter(|reason| !why.contains(reason.as_str())) {
        why += &format!(": {reason}");
    }
    if let Some(exception) = &column.exception {
        why += &format!("; exception until {}: {}", exception.expires, exception.why);
    }
    if let Some(owner) = owner {
        why += &format!("; owner: {owner}");
    }
    let mut lines = wrapped(&first, width, 2, INDENT);
    lines.extend(wrapped(&why, width, INDENT, INDENT));
    lines
}

fn literals(register: &Register, width: usize) -> Vec<String> {
    let found = &register.literals;
    let count: usize = found.places.iter().map(|place| place.literals).sum();
    let asked = if found.asked_server {
        ""
    } else {
        "; comments, defaults, views and functions are known with `--source` only"
    };
    let head = format!("{count} literals of the schema travel as they are, in {} places{asked}", found.places.len());
    let mut lines = wrapped(&head, width, 0, 2);
    for place in &found.places {
        let texts = place.texts.iter().flatten().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ");
        let texts = if texts.is_empty() { String::new() } else { format!(": {texts}") };
        lines.extend(wrapped(
            &format!("{}, {} ({}){texts}", place.kind, place.object, place.literals),
            width,
            2,
            INDENT,
        ));
    }
    lines
}

/// Lines of at most so many characters, the first and the others with their blanks before them. A word that is longer
/// stands alone.
pub(crate) fn wrapped(text: &str, width: usize, first: usize, others: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    let mut empty = true;
    // Runs of blanks align what stands in columns; they stay where the line goes on.
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end();
        if !empty && line.chars().count() + bare.chars().count() > width {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(others);
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_at_words_and_columns_stay_aligned() {
        assert_eq!(wrapped("a    b ccc dd", 9, 2, 4), ["  a    b", "    ccc", "    dd"]);
        assert_eq!(wrapped("averylongword x", 5, 0, 1), ["averylongword", " x"]);
        assert_eq!(wrapped("", 5, 0, 1), [""]);
    }
}
