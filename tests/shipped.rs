//! What is shipped: the rule files pass `check`, the demo runs both ways, the README's table is the program's.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Case, bauta, production, run};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn shipped_rules_pass_check() {
    for name in ["shop", "dvdrental", "northwind"] {
        let rules = root().join(format!("rules/{name}.yaml"));
        let mut command = bauta(&["check", "--strict"]);
        command.arg(rules);
        let ran = run(command);
        assert_eq!(ran.code, 0, "{name}\n{}", ran.stderr);
    }
}

#[test]
fn the_shops_snapshot_is_what_the_program_reads_today() {
    let sql = fs::read_to_string(root().join("sample-data/schema.sql")).unwrap();
    let case = Case::new("snapshot", &sql, "tables: {}\n");
    let mut snapshot = bauta(&["snapshot", "--source", &case.source()]);
    snapshot.arg(case.rule_file());
    let ran = run(snapshot);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let read = fs::read_to_string(case.folder.path().join("case.schema.json")).unwrap();
    let shipped = fs::read_to_string(root().join("rules/shop.schema.json")).unwrap();
    assert!(read == shipped, "write rules/shop.schema.json again with `bauta snapshot`");
}

#[test]
fn the_demo_runs_and_shows_masked_staging() {
    let mut command = bauta(&["demo"]);
    command.current_dir(root());
    let ran = run(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("0 of"), "{}", ran.stdout);
    assert!(ran.stdout.contains("staging"), "{}", ran.stdout);
}

#[test]
fn the_demo_runs_without_postgresql() {
    let mut command = bauta(&["demo"]);
    command.current_dir(root()).env("PATH", "/nowhere");
    let ran = run(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("apt-get install postgresql") && ran.stdout.contains("Parquet"), "{}", ran.stdout);
}

#[test]
fn the_readmes_table_of_masks_is_the_programs() {
    let path: PathBuf = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let mut command = bauta(&["masks", "--format", "markdown"]);
    command.current_dir(root());
    let table = run(command).stdout;
    let (start, end) = ("<!-- masks: written by `bauta masks --format markdown` -->\n", "<!-- end of masks -->");
    let from = readme.find(start).unwrap() + start.len();
    let to = readme.find(end).unwrap();
    if std::env::var_os("BAUTA_REGENERATE").is_some() {
        fs::write(&path, format!("{}{table}{}", &readme[..from], &readme[to..])).unwrap();
    } else {
        assert_eq!(&readme[from..to], table, "run the tests with BAUTA_REGENERATE=1");
    }
}

#[test]
fn a_plan_reads_as_it_is_written_down() {
    let ran = run(bauta(&["plan", "rules/shop.yaml", "--quiet"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let path = Path::new("tests/cases/shop-plan.txt");
    if std::env::var_os("BAUTA_REGENERATE").is_some() {
        fs::write(path, &ran.stdout).unwrap();
    }
    assert_eq!(ran.stdout, fs::read_to_string(path).unwrap(), "BAUTA_REGENERATE=1 writes what it is now");
    let json = run(bauta(&["plan", "rules/shop.yaml", "--quiet", "--format", "json", "--table", "public.customers"]));
    let plan: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let columns = plan["tables"][0]["columns"].as_array().unwrap();
    let referred = columns.iter().find(|column| column["column"] == "referred_by").unwrap();
    assert_eq!(referred["follows"], "customers.id");
    assert_eq!(referred["mask"], "permute");
    let unknown = run(bauta(&["plan", "rules/shop.yaml", "--table", "custmers"]));
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `customers`?"), "{}", unknown.stderr);
}

#[test]
fn a_plan_keeps_its_width_and_tells_programs_why() {
    for name in ["shop", "dvdrental", "northwind"] {
        let rules = format!("rules/{name}.yaml");
        let ran = run(bauta(&["plan", &rules, "--quiet"]));
        let widest = ran.stdout.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 100, "{name}: a line of {widest} characters");
        let json = run(bauta(&["plan", &rules, "--quiet", "--format", "json"]));
        let plan: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        for column in plan["tables"].as_array().unwrap().iter().flat_map(|table| table["columns"].as_array().unwrap()) {
            let because = &column["because"];
            let needs: &[&str] = match because["kind"].as_str().unwrap() {
                "rule" => &["line"],
                "class" => &["class", "line"],
                "keep" => &["why", "line"],
                "foreign_key" => &["constraint", "to", "source"],
                other => panic!("{other}"),
            };
            for field in needs.iter().chain(&["text"]) {
                assert!(!because[field].is_null(), "{name}: {column}");
            }
            assert!(column["effect"].is_string() && column["still_shows"].is_string(), "{name}: {column}");
        }
    }
}

#[test]
fn a_plan_estimates_units_and_time() {
    let sql = "create table big as select n, repeat('x', 200) as t from generate_series(1, 20000) n;
        create table small (n int);";
    let case = Case::new("estimate", sql, "tables:\n  big: { keep: \"made up\" }\n  small: { keep: \"made up\" }\n");
    // Vacuum too: else the server does it between two looks, and the table has grown by its maps.
    production().sql(&case.production, "vacuum analyze");
    let plan = |more: &[&str]| {
        let mut command = bauta(&["plan"]);
        command.arg(case.rule_file()).args(["--source", &case.source(), "--quiet"]).args(more);
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let json = plan(&["--format", "json", "--split-size", "1MB", "--rate", "1MB"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let (bytes, seconds) = (json["estimate"]["bytes"].as_u64().unwrap(), json["estimate"]["seconds"].as_u64().unwrap());
    let fixed = json["estimate"]["fixed_seconds"].as_f64().unwrap();
    assert!((0.6..0.7).contains(&fixed), "two tables cost {fixed} s without their rows");
    assert_eq!(seconds, (bytes as f64 / f64::from(1 << 20) + fixed).ceil() as u64);
    let units = json["tables"][0]["units"].as_u64().unwrap();
    assert_eq!(json["tables"][0]["table"], "big");
    assert!((3..=8).contains(&units), "{units} units");
    let text = plan(&["--split-size", "1MB", "--rate", "1MB"]);
    assert!(text.contains(&format!("in {units} units")) && text.contains("as stated"), "{text}");
    assert!(text.contains("(0.6 s of it without rows) at 1.00 MiB a second"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("run.json");
    let told = format!(
        r#"{{"run": "r1", "finished": "", "rules_digest": "", "seconds": 2.0, "tables": [{{"table": "big", "rows": 1, "bytes": {}}}]}}"#,
        bytes
    );
    fs::write(&report, told).unwrap();
    let text = plan(&["--report", report.to_str().unwrap()]);
    assert!(text.contains("about 2 s") && text.contains("as run r1 had"), "{text}");
    assert!(!text.contains("without rows"), "a whole run has that in its rate: {text}");
}
