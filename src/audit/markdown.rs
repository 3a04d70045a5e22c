//! The register as Markdown, for documents and wikis.

use std::fmt::Write as _;

use super::findings::grouped;
use super::text::{effects, key};
use super::{Column, Register, Table, headline};

/// Writes it.
pub(super) fn write(register: &Register) -> String {
    let coverage = &register.coverage;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# Register of columns: {}\n", cell(&register.name));
    let _ = writeln!(out, "**{}** {}\n", cell(headline::said(register)), cell(headline::signed(register)));
    let _ = writeln!(out, "- Rules: {}, SHA-256 `{}`", cell(&register.file), register.rules_digest);
    let _ = writeln!(out, "- Resolved against {}", register.against);
    if let Some(environment) = &register.environment {
        let _ = writeln!(out, "- Environment: {}", cell(environment));
    }
    if !register.profiles.is_empty() {
        let _ = writeln!(out, "- Profiles: {}", register.profiles.join(", "));
    }
    if let Some(run) = &register.run {
        let _ = writeln!(out, "- Run {}, {}, {}", run.run, run.finished, key(run.key_fingerprint.as_deref()));
    }
    let _ = writeln!(out, "- {} tables, {} columns: {}\n", coverage.tables, coverage.columns, effects(register));
    findings(&mut out, register);
    for table in &register.tables {
        one_table(&mut out, table);
    }
    literals(&mut out, register);
    out
}

fn findings(out: &mut String, register: &Register) {
    if register.findings.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "## What deserves a second look\n\n| weight | where | what | what would help |\n|---|---|---|---|"
    );
    for found in &register.findings {
        let (place, text, remedy) = (cell(&found.place), cell(&found.text), cell(&found.remedy));
        let _ = writeln!(out, "| {} | {place} | {text} | {remedy} |", found.weight.word());
    }
    out.push('\n');
}

fn one_table(out: &mut String, table: &Table) {
    let _ = writeln!(out, "## {}\n", cell(&table.table));
    let mut about = format!("Rows: {}", cell(&table.rows));
    if let Some(count) = table.row_count {
        about += &format!(" ({})", grouped(count));
    }
    if let Some(exempt) = &table.exempt {
        let (rows, why) = (cell(&exempt.condition), cell(&exempt.why));
        about += &format!("; unmasked until {}: rows where {rows} ({why})", exempt.expires);
    }
    if table.partitions > 0 {
        about += &format!("; stands for {} partitions", table.partitions);
    }
    if let Some(owner) = table.owner() {
        about += &format!("; owner: {}", cell(owner));
    }
    let _ = writeln!(
        out,
        "{about}\n\n| column | type | class | mask | effect | reversible by | still shows | why | where |"
    );
    let _ = writeln!(out, "|---|---|---|---|---|---|---|---|---|");
    for column in &table.columns {
        row(out, column, table.owner_of(column));
    }
    out.push('\n');
}

fn row(out: &mut String, column: &Column, owner: Option<&str>) {
    let per = column.per.iter().map(|per| format!(", per {per}")).collect::<String>();
    let mut class = column.class.clone().unwrap_or_default();
    if !column.tags.is_empty() {
        let tags: Vec<&str> = column.tags.iter().map(|tag| tag.tag).collect();
        class += &format!(" ({})", tags.join(", "));
    }
    let mut why = column.reason.clone().unwrap_or_default();
    if let Some(exception) = &column.exception {
        why += &format!(" Exception until {}: {}", exception.expires, exception.why);
    }
    if let Some(owner) = owner {
        why += &format!(" Owner: {owner}");
    }
    let place = match (&column.decided.follows, column.decided.line) {
        (Some(source), Some(line)) => format!("follows {source}, line {line}"),
        (None, Some(line)) => format!("line {line}"),
        _ => column.decided.text.clone(),
    };
    let mask = format!("{}{per}", column.mask);
    let who = format!("{}: {}", column.reversible.by.words(), column.reversible.how);
    let cells =
        [&column.column, &column.r#type, &class, &mask, column.effect_word(), &who, &column.still_shows, &why, &place];
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn literals(out: &mut String, register: &Register) {
    let _ = writeln!(out, "## Literals of the schema that travel as they are\n");
    if !register.literals.asked_server {
        let _ = writeln!(out, "Comments, defaults, views and functions are known with `--source` only.\n");
    }
    let shown = register.literals.shows_texts();
    let (head, line) = if shown { (" text |", "---|") } else { ("", "") };
    let _ = writeln!(out, "| what | of | literals |{head}\n|---|---|---|{line}");
    for place in &register.literals.places {
        let _ = write!(out, "| {} | {} | {} |", cell(&place.kind), cell(&place.object), place.literals);
        if shown {
            let _ = write!(out, " {} |", place.texts.iter().flatten().map(cell).collect::<Vec<_>>().join("; "));
        }
        out.push('\n');
    }
}

/// A text inside a table's cell: no markup, no line break, nothing that ends the cell.
fn cell(text: impl AsRef<str>) -> String {
    let mut out = String::new();
    for c in text.as_ref().chars() {
        match c {
            '\\' | '|' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_cell() {
        assert_eq!(cell("a|b\n`c` <d>"), "a\\|b \\`c\\` \\<d\\>");
    }
}
