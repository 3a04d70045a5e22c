//! Joins join: one case for each shape of key and reference, `cases/joins/NAME.sql` with its rules, `NAME.yaml`.
//!
//! The SQL makes a schema called NAME (more may follow: NAME_...) and fills it. The rules mask its keys. All cases go
//! through one refresh, in one database. Then, on production and on staging alike: the same foreign keys, valid where
//! they were; for each of them and for each undeclared reference equal numbers of rows, keys, joined rows, joined
//! parents and orphans, and as many children for as many parents. Every key column but the kept ones has changed in more
//! than nine rows of ten: every table has a column `nr`, kept, to tell its rows by.
//!
//! Comments of the SQL say what the catalog does not know:
//! - `-- reference: CHILD(COLUMN, ...) -> PARENT(COLUMN, ...)`, perhaps followed by `where CONDITION` over the child `c`;
//! - `-- masked: TABLE.COLUMN, ...`: more columns that have changed;
//! - `-- kept: TABLE.COLUMN, ...`: key columns that stay as they are;
//! - `-- same: QUERY`: what is equal on both sides besides.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::{Case, Server, production, staging};

struct Shape {
    name: String,
    sql: String,
    yaml: String,
}

/// A foreign key or an undeclared reference.
struct Reference {
    case: String,
    label: String,
    child: String,
    columns: Vec<String>,
    parent: String,
    to_columns: Vec<String>,
    condition: String,
}

fn shapes() -> Vec<Shape> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/joins");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    paths
        .iter()
        .map(|path| Shape {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            sql: text(path),
            yaml: text(&path.with_extension("yaml")),
        })
        .collect()
}

/// One rule file out of many: what stands under each of their top keys, together.
fn merged(shapes: &[Shape]) -> String {
    let mut parts: BTreeMap<&str, String> = BTreeMap::new();
    for shape in shapes {
        let mut key = "";
        for line in shape.yaml.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
                Some(top) => key = top,
                None if line.starts_with("version:") => {}
                None => {
                    assert!(line.is_empty() || line.starts_with(' '), "{}: {line}", shape.name);
                    writeln!(parts.entry(key).or_default(), "{line}").unwrap();
                }
            }
        }
    }
    parts.into_iter().map(|(key, lines)| format!("{key}:\n{lines}")).collect()
}

/// What stands after `-- WORD: ` in a case's SQL.
fn said<'a>(shape: &'a Shape, word: &str) -> Vec<&'a str> {
    let start = format!("-- {word}: ");
    shape.sql.lines().filter_map(|line| line.strip_prefix(start.as_str())).collect()
}

/// The foreign keys that people wrote, from production's catalog.
fn declared(database: &str) -> Vec<Reference> {
    let columns = |relation: &str, key: &str| {
        format!(
            "(select string_agg(quote_ident(a.attname), E'\\x1e' order by k.place) from unnest({key}) with ordinality \
             as k (num, place) join pg_attribute a on a.attrelid = {relation} and a.attnum = k.num)"
        )
    };
    let sql = format!(
        "select n.nspname || E'\\x1f' || conname || E'\\x1f' || conrelid::regclass || E'\\x1f' || {} || E'\\x1f' || \
         confrelid::regclass || E'\\x1f' || {} from pg_constraint join pg_class t on t.oid = conrelid \
         join pg_namespace n on n.oid = t.relnamespace where contype = 'f' and conparentid = 0 order by 1",
        columns("conrelid", "conkey"),
        columns("confrelid", "confkey"),
    );
    let rows = production().sql(database, &sql);
    let list = |text: &str| text.split('\u{1e}').map(str::to_owned).collect();
    let reference = |row: &str| {
        let fields: Vec<&str> = row.split('\u{1f}').collect();
        Reference {
            case: fields[0].to_owned(),
            label: fields[1].to_owned(),
            child: fields[2].to_owned(),
            columns: list(fields[3]),
            parent: fields[4].to_owned(),
            to_columns: list(fields[5]),
            condition: "true".to_owned(),
        }
    };
    rows.lines().map(reference).collect()
}

