//! The register as one page that a person likes to read: nothing is fetched, nothing but its own style and script may run,
//! and without the script it is a plain table. What a name or a reason says is text, never markup.

mod markup;
mod table;

use sha2::{Digest as _, Sha256};

use self::markup::{Html, base64};
use super::findings::grouped;
use super::text::key;
use super::{Coverage, Finding, Register, Table, Whom, headline};
use crate::mask::Effect;

const STYLE: &str = include_str!("page/register.css");
const SCRIPT: &str = include_str!("page/register.js");

/// Writes the page.
pub(super) fn write(register: &Register) -> String {
    let mut html = Html::default();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; ");
    html.raw(&format!("style-src 'sha256-{}'; script-src 'sha256-{}'\">\n", digest(STYLE), digest(SCRIPT)));
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    html.text(&format!("{}: register of columns", register.name));
    html.raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n");
    head(&mut html, register);
    html.raw("<main>\n");
    summary(&mut html, register);
    findings(&mut html, register);
    overview(&mut html, &register.tables);
    table::write(&mut html, register);
    literals(&mut html, register);
    legend(&mut html);
    sign(&mut html, register);
    html.raw("</main>\n<footer><p>");
    html.text(&format!(
        "Written by bauta {}. It states method and effect of every column; whether what is left still tells who somebody \
         is, a person decides.",
        register.bauta
    ));
    html.raw("</p></footer>\n<script>").raw(SCRIPT).raw("</script>\n</body>\n</html>\n");
    html.finish()
}

fn digest(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}

fn head(html: &mut Html, register: &Register) {
    html.raw("<header class=\"top\">\n<p class=\"kicker\">Register of columns</p>\n");
    html.element("h1", "", &register.name);
    html.element("p", "headline", &headline::said(register)).raw("\n<p class=\"signed\">");
    html.with_code(&headline::signed(register)).raw("</p>\n<dl class=\"facts\">\n");
    let mut fact = |what: &str, said: &str, class: &str| {
        html.raw("<div>").element("dt", "", what).element("dd", class, said).raw("</div>\n");
    };
    fact("Rules", &register.file, "");
    fact("SHA-256", &register.rules_digest, "digest");
    fact("Resolved against", register.against, "");
    if let Some(environment) = &register.environment {
        fact("Environment", environment, "");
    }
    if !register.profiles.is_empty() {
        fact("Profiles", &register.profiles.join(", "), "");
    }
    match &register.run {
        Some(run) => {
            fact("Run", &format!("{}, {}", run.run, to_the_second(&run.finished)), "");
            fact("Key", &key(run.key_fingerprint.as_deref()), "");
        }
        None => fact("Run", "no report was given", "quiet"),
    }
    html.raw("</dl>\n</header>\n");
}

fn summary(html: &mut Html, register: &Register) {
    let coverage = &register.coverage;
    html.raw("<section class=\"cards\" aria-label=\"Summary\">\n<div class=\"card wide\">\n<p class=\"big\">");
    html.text(&grouped(coverage.columns)).raw("</p>\n<p class=\"what\">");
    html.text(&format!("columns in {} tables", grouped(coverage.tables))).raw("</p>\n");
    bar(html, &shares(coverage), "bar");
    html.raw("<ul class=\"key\">\n");
    for (word, count) in shares(coverage) {
        html.raw(&format!("<li><span class=\"dot f-{word}\"></span><b>{count}</b> {word}</li>\n"));
    }
    html.raw("</ul>\n</div>\n");
    let personal = coverage.personal;
    let kept = match coverage.personal_kept {
        0 => "none of them kept".to_owned(),
        kept => format!("{kept} of them kept"),
    };
    card(
        html,
        personal,
        "columns with a person's class",
        &[kept, format!("{} columns have a class", coverage.classed)],
    );
    let by = |whom: Whom| {
        let columns = register.tables.iter().flat_map(|table| &table.columns);
        columns.filter(|column| column.reversible.by == whom && column.effect != Some(Effect::Kept)).count()
    };
    let nobody = format!("{} by nobody", by(Whom::Nobody));
    card(html, by(Whom::KeyHolder), "masked columns that the key can link back", &[nobody]);
    let patterns = format!("{} by pattern or whole table", coverage.by_pattern);
    let mut how = vec![format!("{} follow the column they refer to", coverage.following), patterns];
    if coverage.unlisted > 0 {
        how.push(format!("{} decided by nobody", coverage.unlisted));
    }
    card(html, coverage.by_name, "columns decided by name", &how);
    html.raw("</section>\n");
}

fn card(html: &mut Html, number: usize, what: &str, more: &[String]) {
    html.raw("<div class=\"card\">\n").element("p", "big", &grouped(number)).element("p", "what", what);
    for line in more {
        html.element("p", "more", line);
    }
    html.raw("</div>\n");
}

/// Columns by effect, the weakest first; those that there are.
fn shares(coverage: &Coverage) -> Vec<(&'static str, usize)> {
    let counts = coverage.effects.iter().map(|one| (one.effect.word(), one.columns));
    counts.chain([("computed", coverage.computed)]).filter(|(_, count)| *count > 0).collect()
}

