//! What is shipped: the rule files pass `check`, the demo runs both ways, the README's table is the program's.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{bauta, run};

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