fn undeclared(shape: &Shape) -> Vec<Reference> {
    let side = |text: &str| {
        let (table, columns) = text.trim().strip_suffix(')').unwrap().split_once('(').unwrap();
        (format!("{}.{table}", shape.name), columns.split(',').map(|column| column.trim().to_owned()).collect())
    };
    let reference = |line: &str| {
        let (from, rest) = line.split_once(" -> ").unwrap();
        let (to, condition) = rest.split_once(" where ").unwrap_or((rest, "true"));
        let ((child, columns), (parent, to_columns)) = (side(from), side(to));
        let label = line.to_owned();
        Reference {
            case: shape.name.clone(),
            label,
            child,
            columns,
            parent,
            to_columns,
            condition: condition.to_owned(),
        }
    };
    said(shape, "reference").into_iter().map(reference).collect()
}

impl Reference {
    /// Rows, whole keys, joined rows, joined parents, orphans, and how many parents have how many children.
    fn counts(&self) -> String {
        let Self { case, label, child, parent, condition, .. } = self;
        let label = label.replace('\'', "''");
        let whole =
            self.columns.iter().map(|column| format!("c.{column} is not null")).collect::<Vec<_>>().join(" and ");
        let pairs = self.columns.iter().zip(&self.to_columns);
        let on = pairs.map(|(from, to)| format!("c.{from} = p.{to}")).collect::<Vec<_>>().join(" and ");
        format!(
            "select '{case}', '{label}', (select count(*) from {child} c where {condition}),\n  \
             (select count(*) from {child} c where {condition} and {whole}),\n  \
             (select count(*) from {child} c join {parent} p on {on} where {condition}),\n  \
             (select count(distinct (p.tableoid, p.ctid)) from {child} c join {parent} p on {on} where {condition}),\n  \
             (select count(*) from {child} c where {condition} and {whole} and not exists (select from {parent} p where {on})),\n  \
             (select md5(string_agg(n::text, ',' order by n)) from (select count(*) n from {child} c join {parent} p on {on} \
             where {condition} group by p.tableoid, p.ctid) x);\n"
        )
    }
}

