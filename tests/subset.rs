//! Subsets and rows left out, as data: `cases/subset/*.txt`. Each case is production's SQL, a line `--- rules` and a rule
//! file whose tables are kept and which has an environment `qa` (a subset by condition), `share` (by percentage), or none.
//!
//! What should travel is worked out a second time, in SQL on production (`cases/subset/oracle.sql`), by another way: every
//! reference joined again and again until nothing is added. Staging has to hold exactly these rows, none too few and none
//! too many, and every foreign key.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bauta::rules::{self, Chosen, RowsRule, RuleFile};
use bauta::schema::TableName;

use crate::support::{Case, KEY, OTHER_KEY, production, run, staging};

const ORACLE: &str = include_str!("cases/subset/oracle.sql");

/// Every table that holds rows, as `schema.table`.
const TABLES: &str = "select format('%I.%I', n.nspname, c.relname) from pg_class c \
     join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' \
     and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'oracle') order by 1";

/// The same and partitioned ones: schema, name, both as SQL.
const ROOTS: &str = "select n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) from pg_class c \
     join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') \
     and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'oracle')";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/subset")
}

/// A case, ready to run.
struct Shape {
    case: Case,
    rules: RuleFile,
}

impl Shape {
    fn new(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let (sql, yaml) = text.split_once("--- rules\n").unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let case = Case::new(&format!("subset_{name}"), sql, yaml);
        let rules = rules::read("case.yaml", &fs::read_to_string(case.rule_file()).unwrap());
        Self { case, rules: rules.unwrap_or_else(|found| panic!("{name}: {:?}", found.list)) }
    }

    fn environments(&self) -> Vec<Option<String>> {
        let names = self.rules.environments.iter().map(|environment| Some(environment.name.value.clone()));
        let names: Vec<_> = names.collect();
        if names.is_empty() { vec![None] } else { names }
    }

    fn tables(&self) -> Vec<String> {
        production().sql(&self.case.production, TABLES).lines().map(str::to_owned).collect()
    }

    /// Refreshes staging for an environment; what should be there is there, and nothing else.
    fn holds(&self, environment: Option<&str>) {
        let arguments = environment.map_or(vec![], |name| vec!["--env", name]);
        let ran = self.case.refresh(&arguments);
        let name = format!("{} {environment:?}", self.case.production);
        assert_eq!(ran.code, 0, "{name}\n{}", ran.stderr);
        let invalid = "select count(*) from pg_constraint where contype = 'f' and not convalidated";
        assert_eq!(staging().sql(&self.case.staging, invalid), "0", "{name}");
        let keys = "select count(*) from pg_constraint where contype = 'f'";
        let counted = |server: &crate::support::Server, database: &str| server.sql(database, keys);
        assert_eq!(
            counted(staging(), &self.case.staging),
            counted(production(), &self.case.production),
            "{name}: foreign keys"
        );
        let expected = self.expected(environment);
        for table in self.tables() {
            let there = format!("select to_jsonb(this_row) from only {table} this_row");
            let there = staging().sorted(&self.case.staging, &there);
            let mut here: Vec<String> = expected
                .iter()
                .filter_map(|line| line.split_once('|'))
                .filter(|(name, _)| *name == table)
                .map(|(_, row)| row.to_owned())
                .collect();
            here.sort();
            assert_eq!(there, here, "{name}: {table}\n{}", ran.stdout);
        }
    }

