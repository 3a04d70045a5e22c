//! The table of the page: every column a row, tables one under the other, with what the script filters by.

use super::super::columns::is_personal;
use super::super::findings::grouped;
use super::super::{Column, Register, Table, Whom};
use super::markup::Html;
use crate::mask::Effect;

const HEADINGS: [&str; 6] = ["Column", "Holds", "Mask", "Effect", "Reversible by", "Why and where"];

/// Writes it.
pub(super) fn write(html: &mut Html, register: &Register) {
    html.raw("<section id=\"register\">\n<h2>Every column</h2>\n");
    tools(html, register);
    html.raw("<table class=\"register\">\n<thead><tr>");
    for heading in HEADINGS {
        html.raw("<th scope=\"col\">").text(heading).raw("</th>");
    }
    html.raw("</tr></thead>\n");
    let weak: Vec<&str> = register.findings.iter().map(|found| found.place.as_str()).collect();
    for (index, table) in register.tables.iter().enumerate() {
        html.raw(&format!("<tbody id=\"t{index}\">\n<tr class=\"group\"><th colspan=\"6\" scope=\"rowgroup\">"));
        html.element("span", "name", &table.table);
        html.raw("<span class=\"about\">").text(&about(table));
        if let Some(owner) = table.owner() {
            html.raw(" · <span class=\"owner\">owner: ").text(owner).raw("</span>");
        }
        html.raw("</span></th></tr>\n");
        for (at, column) in table.columns.iter().enumerate() {
            let marked = weak.contains(&format!("{}.{}", table.table, column.column).as_str());
            row(html, column, table.owner_of(column), &format!("t{index}c{at}"), marked);
        }
        html.raw("</tbody>\n");
    }
    html.raw("</table>\n<p class=\"nothing\" hidden>No column is like that.</p>\n</section>\n");
}

/// Search and filters. They are hidden until the script is there to answer them.
fn tools(html: &mut Html, register: &Register) {
    html.raw("<div class=\"tools\" hidden>\n<div class=\"line\"><input type=\"search\" id=\"search\" ");
    html.raw(
        "placeholder=\"Search columns, classes, masks, reasons, owners\" aria-label=\"Search\" autocomplete=\"off\">",
    );
    html.raw(
        "<span class=\"shown\" aria-live=\"polite\"></span><button type=\"button\" id=\"clear\">Clear</button></div>\n",
    );
    html.raw("<div class=\"line chips\" role=\"group\" aria-label=\"Filters\">");
    let words = Effect::ALL.map(Effect::word).into_iter().chain(["computed"]);
    let columns = || register.tables.iter().flat_map(|table| &table.columns);
    for word in words.filter(|word| columns().any(|column| column.effect_word() == *word)) {
        html.raw(&format!(
            "<button type=\"button\" class=\"chip\" data-effect=\"{word}\" aria-pressed=\"false\">\
             <span class=\"dot f-{word}\"></span>{word}</button>"
        ));
    }
    html.raw("<span class=\"gap\"></span>");
    for (name, said) in [("personal", "about persons"), ("key", "the key links it"), ("weak", "second look")] {
        html.raw(&format!(
            "<button type=\"button\" class=\"chip\" data-is=\"{name}\" aria-pressed=\"false\">{said}</button>"
        ));
    }
    html.raw("</div>\n</div>\n");
}

fn about(table: &Table) -> String {
    let mut parts = vec![match table.columns.len() {
        1 => "1 column".to_owned(),
        count => format!("{count} columns"),
    }];
    match (table.rows.as_str(), table.row_count) {
        ("all", Some(count)) => parts.push(format!("{} rows", grouped(count))),
        ("all", None) => parts.push("all rows".to_owned()),
        ("none", _) => parts.push("no rows: structure only".to_owned()),
        (rows, Some(count)) => parts.push(format!("{} rows, {rows}", grouped(count))),
        (rows, None) => parts.push(format!("rows {rows}")),
    }
    if let Some(exempt) = &table.exempt {
        parts.push(format!("unmasked until {}: rows where {} ({})", exempt.expires, exempt.condition, exempt.why));
    }
    if table.partitions > 0 {
        parts.push(format!("{} partitions", table.partitions));
    }
    parts.join(" · ")
}

