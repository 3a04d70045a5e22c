//! Registers: small ones as data (`cases/audit/*.txt`, in the format of `plan`'s cases), those of the shipped rules, and the
//! page, which must need nothing besides itself and take nobody's text for markup.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bauta::audit::{self, Input, Register};
use bauta::plan;
use bauta::rules;
use bauta::schema::Schema;
use sha2::{Digest as _, Sha256};

use crate::plan::ddl;
use crate::support::{bauta, run};

fn register(yaml: &str, schema: &Schema, snapshot: Option<&Schema>) -> Register {
    let rules = rules::read("case.yaml", yaml).unwrap_or_else(|found| panic!("{:#?}", found.list));
    let (plan, found) = plan::resolve(&rules, schema, snapshot, Vec::new());
    let plan = plan.unwrap_or_else(|| panic!("{:#?}", found.list));
    audit::register(Input {
        rules: &rules,
        plan: &plan,
        schema,
        reviewed: snapshot.is_some(),
        online: false,
        today: None,
        signed: Default::default(),
        run: None,
        distinct: BTreeMap::new(),
        carriers: None,
    })
}

fn shown(register: &Register) -> String {
    let mut out = String::new();
    for found in &register.findings {
        writeln!(out, "=> {} {} {}: {}", found.weight.word(), found.kind, found.place, found.text).unwrap();
    }
    for table in &register.tables {
        if table.partitions > 0 || table.rows != "all" {
            writeln!(out, "=> {} stands for {} partitions, rows: {}", table.table, table.partitions, table.rows)
                .unwrap();
        }
        for column in &table.columns {
            let line = column.decided.line.map(|line| format!(", line {line}")).unwrap_or_default();
            let reason = column.reason.iter().map(|reason| format!(" ({reason})")).collect::<String>();
            let owner = column.owner.iter().map(|owner| format!(", owner {owner}")).collect::<String>();
            writeln!(
                out,
                "=> {}.{}: {}, {}, {}: {}{line}{reason}{owner}",
                table.table,
                column.column,
                column.mask,
                column.effect_word(),
                column.reversible.by.words(),
                column.reversible.how
            )
            .unwrap();
        }
    }
    out
}

#[test]
fn registers_of_small_schemas() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/audit/findings.txt");
    let file = fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    for case in file.split_inclusive("=== ").filter(|case| *case != "=== ") {
        let case = case.trim_end_matches("=== ");
        let text: String = case.split_inclusive('\n').filter(|line| !line.starts_with("=> ")).collect();
        let (_, body) = text.split_once('\n').unwrap();
        let (sql, rest) = body.split_once("--- rules\n").unwrap();
        let (yaml, reviewed) = rest.split_once("--- snapshot\n").unwrap_or((rest, sql));
        let schema = ddl::schema(sql);
        let snapshot = (reviewed.trim() != "none").then(|| ddl::schema(reviewed));
        let register = register(yaml, &schema, snapshot.as_ref());
        write!(written, "=== {text}{}", shown(&register)).unwrap();
    }
    if std::env::var_os("BAUTA_REGENERATE").is_some() {
        fs::write(&path, &written).unwrap();
    }
    assert_eq!(written, fs::read_to_string(&path).unwrap(), "BAUTA_REGENERATE=1 writes what it is now");
}

#[test]
fn the_shipped_registers_hold_every_column_once() {
    for name in ["shop", "dvdrental", "northwind"] {
        let rules = format!("rules/{name}.yaml");
        let json = run(bauta(&["audit", &rules, "--format", "json", "--quiet"]));
        assert_eq!(json.code, 0, "{}", json.stderr);
        let register: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        let snapshot = fs::read_to_string(format!("rules/{name}.schema.json")).unwrap();
        let schema = Schema::from_json(&snapshot).unwrap();
        let mut expected: Vec<String> = Vec::new();
        for table in schema.tables.iter().filter(|table| !table.partition) {
            expected.extend(table.columns.iter().map(|column| table.name.column(&column.name).to_string()));
        }
        let mut said: Vec<String> = Vec::new();
        for table in register["tables"].as_array().unwrap() {
            let columns = table["columns"].as_array().unwrap().iter();
            said.extend(
                columns.map(|column| {
                    format!("{}.{}", table["table"].as_str().unwrap(), column["column"].as_str().unwrap())
                }),
            );
        }
        expected.sort();
        said.sort();
        assert_eq!(said, expected, "{name}");
        let coverage = &register["coverage"];
        let effects: u64 =
            coverage["effects"].as_array().unwrap().iter().map(|one| one["columns"].as_u64().unwrap()).sum();
        assert_eq!(effects + coverage["computed"].as_u64().unwrap(), said.len() as u64, "{name}");
        for format in ["text", "markdown", "html"] {
            let ran = run(bauta(&["audit", &rules, "--format", format, "--quiet"]));
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            for column in &said {
                let bare = column.rsplit('.').next().unwrap();
                assert!(ran.stdout.contains(bare), "{name}: {format} has no {column}");
            }
            assert!(!ran.stdout.to_lowercase().contains("anonym"), "{name}: {format} gives a verdict");
            let widest = ran.stdout.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(format != "text" || widest <= 100, "{name}: a line of {widest} characters");
        }
    }
}