/// Shares of a whole as one bar. Attributes, no style: the page's policy lets none in.
fn bar(html: &mut Html, shares: &[(&'static str, usize)], class: &str) {
    let all: usize = shares.iter().map(|(_, count)| count).sum();
    let said: Vec<String> = shares.iter().map(|(word, count)| format!("{count} {word}")).collect();
    html.raw(&format!(
        "<svg class=\"{class}\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\""
    ));
    html.text(&said.join(", ")).raw("\">");
    let (mut seen, mut from) = (0, 0);
    for (word, count) in shares {
        seen += count;
        // Up to where all that came so far reaches, so that the whole is full.
        let to = 1000 * seen / all.max(1);
        html.raw(&format!("<rect class=\"f-{word}\" x=\"{from}\" y=\"0\" width=\"{}\" height=\"10\"/>", to - from));
        from = to;
    }
    html.raw("</svg>\n");
}

fn findings(html: &mut Html, register: &Register) {
    let found = &register.findings;
    html.raw("<section id=\"findings\">\n<h2>What deserves a second look</h2>\n");
    if found.is_empty() {
        html.raw("<p class=\"quiet\">Nothing was found.</p>\n</section>\n");
        return;
    }
    html.raw("<ul class=\"findings\">\n");
    for one in found {
        html.raw(&format!("<li class=\"w-{0}\"><span class=\"weight\">{0}</span><div>", one.weight.word()));
        place(html, register, one);
        html.raw("<span>");
        html.with_code(&one.text).raw("</span>\n<p class=\"remedy\">");
        html.with_code(&one.remedy).raw("</p></div></li>\n");
    }
    html.raw("</ul>\n</section>\n");
}

/// What a finding is about: a way to its row.
fn place(html: &mut Html, register: &Register, one: &Finding) {
    if one.place.is_empty() {
        return;
    }
    let table = |table: &Table| one.place == table.table;
    let column = |table: &Table| {
        let name = one.place.strip_prefix(table.table.as_str())?.strip_prefix('.')?;
        table.columns.iter().position(|column| column.column == name)
    };
    let tables = || register.tables.iter().enumerate();
    let to = tables().find_map(|(index, table)| Some(format!("t{index}c{}", column(table)?)));
    let to = to.or_else(|| tables().find(|(_, known)| table(known)).map(|(index, _)| format!("t{index}")));
    match to {
        Some(to) => {
            html.raw(&format!("<a class=\"place\" href=\"#{to}\">")).element("code", "", &one.place).raw("</a> ");
        }
        None => {
            html.element("code", "place", &one.place).raw(" ");
        }
    }
}

/// Every table with its bar: a way to it, and a first impression.
fn overview(html: &mut Html, tables: &[Table]) {
    html.raw("<nav aria-label=\"Tables\">\n<h2>Tables</h2>\n<ul class=\"tables\">\n");
    for (index, table) in tables.iter().enumerate() {
        html.raw(&format!("<li><a href=\"#t{index}\">")).element("span", "name", &table.table);
        html.element("span", "count", &table.columns.len().to_string());
        let words = Effect::ALL.map(Effect::word).into_iter().chain(["computed"]);
        let of = |word: &str| table.columns.iter().filter(|column| column.effect_word() == word).count();
        let shares: Vec<_> = words.map(|word| (word, of(word))).filter(|(_, count)| *count > 0).collect();
        bar(html, &shares, "bar small");
        html.raw("</a></li>\n");
    }
    html.raw("</ul>\n</nav>\n");
}

fn literals(html: &mut Html, register: &Register) {
    let found = &register.literals;
    let count: usize = found.places.iter().map(|place| place.literals).sum();
    html.raw("<section id=\"literals\">\n<h2>Texts of the schema that travel as they are</h2>\n<p class=\"lead\">");
    html.text(&format!("{count} literals in {} places. ", found.places.len()));
    if !found.asked_server {
        html.text("Comments, defaults, views and functions are known with --source only. ");
    }
    html.raw("Somebody may have written a person into one of them.</p>\n");
    if !found.places.is_empty() {
        html.raw("<details>\n<summary>Show the places</summary>\n<table class=\"plain\">\n<thead><tr><th>What</th><th>Of</th>");
        html.raw("<th class=\"number\">Literals</th>");
        if found.shows_texts() {
            html.raw("<th>Text</th>");
        }
        html.raw("</tr></thead>\n<tbody>\n");
        for place in &found.places {
            html.raw("<tr>").element("td", "", &place.kind).element("td", "mono", &place.object);
            html.element("td", "number", &place.literals.to_string());
            if found.shows_texts() {
                html.raw("<td>");
                for text in place.texts.iter().flatten() {
                    html.element("q", "", text).raw(" ");
                }
                html.raw("</td>");
            }
            html.raw("</tr>\n");
        }
        html.raw("</tbody>\n</table>\n</details>\n");
    }
    html.raw("</section>\n");
}

/// Room for a person's hand, on paper.
fn sign(html: &mut Html, register: &Register) {
    html.raw("<section class=\"sign\">\n<h2>Read and signed</h2>\n<p>");
    html.text(&format!(
        "I have read what these rules ({}, SHA-256 {}) do to each of the {} columns, and what deserves a second look.",
        register.file,
        register.rules_digest,
        grouped(register.coverage.columns)
    ));
    html.raw("</p>\n<ul>");
    for what in ["Name", "Function", "Date", "Signature"] {
        html.element("li", "", what);
    }
    html.raw("</ul>\n</section>\n");
}

/// A moment without what is below its second: `2026-11-23T12:39:49Z`.
fn to_the_second(moment: &str) -> String {
    match moment.split_once('.') {
        Some((seconds, rest)) if rest.ends_with('Z') => format!("{seconds}Z"),
        _ => moment.to_owned(),
    }
}

fn legend(html: &mut Html) {
    html.raw("<section id=\"words\">\n<h2>What the words mean</h2>\n<dl class=\"legend\">\n");
    for effect in Effect::ALL {
        html.raw(&format!("<div><dt><span class=\"badge f-{0}\">{0}</span></dt>", effect.word()));
        html.element("dd", "", effect.meaning()).raw("</div>\n");
    }
    html.raw("<div><dt><span class=\"badge f-computed\">computed</span></dt>");
    html.element("dd", "", "staging's server computes it from masked columns").raw("</div>\n</dl>\n</section>\n");
}
