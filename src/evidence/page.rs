//! The page of a record: one HTML file that needs nothing else, for a reviewer who has no database. The same record gives
//! the same bytes.

use std::fmt::Write as _;

use super::{Column, Count, End, FoundIn, Outcome, Record, Table};

const STYLE: &str = include_str!("page.css");

/// Of the table of columns.
const HEADINGS: [&str; 7] = ["column", "type", "holds", "method", "effect", "what can still be seen", "from"];

/// Writes the page.
pub fn page(record: &Record) -> String {
    let mut out = Page(String::new());
    let name = record.rules.name.as_deref().unwrap_or(&record.rules.file);
    let title = format!("Refresh of {} by {name}", record.generations.staging);
    out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    out.raw(&format!("<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n", escaped(&title)));
    out.raw(&format!("<p class=\"kicker\">Evidence of a run</p>\n<h1>{}</h1>\n", escaped(&title)));
    outcome(&mut out, record);
    summary(&mut out, record);
    out.list("What was checked before it was published", &record.checks, "Nothing: the run ended before.");
    out.list("Warnings", &record.warnings, "None.");
    out.list("Accepted by whoever started the run", &record.accepted, "Nothing that is refused otherwise.");
    ends(&mut out, record);
    generations(&mut out, record);
    tables(&mut out, record);
    proof(&mut out, record);
    out.raw("</body>\n</html>\n");
    out.0
}

fn outcome(out: &mut Page, record: &Record) {
    let (word, more) = match record.outcome {
        Outcome::Published => ("published", "every check passed, and staging was replaced in one step".to_owned()),
        Outcome::Passed => ("passed", "every check passed; publishing came next".to_owned()),
        other => {
            let failure = record.failure.as_ref();
            let why = failure.map(|failure| format!("exit {}: {}", failure.exit, failure.message));
            (other.word(), format!("{}. Nothing was published by this run.", why.unwrap_or_default()))
        }
    };
    out.raw(&format!("<p class=\"ended\"><span class=\"outcome {word}\">{word}</span> {}</p>\n", escaped(&more)));
    out.raw("<p class=\"about\">This page shows no value of any row. Counts below 10 are shown as &lt;10. ");
    out.raw(
        "<em>Pseudonymised</em> data can be linked to people by whoever holds the key; whether staging may be called ",
    );
    out.raw("anonymous is for a person to conclude.</p>\n");
}

fn summary(out: &mut Page, record: &Record) {
    out.raw("<h2>The run</h2>\n<dl>\n");
    out.item("run", &record.run);
    out.item("began", &to_the_second(&record.began));
    out.item("record made", &to_the_second(&record.ended));
    out.item("rules", &record.rules.file);
    out.digest("SHA-256 of the rules", record.rules.sha256.as_deref());
    let nobody = record.approved_by.is_empty();
    let approved = if nobody { "nobody was asked".to_owned() } else { record.approved_by.join(", ") };
    out.item("approved by", &approved);
    out.item("environment", record.rules.environment.as_deref().unwrap_or("none: all rows of the rules travel"));
    for script in &record.rules.scripts {
        out.digest(&format!("SHA-256 of {}", script.file), Some(&script.sha256));
    }
    if let Some(schema) = &record.schema {
        out.digest("SHA-256 of the schema", Some(&schema.sha256));
        out.digest("of the reviewed snapshot", schema.reviewed_sha256.as_deref());
        let same = schema.reviewed_sha256.as_ref().map(|reviewed| *reviewed == schema.sha256);
        out.item(
            "is it the reviewed one?",
            same.map_or("there is no snapshot", |same| {
                if same {
                    "yes"
                } else {
                    "no: it is another one now, or read more closely; every rule was resolved against it again"
                }
            }),
        );
    }
    out.item("key", record.key.fingerprint.as_deref().unwrap_or("made for this run and forgotten"));
    out.item("program", &format!("{} {}", record.program.name, record.program.version));
    out.digest("SHA-256 of the program", record.program.sha256.as_deref());
    let totals = &record.totals;
    let rows = totals.rows.map_or("none written".to_owned(), |rows| format!("{rows} rows"));
    out.item("tables", &format!("{} tables, {} columns, {rows}", totals.tables, totals.columns));
    for (effect, columns) in &totals.effects {
        out.item(effect, &format!("{columns} columns"));
    }
    out.raw("</dl>\n");
}

fn ends(out: &mut Page, record: &Record) {
    for (what, end) in [("Production", &record.source), ("Staging", &record.target)] {
        out.raw(&format!("<h2>{what}</h2>\n<dl>\n"));
        let End { address, role, transport, server, superuser, standby } = end;
        out.item("address", address);
        let optional = [("role", role), ("transport", transport), ("server", server)];
        optional.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).for_each(|(name, value)| {
            out.item(name, value);
        });
        for (name, value) in [("superuser", superuser), ("standby", standby)] {
            if let Some(value) = value {
                out.item(name, if *value { "yes" } else { "no" });
            }
        }
        out.raw("</dl>\n");
    }
}

