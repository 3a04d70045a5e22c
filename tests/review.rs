//! What reviewers sign: exceptions with their last day, and what `check` says in each format, offline as online.

use std::fs;

use serde_json::Value;

use crate::support::{Case, Ran, bauta, run};

/// `bauta check` of a case, offline or online, in JSON.
fn check(case: &Case, more: &[&str]) -> Ran {
    let mut command = bauta(&["check"]);
    command.arg(case.rule_file()).args(more);
    run(command)
}

fn kept_until(day: &str) -> String {
    format!(
        "tables:\n  people:\n    columns: {{ id: permute, born: {{ keep: \"age bands\", class: person.birth_date }} }}\n\
         exceptions:\n  - {{ column: people.born, allow: keep, why: \"PRIV-12\", expires: {day} }}\n"
    )
}

#[test]
fn an_expired_exception_stops_check_and_refresh() {
    let sql = "create table people (id int primary key, born date); insert into people values (1, '1987-03-14')";
    let case = Case::new("expired", sql, &kept_until("2999-12-31"));
    let source = case.source();
    let online = ["--source", source.as_str()];
    let ran = check(&case, &online);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut plan = bauta(&["plan"]);
    plan.arg(case.rule_file()).args(online);
    let plan = run(plan).stdout;
    assert!(plan.contains("exception at line 6, until 2999-12-31: people.born is kept: PRIV-12"), "{plan}");
    case.rules(&kept_until("2026-01-31"));
    for ran in [check(&case, &online), case.refresh(&[])] {
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(ran.stderr.contains("the exception for people.born has expired"), "{}", ran.stderr);
        assert!(ran.stderr.contains("case.yaml:6:"), "{}", ran.stderr);
    }
    // Mistakes come first.
    case.rules(&kept_until("2026-01-31").replace("permute", "permutate"));
    assert_eq!(check(&case, &online).code, 2);
}

#[test]
fn check_says_the_same_offline_and_online() {
    let sql = "create table customers (id int primary key, email varchar(60) not null unique, born date, n int check (n > 0), \
               kind text, at timestamptz default now(), doc jsonb, boss int references customers (id)); \
               create table orders (id int primary key, customer int not null references customers (id), note text, \
               constraint late check (note <> ''), total numeric(8, 2)) partition by range (id); \
               create table orders_1 partition of orders for values from (0) to (9); \
               create type mood as enum ('sad', 'happy'); create table moods (m mood, d daterange, p point)";
    let good = "tables:\n  customers:\n    columns: { id: permute, email: { mask: email, unique: true }, born: date_shift, n: \
                number_noise, doc: redact }\n    keep: { \"state\": [kind, at] }\n  orders:\n    columns: { id: { mask: permute, \
                range: 0..8, small: true }, note: text }\n    keep: { \"sums\": [total] }\n  moods: { columns: { m: choose, d: nullify, p: nullify } }\n";
    let case = Case::new("offline", sql, good);
    let source = case.source();
    let mut snapshot = bauta(&["snapshot"]);
    snapshot.arg(case.rule_file()).args(["--source", &source]);
    assert_eq!(run(snapshot).code, 0);
    for (from, to) in [
        ("", ""),
        ("unique: true", "unique: false"),
        ("doc: redact", "dok: redact"),
        ("born: date_shift", "born: email"),
        ("id: permute,", ""),
        ("m: choose", "m: redact"),
        ("  moods:", "  mood:"),
        ("n: number_noise", "n: { mask: constant, value: 0 }"),
        ("n: number_noise", "n: { mask: permute, range: 0..100 }"),
        ("customers:\n", "customers:\n    cut: [boss]\n"),
        ("kind, at", "kind"),
        ("note: text", "note: nullify, customer: permute"),
        ("p: nullify", "p: text"),
    ] {
        case.rules(&good.replacen(from, to, 1));
        let [offline, online] = [&[][..], &["--source", &source]].map(|more| {
            let ran = check(&case, &[more, &["--format", "json"]].concat());
            let found: Value =
                serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
            (ran.code, found)
        });
        assert_eq!(offline, online, "{from:?} -> {to:?}");
        assert_eq!(offline.0, if from.is_empty() { 0 } else { offline.0 }, "{offline:?}");
    }
}

#[test]
fn check_writes_sarif_for_code_hosts() {
    let folder = tempfile::tempdir().unwrap();
    let schema = fs::canonicalize("rules/shop.schema.json").unwrap();
    let text = fs::read_to_string("rules/shop.yaml").unwrap();
    fs::write(folder.path().join("good.yaml"), &text).unwrap();
    fs::write(folder.path().join("bad.yaml"), text.replacen("password_hash:  {", "pasword_hash:  {", 1)).unwrap();
    fs::copy("rules/shop-after-load.sql", folder.path().join("shop-after-load.sql")).unwrap();
    let check = |file: &str| {
        let mut command = bauta(&["check", file, "--format", "sarif", "--schema"]);
        command.arg(&schema).current_dir(folder.path());
        let ran = run(command);
        (ran.code, serde_json::from_str::<Value>(&ran.stdout).unwrap())
    };
    let (code, log) = check("good.yaml");
    assert_eq!((code, &log["version"]), (0, &Value::from("2.1.0")));
    let (code, log) = check("bad.yaml");
    assert_eq!(code, 2);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let texts = results.iter().map(|result| result["message"]["text"].as_str().unwrap());
    let at =
        texts.clone().position(|text| text.contains("no column `pasword_hash`")).unwrap_or_else(|| panic!("{log}"));
    let place = &results[at]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "bad.yaml");
    assert_eq!(place["region"]["startColumn"], 7);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    let (code, log) = check("missing.yaml");
    assert_eq!((code, &log["runs"][0]["invocations"][0]["executionSuccessful"]), (2, &Value::from(false)));
}

