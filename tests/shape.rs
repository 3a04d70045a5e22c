//! The shape of masked columns, production against staging: measured while rows stream, warned about or refused.

use serde_json::Value;

use crate::support::Case;

const PEOPLE: &str = "
    create table people (id int primary key, name text, mail text, born date, salary int, note text);
    insert into people select i, case when i % 10 > 0 then md5(i::text) end, 'm' || i || '@mail.de',
        date '1950-01-01' + i, 30000 + 20 * i, 'kept' from generate_series(1, 5000) i;
";

const RULES: &str = "
tables:
  people:
    columns:
      id: permute
      name: first_name
      mail: { mask: email, unique: true }
      born: { mask: date_shift, within: 30d }
      salary: number_noise
    keep: { nobody: [note] }
";

#[test]
fn shapes_stand_in_the_report_and_hold_no_value() {
    let case = Case::new("shape", PEOPLE, &format!("shape: {{ distinct: 99.9% }}{RULES}"));
    let ran = case.refresh(&["--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("changes its shape"), "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let columns = report["tables"][0]["columns"].as_array().unwrap();
    let shape = |name: &str| columns.iter().find(|column| column["column"] == name).unwrap()["shape"].clone();
    assert_eq!(shape("note"), Value::Null);
    let name = shape("name");
    assert_eq!((&name["nulls"][0], &name["nulls"][1]), (&0.1.into(), &0.1.into()));
    assert!(name["distinct"][0].as_u64().unwrap() > 4000 && name["distinct"][1].as_u64().unwrap() < 4000, "{name}");
    let id = shape("id");
    let [was, is] = [0, 1].map(|side| id["distinct"][side].as_f64().unwrap());
    assert!((was - is).abs() < 0.1 * was, "{id}");
    for moved in ["born", "salary"] {
        assert!(shape(moved)["moved"].as_f64().unwrap() < 0.2, "{}", shape(moved));
    }
    // Quarters of salaries would be somebody's.
    assert!(!ran.stdout.contains("80000") && !ran.stdout.contains("55000"), "{}", ran.stdout);
}

#[test]
fn beyond_its_bounds_a_shape_is_a_warning_or_ends_the_run() {
    let case = Case::new("shape_warned", PEOPLE, &format!("shape: {{ distinct: 1% }}{RULES}"));
    let ran = case.refreshed();
    assert!(ran.stderr.contains("people.name: `first_name` changes its shape: about "), "{}", ran.stderr);
    case.rules(&format!("shape: {{ distinct: 1%, beyond: fail }}{RULES}"));
    let ran = case.refresh(&[]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("people.name: `first_name` changes its shape"), "{}", ran.stderr);
    case.rules(&format!("shape: {{ distinct: much, tops: 1% }}{RULES}"));
    let ran = case.refresh(&[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("expected a share such as 20%"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean `top`?"), "{}", ran.stderr);
}