fn row(html: &mut Html, column: &Column, owner: Option<&str>, id: &str, marked: bool) {
    let word = column.effect_word();
    let mut is = Vec::new();
    is.extend(is_personal(column).then_some("personal"));
    is.extend((column.reversible.by == Whom::KeyHolder).then_some("key"));
    is.extend(marked.then_some("weak"));
    html.raw(&format!("<tr id=\"{id}\" data-effect=\"{word}\" data-is=\"{}\">", is.join(" ")));
    html.raw("<th scope=\"row\">").element("span", "name", &column.column);
    if marked {
        html.raw("<a class=\"mark\" href=\"#findings\" title=\"deserves a second look\">second look</a>");
    }
    html.element("span", "type", &column.r#type).raw("</th>");
    holds(html, column);
    html.raw(&label("Mask")).element("code", "", &column.mask);
    if let Some(per) = &column.per {
        html.raw("<small>per <code>").text(per).raw("</code></small>");
    }
    html.raw("</td>").raw(&label("Effect"));
    html.raw(&format!("<span class=\"badge f-{word}\">{word}</span>"));
    if !matches!(column.effect, Some(Effect::Kept | Effect::Removed)) {
        html.raw("<small>still shows ").with_code(&column.still_shows).raw("</small>");
    }
    html.raw("</td>").raw(&label("Reversible by")).element("span", "", column.reversible.by.words());
    if !matches!(column.effect, Some(Effect::Kept | Effect::Removed)) {
        html.raw("<small>").with_code(&column.reversible.how).raw("</small>");
    }
    html.raw("</td>");
    why(html, column, owner);
    html.raw("</tr>\n");
}

fn label(name: &str) -> String {
    format!("<td data-label=\"{name}\">")
}

fn holds(html: &mut Html, column: &Column) {
    html.raw(&label("Holds"));
    match (&column.class, column.looks_like) {
        (Some(class), _) => html.element("span", "class", class),
        (None, Some(guess)) => html.raw("<span class=\"quiet\">looks like ").text(guess).raw("</span>"),
        (None, None) => html.raw("<span class=\"quiet none\">no class</span>"),
    };
    if !column.tags.is_empty() {
        html.raw("<span class=\"tags\">");
        for tag in &column.tags {
            let class = if tag.sensitive { "tag sensitive" } else { "tag" };
            html.raw(&format!("<span class=\"{class}\" title=\"")).text(&format!("{}: {}", tag.cites, tag.says));
            html.raw("\">").text(tag.tag).raw("</span>");
        }
        html.raw("</span>");
    }
    html.raw("</td>");
}

fn why(html: &mut Html, column: &Column, owner: Option<&str>) {
    html.raw(&label("Why and where"));
    if let Some(reason) = &column.reason {
        html.element("span", "", reason);
    }
    if let Some(exception) = &column.exception {
        html.raw("<small class=\"exception\">exception until ").text(&exception.expires).raw(": ");
        html.text(&exception.why).raw("</small>");
    }
    if let Some(owner) = owner {
        html.raw("<small>owner: ").text(owner).raw("</small>");
    }
    let place = match (&column.decided.follows, column.decided.line) {
        (Some(source), Some(line)) => format!("follows {source}, line {line}"),
        (Some(source), None) => format!("follows {source}"),
        (None, Some(line)) => match &column.class {
            Some(_) if column.decided.text.starts_with("class ") => format!("by its class, line {line}"),
            _ => format!("line {line}"),
        },
        (None, None) => column.decided.text.clone(),
    };
    html.element("small", "where", &place).raw("</td>");
}