/// 60 people, one of them the test suite's; orders of each; a newsletter that the test suite reads too.
const PEOPLE: &str = "create table people (id int primary key, email text unique not null, name text, born date, pin text unique, \
     boss int references people (id)); \
     create table orders (id int primary key, person int not null references people (id), note text); \
     create table letters (email text); \
     insert into people select n, 'person' || n || '@mail.test', 'Ann Example ' || n, date '1980-01-01' + n, \
     (1000000 + n)::text, case when n % 5 = 1 then null else n - 1 end from generate_series(1, 60) n; \
     update people set email = 'qa-bot@mail.test', name = 'QA Bot' where id = 7; \
     insert into orders select n, 1 + n % 60, 'note of ' || n from generate_series(1, 300) n; \
     insert into letters select email from people";

fn people(exempt: &str, more: &str) -> String {
    format!(
        "tables:\n  people:\n    columns: {{ id: permute, email: {{ mask: email, unique: true, class: contact.email }}, name: \
         person_name, born: date_shift, pin: {{ mask: digits, small: true }} }}\n    exempt: {{ where: \"{exempt}\", why: \"login of \
         the tests\", expires: 2999-12-31 }}\n  orders: {{ columns: {{ id: permute, note: text }} }}\n  letters: {{ columns: {{ email: \
         {{ mask: email, unique: true, class: contact.email }} }} }}\n{more}"
    )
}