#[test]
fn the_page_needs_nothing_besides_itself() {
    let ran = run(bauta(&["audit", "rules/shop.yaml", "--format", "html", "--quiet"]));
    let page = ran.stdout;
    for outside in ["http:", "https:", "//cdn", " src=", "@import", "url(", "<link", "<iframe", " style=\"", " onclick"]
    {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
        let (_, rest) = page.split_once(&format!("<{element}>")).unwrap();
        let (body, _) = rest.split_once(&format!("</{element}>")).unwrap();
        let digest = base64(&Sha256::digest(body.as_bytes()));
        assert!(page.contains(&format!("{directive} 'sha256-{digest}'")), "the policy does not let our {element} in");
    }
    assert!(page.contains("default-src 'none'"));
    for link in page.split("href=\"#").skip(1) {
        let to = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{to}\"")), "nothing is at #{to}");
    }
    assert!(page.contains("<a class=\"place\""), "findings lead to their columns");
    // Without the script nothing is hidden but its own tools.
    let hidden = page.matches(" hidden>").count();
    assert_eq!(
        hidden,
        page.matches("<div class=\"tools\" hidden>").count() + page.matches("<p class=\"nothing\" hidden>").count()
    );
}

/// Another way to base64 than the page's own.
fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push('0');
    }
    let signs = bits.as_bytes().chunks(6).map(|six| {
        let text = std::str::from_utf8(six).unwrap();
        alphabet[usize::from_str_radix(text, 2).unwrap()]
    });
    let mut out: String = signs.collect();
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

#[test]
fn nobodys_text_is_taken_for_markup() {
    let sql = "create table \"<b>t\" (\"<img src=x>\" text, \"a|b\" text check (\"a|b\" <> '</td><script>'));";
    let yaml = "version: 1\nname: '</title><script>alert(1)</script>'\nowner: '<script>alert(4)</script> | z'\n\
                tables:\n  '<b>t':\n    columns:\n      \
                '<img src=x>': { mask: redact, owner: '</small><script>alert(5)</script>' }   # </small><script>alert(2)</script>\n    keep:\n      \
                '\"><svg onload=alert(3)> `</code>` _x_ | y': ['a|b']\n";
    let schema = ddl::schema(sql);
    let register = register(yaml, &schema, Some(&schema));
    let page = register.to_html();
    assert_eq!(page.matches("<script").count(), 1, "only ours");
    for markup in ["<img", "<b>t", "<svg o", "alert(2)</script"] {
        assert!(!page.contains(markup), "{markup} is markup");
    }
    assert!(page.contains("&lt;/title&gt;&lt;script&gt;"));
    let markdown = register.to_markdown();
    assert!(!markdown.replace("\\<", "").contains('<'), "{markdown}");
    let row = markdown.lines().find(|line| line.contains("onload")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 10, "{row}");
}

#[test]
fn what_literals_say_has_a_column_only_where_it_was_asked_for() {
    let schema = ddl::schema("create table t (x text check (x <> 'Ann'));");
    let mut register = register("version: 1\ntables: { t: { columns: { x: redact } } }\n", &schema, Some(&schema));
    let asked = |register: &Register| (register.to_html().contains("<th>Text</th>"), register.to_markdown());
    let (html, markdown) = asked(&register);
    assert!(html && markdown.contains("| what | of | literals | text |") && markdown.contains("Ann"), "{markdown}");
    register.literals = register.literals.places_only();
    let (html, markdown) = asked(&register);
    assert!(!html && markdown.contains("| what | of | literals |\n|---|---|---|\n"), "{markdown}");
    assert!(!markdown.contains("Ann"), "{markdown}");
    let row = markdown.lines().last().unwrap();
    assert_eq!(row.matches('|').count(), 4, "{row}");
}