    /// Rows that should travel, as `table|row`.
    fn expected(&self, environment: Option<&str>) -> Vec<String> {
        let mut rules = self.rules.clone();
        rules.choose(environment).unwrap();
        let mut told = String::new();
        let tables = self.tables();
        let matching = |pattern: &rules::TablePattern| {
            // The whole of a partitioned or inherited table is named by its root.
            let named = production().sql(&self.case.production, ROOTS);
            let names = named.lines().map(|line| line.split('|').collect::<Vec<_>>());
            let matching = names.filter(|name| pattern.matches(&TableName::new(name[0], name[1])));
            matching.map(|name| name[2].to_owned()).collect::<Vec<_>>()
        };
        let leaves = |root: &str| {
            let sql = format!(
                "with recursive under as (select '{root}'::regclass::oid as oid union select i.inhrelid from pg_inherits i \
                 join under on under.oid = i.inhparent) select format('%I.%I', n.nspname, c.relname) from under \
                 join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r'"
            );
            production().sql(&self.case.production, &sql).lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let all = |pattern: &rules::TablePattern| {
            matching(pattern).iter().flat_map(|root| leaves(root)).collect::<std::collections::BTreeSet<_>>()
        };
        for reference in &rules.references {
            let (from, to) = (&reference.from.value, &reference.to.value);
            let pairs = from.columns.iter().zip(&to.columns);
            let mut matches: Vec<String> = pairs.map(|(from, to)| format!("c.\"{from}\" = p.\"{to}\"")).collect();
            matches.extend(reference.when.as_ref().map(|when| {
                let values: Vec<&str> = when.values.iter().map(|value| value.value.as_str()).collect();
                format!("c.\"{}\"::text in ('{}')", when.column.value, values.join("', '"))
            }));
            let (matches, columns) = (matches.join(" and "), from.columns.join(","));
            let leaves = |table: &TableName| leaves(&format!("\"{}\".\"{}\"", table.schema, table.name));
            for child in leaves(&from.table) {
                for parent in leaves(&to.table) {
                    writeln!(told, "select oracle.refer('{child}', '{parent}', $c${matches}$c$, '{{{columns}}}');")
                        .unwrap();
                }
            }
        }
        let mut rows = |pattern: &rules::TablePattern, rule: &RowsRule| {
            for table in all(pattern) {
                let out = match rule {
                    RowsRule::None => "true".to_owned(),
                    RowsRule::Where(sql) => format!("({sql}) is not true"),
                };
                writeln!(told, "select oracle.leave_out('{table}', $c${out}$c$);").unwrap();
            }
        };
        for table in &rules.tables {
            table.rows.iter().for_each(|rule| rows(&table.pattern, &rule.value));
        }
        let chosen = rules.chosen();
        chosen
            .iter()
            .flat_map(|chosen| &chosen.rows)
            .for_each(|narrowed| rows(&narrowed.pattern, &narrowed.what.value));
        for table in rules.tables.iter().filter(|table| !table.cut.is_empty()) {
            for leaf in all(&table.pattern) {
                for column in &table.cut {
                    writeln!(told, "select oracle.cut('{leaf}', '{}');", column.value).unwrap();
                }
            }
        }
        for narrowed in chosen.iter().flat_map(|chosen| &chosen.subset) {
            for table in all(&narrowed.pattern) {
                let seeds = match &narrowed.what.value {
                    Chosen::Where(sql) => sql.clone(),
                    // Which ones a share draws, only the program knows: its cases name tables that nothing refers up to.
                    Chosen::Share(_) => {
                        let ids = staging().sql(&self.case.staging, &format!("select id from only {table}"));
                        format!("id::text = any ('{{{}}}')", ids.lines().collect::<Vec<_>>().join(","))
                    }
                };
                writeln!(told, "select oracle.seed('{table}', $c${seeds}$c$);").unwrap();
            }
        }
        assert!(!tables.is_empty());
        let database = &self.case.production;
        production().sql(database, &format!("{ORACLE}{told}select oracle.solve()"));
        let lines = production().sql(database, "select * from oracle.expected() as line");
        production().sql(database, "drop schema oracle cascade");
        lines.lines().filter(|line| line.contains('|')).map(str::to_owned).collect()
    }

    /// The rows of an environment as files, under a key.
    fn files(&self, environment: &str, key: &str, name: &str) -> Vec<(String, Vec<u8>)> {
        let folder = self.case.folder.path().join(name);
        let target = format!("parquet:{}", folder.display());
        let arguments = ["--env", environment, "--jobs", "1", "--target", &target];
        let ran = run(self.case.refresh_command(key, &arguments));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
            .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        assert!(!files.is_empty());
        files
    }
}

/// The cases, in groups that run side by side.
const GROUPS: [&[&str]; 5] = [
    &["chain", "composite", "self_reference", "two_self_references"],
    &["cycle_two", "cycle_three", "cycle_groups"],
    &["left_out", "cut", "both", "odd"],
    &["partitions", "inheritance", "tenants", "kinds"],
    &["undeclared", "polymorphic"],
];

fn all_hold(group: usize) {
    // All that fail are told, not only the first.
    let path = |name: &&str| folder().join(format!("{name}.txt"));
    let failed: Vec<_> =
        GROUPS[group].iter().filter(|name| std::panic::catch_unwind(|| holds(&path(name))).is_err()).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn exactly_the_connected_rows_travel_through_chains_and_trees() {
    all_hold(0);
}

#[test]
fn exactly_the_connected_rows_travel_round_cycles() {
    all_hold(1);
}

#[test]
fn rows_left_out_take_with_them_what_refers_to_them_unless_it_is_cut() {
    all_hold(2);
}

#[test]
fn exactly_the_connected_rows_travel_in_partitions_schemas_and_kinds() {
    all_hold(3);
}

#[test]
fn exactly_the_connected_rows_travel_along_references_of_the_rule_file() {
    all_hold(4);
}

#[test]
fn every_case_is_run() {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".txt").map(str::to_owned))
        .collect();
    names.sort();
    let mut run = GROUPS.concat();
    run.sort();
    assert_eq!(names, run);
}

/// One case.
fn holds(path: &Path) {
    let shape = Shape::new(path);
    for environment in shape.environments() {
        shape.holds(environment.as_deref());
    }
    if shape.environments().contains(&Some("share".to_owned())) {
        let first = shape.files("share", KEY, "first");
        assert!(first == shape.files("share", KEY, "again"), "{}: one key, other rows", path.display());
        assert!(first != shape.files("share", OTHER_KEY, "other"), "{}: another key, the same rows", path.display());
    }
}

#[test]
fn an_unknown_environment_is_refused_with_the_nearest_name() {
    let shape = Shape::new(&folder().join("chain.txt"));
    let ran = shape.case.refresh(&["--env", "shere"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("has no environment `shere`") && ran.stderr.contains("did you mean `share`?"),
        "{}",
        ran.stderr
    );
    assert!(staging().databases(&shape.case.staging).is_empty());
}