#[test]
fn exempt_rows_pass_and_their_joins_hold() {
    let case = Case::new("exempt", PEOPLE, &people("email = 'qa-bot@mail.test'", ""));
    let ran = case.refresh(&["--format", "json", "--jobs", "2", "--split-size", "8kB", "--deep"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let table =
        |name: &str| report["tables"].as_array().unwrap().iter().find(|table| table["table"] == name).unwrap().clone();
    assert_eq!((&table("people")["exempt"], &table("people")["rows"]), (&Value::from(1), &Value::from(60)));
    assert_eq!(table("orders")["exempt"], Value::Null);
    let staging = |sql: &str| crate::support::staging().sql(&case.staging, sql);
    let bot = staging("select name, born, id, pin from people where email = 'qa-bot@mail.test'");
    assert!(bot.starts_with("QA Bot|1980-01-08|"), "{bot}");
    assert!(!bot.contains("|7|") && !bot.ends_with("|1000007"), "keys are masked as everywhere: {bot}");
    let orders = "select count(*) from orders join people on people.id = person where email = 'qa-bot@mail.test'";
    assert_eq!(staging(orders), "5");
    assert_eq!(staging("select count(*) from people a join people b on b.boss = a.id"), "48");
    assert_eq!(staging("select count(*) from people where email like 'person%' or name like 'Ann Example%'"), "0");
    assert_eq!(staging("select count(*) from letters where email like '%@mail.test'"), "0");
    assert_eq!(staging("select count(*), count(distinct pin), count(distinct id) from people"), "60|60|60");
    assert!(report["checks"].to_string().contains("looked for"), "{}", report["checks"]);
    let mut verify = bauta(&["verify"]);
    verify.arg(case.rule_file()).env("BAUTA_SOURCE", case.source()).env("BAUTA_TARGET", case.target());
    let verified = run(verify);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    // What it cannot look at, it says.
    let line = "not checked: email, name, born of people: exempt rows pass there";
    assert!(verified.stdout.contains(line), "{}", verified.stdout);
}

#[test]
fn exempt_rows_travel_only_where_a_subset_takes_them() {
    let subsets =
        "environments:\n  with: { subset: { people: \"id <= 9\" } }\n  without: { subset: { people: \"id <= 3\" } }\n";
    let case = Case::new("exempt_subset", PEOPLE, &people("id = 7", subsets));
    for (env, exempt) in [("with", 1_u64), ("without", 0)] {
        let ran = case.refresh(&["--format", "json", "--env", env]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let people = report["tables"].as_array().unwrap().iter().find(|table| table["table"] == "people").unwrap();
        // People come in fives that refer to each other.
        assert_eq!((&people["exempt"], &people["rows"]), (&exempt.into(), &(5 + 5 * exempt).into()), "{people}");
        let staging = |sql: &str| crate::support::staging().sql(&case.staging, sql);
        assert_eq!(staging("select count(*) from people where name = 'QA Bot'"), exempt.to_string());
        assert_eq!(staging("select count(*) from people where name like 'Ann Example%'"), "0");
    }
}

#[test]
fn what_is_exempt_is_checked_like_rows() {
    let case = Case::new("exempt_wrong", PEOPLE, &people("emial = 'qa-bot'", ""));
    let ran = case.refresh(&[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("`exempt:` of people") && ran.stderr.contains("emial"), "{}", ran.stderr);
    // A test suite has a few accounts: a condition that matches more is a mistake, and nothing is published.
    let all = people("id > 7", "").replace("why: \"login", "most: 40, why: \"login");
    case.rules(&all);
    let ran = case.refresh(&[]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("people: 53 rows are exempt from masks, at most 40 may be"), "{}", ran.stderr);
    assert!(crate::support::staging().databases(&case.staging).is_empty());
    let mut plan = bauta(&["plan"]);
    case.rules(&people("id = 7", ""));
    let source = case.source();
    plan.arg(case.rule_file()).args(["--source", &source]);
    // However wide the terminal is.
    let plan = run(plan).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let line =
        "exempt at line 5, until 2999-12-31: where id = 7, these pass unmasked: email, name, born: login of the tests";
    assert!(plan.contains(line), "{plan}");
}

#[test]
fn a_refresh_waits_for_its_approvals() {
    let sql = "create table people (id int primary key, name text); insert into people values (1, 'Ann')";
    let rules = "tables:\n  people: { columns: { id: permute, name: person_name } }\nafter_load: [after.sql]\n";
    let case = Case::new("approved", sql, rules);
    let folder = case.folder.path();
    let file = |name: &str| folder.join(name).display().to_string();
    fs::write(file("after.sql"), "select 1").unwrap();
    let source = case.source();
    let mut snapshot = bauta(&["snapshot"]);
    snapshot.arg(case.rule_file()).args(["--source", &source]);
    assert_eq!(run(snapshot).code, 0);
    let mut list = String::from("# who may approve\n");
    for name in ["ann", "bo", "eve"] {
        let key = run(bauta(&["keygen"])).stdout;
        fs::write(file(name), key).unwrap();
        fs::set_permissions(file(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        if name != "eve" {
            list += &run(bauta(&["approve", "--print-line", name, "--key", &file(name)])).stdout;
        }
    }
    fs::write(file("approvers"), list).unwrap();
    let approvers = file("approvers");
    let required = ["--require-approval", "2", "--approvers", approvers.as_str(), "--format", "json"];
    let approve = |name: &str| {
        let mut command = bauta(&["approve", "--key", &file(name)]);
        command.arg(case.rule_file());
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    };
    let refused = |why: &str| {
        for ran in [case.refresh(&required), check(&case, &required)] {
            assert_eq!(ran.code, 4, "{}", ran.stderr);
            assert!(ran.stderr.contains(why), "{}", ran.stderr);
        }
    };
    let register = |more: &[&str]| {
        let mut command = bauta(&["audit", "--format", "json"]);
        command.arg(case.rule_file()).args(more);
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["signed"].clone()
    };
    refused("needs 2 approvals and is approved by nobody");
    assert_eq!(register(&[]), serde_json::json!({"by": null, "unchecked": 0, "refused": []}));
    approve("ann");
    approve("ann");
    approve("eve");
    refused("is approved by ann; case.");
    refused("its key is not among the approvers'");
    assert_eq!(register(&[])["unchecked"], 2, "without a list nothing counts");
    let signed = register(&["--approvers", &approvers]);
    assert_eq!(signed["by"], serde_json::json!(["ann"]));
    assert_eq!(signed["refused"].as_array().unwrap().len(), 1, "{signed}");
    approve("bo");
    let ran = case.refresh(&required);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("the rules are approved by ann, bo"), "{}", ran.stdout);
    // How it is written does not matter.
    let text = fs::read_to_string(case.rule_file()).unwrap();
    fs::write(case.rule_file(), format!("# reviewed\n{}", text.replace("permute, name", "permute,   name"))).unwrap();
    assert_eq!(check(&case, &required).code, 0);
    // What it says does, and so do the scripts and the reviewed schema.
    fs::write(case.rule_file(), text.replace("person_name", "first_name")).unwrap();
    refused("changed since: the rules");
    fs::write(case.rule_file(), &text).unwrap();
    fs::write(file("after.sql"), "select 2").unwrap();
    refused("changed since: the scripts");
    fs::write(file("after.sql"), "select 1").unwrap();
    let schema = fs::read_to_string(file("case.schema.json")).unwrap();
    let other = schema
        .replace("\"kind\": \"text\"\n          }", "\"kind\": \"text\"\n          },\n          \"not_null\": true");
    assert_ne!(other, schema);
    fs::write(file("case.schema.json"), other).unwrap();
    refused("changed since: the schema snapshot");
    fs::write(file("case.schema.json"), schema).unwrap();
    assert_eq!(check(&case, &required).code, 0);
    let many = check(&case, &["--require-approval", "3", "--approvers", &approvers]);
    assert_eq!(many.code, 2, "{}", many.stderr);
    assert_eq!(check(&case, &["--require-approval", "1"]).code, 2);
}