fn generations(out: &mut Page, record: &Record) {
    let generations = &record.generations;
    out.raw("<h2>Generations</h2>\n<dl>\n");
    out.item("staging", &generations.staging);
    out.item("made", generations.made.as_deref().unwrap_or("none"));
    out.item("live by this run", generations.live.as_deref().unwrap_or("none"));
    let days = generations.keep_seconds / 86_400;
    out.item("kept for rollback", &format!("{} at most, for {days} days", generations.keep));
    let deleted = if generations.deleted.is_empty() { "none".to_owned() } else { generations.deleted.join("; ") };
    out.item("deleted", &deleted);
    out.raw("</dl>\n");
}

fn tables(out: &mut Page, record: &Record) {
    out.raw("<h2>Tables and columns</h2>\n");
    for table in &record.tables {
        let Table { table: name, selection, rows, left_out, exempt, columns } = table;
        out.raw(&format!("<h3>{}</h3>\n<p class=\"rows\">rows that travel: {}", escaped(name), escaped(selection)));
        let count =
            |count: &Option<Count>, what: &str| count.map_or(String::new(), |count| format!("; {count} {what}"));
        // Where no row travels there is nothing to count.
        let rows = rows.as_ref().filter(|_| selection != "none").copied();
        let counts = count(&rows, "written") + &count(left_out, "stayed behind") + &count(exempt, "exempt from masks");
        out.raw(&format!("{}</p>\n", escaped(&counts)));
        if columns.is_empty() {
            continue;
        }
        out.raw("<table>\n<thead><tr>");
        HEADINGS.iter().for_each(|name| out.raw(&format!("<th scope=\"col\">{name}</th>")));
        out.raw("</tr></thead>\n<tbody>\n");
        for column in columns {
            let method = format!("{} {}", column.method, column.parameters.as_deref().unwrap_or_default());
            let effect = escaped(&column.effect);
            let cells = [
                escaped(&column.column),
                escaped(&column.ty),
                holds(column),
                escaped(method.trim()),
                format!("<span class=\"effect {effect}\">{effect}</span>"),
                escaped(&column.leaves),
                escaped(&column.because),
            ];
            out.raw("<tr>");
            cells.iter().for_each(|cell| out.raw(&format!("<td>{cell}</td>")));
            out.raw("</tr>\n");
        }
        out.raw("</tbody>\n</table>\n");
    }
}

/// The class, and who answers for it.
fn holds(column: &Column) -> String {
    let class = escaped(column.class.as_deref().unwrap_or("-"));
    let owner = column.owner.iter().map(|owner| format!("<br>owner: {}", escaped(owner))).collect::<String>();
    class + &owner
}

/// A moment without what is below its second; the record has all of it.
fn to_the_second(moment: &str) -> String {
    match moment.split_once('.') {
        Some((seconds, rest)) if rest.ends_with('Z') => format!("{seconds}Z"),
        _ => moment.to_owned(),
    }
}

fn proof(out: &mut Page, record: &Record) {
    out.raw("<h2>Proof</h2>\n<dl>\n");
    out.item("signed by key", record.signed_by.as_deref().unwrap_or("not signed"));
    out.item("place in the chain", &record.chain.number.to_string());
    let found = match record.chain.found_in {
        FoundIn::Folder => "in the folder",
        FoundIn::Marker => "in the marker of the staging that was live",
        FoundIn::Nowhere => "nowhere: this is the first record",
    };
    out.digest("SHA-256 of the record before", record.chain.previous.as_deref());
    out.item("where that was found", found);
    out.raw("</dl>\n<p class=\"about\">This page's own digest stands in the record beside it (the file of the same name with ");
    out.raw("<code>.json</code>). <code>bauta evidence verify FOLDER --public-key FILE</code> checks both.</p>\n");
}

/// A page in the making.
struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn item(&mut self, name: &str, value: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
    }

    fn digest(&mut self, name: &str, digest: Option<&str>) {
        let digest = digest.map_or("none".to_owned(), |digest| format!("<code>{}</code>", escaped(digest)));
        let _ = writeln!(self.0, "<dt>{}</dt><dd>{digest}</dd>", escaped(name));
    }

    fn list(&mut self, title: &str, lines: &[String], none: &str) {
        let _ = writeln!(self.0, "<h2>{}</h2>", escaped(title));
        if lines.is_empty() {
            let _ = writeln!(self.0, "<p>{}</p>", escaped(none));
            return;
        }
        let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escaped(line))).collect();
        let _ = writeln!(self.0, "<ul>\n{items}</ul>");
    }
}

/// Text as HTML, also inside attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_a_hostile_schema_stay_text() {
        assert_eq!(
            escaped("<script>alert('x')&\"</script>"),
            "&lt;script&gt;alert(&#39;x&#39;)&amp;&quot;&lt;/script&gt;"
        );
    }
}
