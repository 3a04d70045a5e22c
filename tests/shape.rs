//! The shape of masked columns, production against staging, measured while rows stream: warned about or refused; and how many
//! rows share what may point at persons.

use serde_json::Value;

use crate::support::{Case, bauta, run, staging};

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

/// Partitions with their columns in another order, an exempt row, NULLs, a date that is made coarser.
const CROWD: &str = "
    create table people (id int not null, name text, city text, born date, gender text) partition by range (id);
    create table old_people partition of people for values from (minvalue) to (2000);
    create table new_people (gender text, born date, id int not null, city text, name text);
    alter table people attach partition new_people for values from (2000) to (maxvalue);
    insert into people select i, 'Ann Example' || i, case when i % 7 > 0 then 'city ' || i % 7 end,
        date '1950-01-01' + i % 9 * 365, case i % 2 when 0 then 'f' when 1 then 'm' end from generate_series(1, 4000) i;
    insert into people values (4001, 'QA Bot', 'Nowhere', '1901-01-01', 'x'), (4002, 'Eve Only', 'Ulm', '1990-02-03', 'f'),
        (4003, 'Eva Only', 'Ulm', '1990-11-30', 'f');
    create table shops (id int primary key, city text);
    insert into shops values (1, 'Ulm');
";

const CROWD_RULES: &str = "
tables:
  people:
    columns: { id: permute, name: { class: person.name }, born: { mask: coarsen, class: person.birth_date } }
    keep: { \"the statistics count them\": [city, gender] }
    exempt: { where: \"name = 'QA Bot'\", why: \"login of the tests\", expires: 2999-12-31 }
  shops: { keep: public }
";

#[test]
fn rows_that_share_what_may_point_at_persons_are_counted() {
    let case = Case::new("crowd", CROWD, CROWD_RULES);
    let folder = case.rule_file().with_file_name("reports");
    let reports = folder.to_str().unwrap();
    let source = case.source();
    let audit = |report: &[&str]| {
        let rules = case.rule_file();
        let ran = run(bauta(&[&["audit", rules.to_str().unwrap(), "--source", &source], report].concat()));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(audit(&[]).contains("the report of a run tells how many rows share each combination"));
    for more in [&["--jobs", "1"][..], &["--jobs", "2", "--split-size", "8kB"], &["--deep"]] {
        let ran = case.refresh(&[&["--format", "json", "--report", reports], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let counted = staging().sql(
            &case.staging,
            "with crowds as (select count(*) n from people where gender <> 'x' group by city, born, gender)
             select sum(n), min(n), sum(n) filter (where n < 5) from crowds",
        );
        let told = report["k_anonymity"].as_array().unwrap();
        let [people] = &told[..] else { panic!("{told:?}") };
        assert_eq!(format!("{}|{}|{}", people["rows"], people["k"], people["few"]), counted);
        assert_eq!((&people["table"], &people["share"]), (&"people".into(), &1.0.into()));
        assert_eq!(
            (counted.as_str(), people["columns"].to_string()),
            ("4002|2|2", r#"["gender","born","city"]"#.into())
        );
        let line =
            "people (gender, born, city): 2 rows of 4002 share their combination with fewer than 4 others (k = 2)";
        assert!(report["checks"].as_array().unwrap().contains(&line.into()), "{}", report["checks"]);
        let file = format!("{reports}/bauta-{}.json", report["run"].as_str().unwrap());
        let said = audit(&["--report", &file]);
        assert!(said.contains("in the last run 2 rows of 4002 share their combination"), "{said}");
    }
}