/// The results of a script of queries, a line per row.
fn asked(server: &Server, database: &str, script: &str) -> Vec<String> {
    use std::io::Write as _;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();
    let mut psql = server.program("psql", database);
    let output =
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-P", "null=NULL", "-f"]).arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Shows the first lines in which two answers differ.
fn assert_same(what: &str, production: &[String], staging: &[String]) {
    let mut differ = Vec::new();
    for at in 0..production.len().max(staging.len()) {
        let (here, there) = (production.get(at), staging.get(at));
        if here != there {
            differ.push(format!("  production {here:?}\n  staging    {there:?}"));
        }
    }
    assert!(differ.is_empty(), "{what}:\n{}", differ[..differ.len().min(20)].join("\n"));
}

#[test]
fn what_joins_in_production_joins_in_staging_for_every_shape_of_reference() {
    let shapes = shapes();
    assert!(shapes.len() >= 30, "{} shapes", shapes.len());
    let sql: String = shapes.iter().map(|shape| format!("{}\nreset all;\n", shape.sql)).collect();
    let case = Case::new("joins", "create extension citext", &merged(&shapes));
    asked(production(), &case.production, &sql);
    case.refreshed();

    let keys = "select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, condeferrable, condeferred \
                from pg_constraint where contype = 'f' order by 1, 2;";
    let both = |script: &str| (asked(production(), &case.production, script), asked(staging(), &case.staging, script));
    let (here, there) = both(keys);
    assert!(here.len() >= 30, "{} foreign keys", here.len());
    assert_same("foreign keys", &here, &there);

    let mut references = declared(&case.production);
    references.extend(shapes.iter().flat_map(undeclared));
    for shape in &shapes {
        let own = references.iter().any(|reference| reference.case.starts_with(&shape.name));
        assert!(own || !said(shape, "same").is_empty(), "{} tests nothing", shape.name);
    }
    let mut counts: String = references.iter().map(Reference::counts).collect();
    for shape in &shapes {
        let same = said(shape, "same").into_iter().map(|query| format!("{query};\n")).collect::<String>();
        write!(counts, "set search_path to {0}, public;\n{same}reset search_path;\n", shape.name).unwrap();
    }
    let (here, there) = both(&counts);
    for (reference, line) in references.iter().zip(&here) {
        let joined = line.rsplit('|').nth(3).unwrap();
        assert!(joined.parse::<u32>().unwrap() >= 100, "{}: {}: {joined} joined rows", reference.case, reference.label);
    }
    assert_same("rows, keys, joined rows, joined parents, orphans, children", &here, &there);

    masked(&shapes, &references, both);
}

/// Tables and columns that comments of the cases name.
fn named(shapes: &[Shape], word: &str) -> Vec<(String, String)> {
    let said = shapes.iter().flat_map(|shape| said(shape, word).into_iter().map(|line| (&shape.name, line)));
    let columns = said.flat_map(|(case, line)| line.split(", ").map(move |column| (case, column)));
    columns
        .map(|(case, column)| {
            let (table, column) = column.split_once('.').unwrap();
            (format!("{case}.{table}"), column.to_owned())
        })
        .collect()
}

/// Every key column but the kept ones has changed.
fn masked(shapes: &[Shape], references: &[Reference], both: impl Fn(&str) -> (Vec<String>, Vec<String>)) {
    let mut columns: Vec<(&str, &str)> = references
        .iter()
        .flat_map(|reference| {
            let from = reference.columns.iter().map(|column| (reference.child.as_str(), column.as_str()));
            let to = reference.to_columns.iter().map(|column| (reference.parent.as_str(), column.as_str()));
            from.chain(to)
        })
        .collect();
    let (masked, kept) = (named(shapes, "masked"), named(shapes, "kept"));
    columns.extend(masked.iter().map(|(table, column)| (table.as_str(), column.as_str())));
    columns.sort_unstable();
    columns.dedup();
    let kept: Vec<String> = kept.iter().map(|(table, column)| format!("{table}.{column}")).collect();
    let script = |(table, column): &(&str, &str)| {
        let name = format!("{table}.{column}");
        let name = name.replace('\'', "''");
        format!(
            "select '{name}' || E'\\x1f' || nr || E'\\x1f' || to_json({column}::text) from {table} where {column} is not null order by nr;\n"
        )
    };
    let (here, there) = both(&columns.iter().map(script).collect::<String>());
    assert_eq!(here.len(), there.len());
    let mut changed: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (one, other) in here.iter().zip(&there) {
        let (name, nr, value) = fields(one);
        let (_, other_nr, masked) = fields(other);
        assert_eq!(nr, other_nr, "{name}");
        let (rows, differ) = changed.entry(name).or_default();
        *rows += 1;
        *differ += usize::from(value != masked);
    }
    let mut wrong: Vec<String> = kept
        .iter()
        .filter(|kept| changed.get(kept.as_str()).is_none_or(|(_, differ)| *differ > 0))
        .map(|kept| format!("{kept} is no key that is kept"))
        .collect();
    for (name, (rows, differ)) in &changed {
        if differ * 10 <= rows * 9 && !kept.iter().any(|kept| kept == name) {
            wrong.push(format!("{name}: {differ} of {rows} rows changed"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn fields(line: &str) -> (&str, &str, &str) {
    let mut fields = line.splitn(3, '\u{1f}');
    let mut next = || fields.next().unwrap_or_else(|| panic!("{line}"));
    (next(), next(), next())
}
