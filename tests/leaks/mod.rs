//! Nothing leaks, whatever is broken: every mask that does nothing is found out, and production's values are found
//! wherever they stand in columns that are kept.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::ArrayRef;
use bauta::failure::{Failure, Kind as FailureKind};
use bauta::key::{DomainKey, RootKey};
use bauta::mask::{Built, ColumnFacts, Input, MASKS, Mask, MaskDef, MaskError, Params};
use bauta::pipeline;
use bauta::plan::{self, Plan};
use bauta::postgres::connect::Address;
use bauta::report::{Event, Observer, Report};
use bauta::rules;
use bauta::sink::Sink;
use bauta::sink::null::NullSink;
use bauta::source::Source as _;
use bauta::source::postgres::{Options, PostgresSource};
use tokio::sync::watch;

use self::memory::{Change, Memory};
use crate::support::{self, Case, bauta, production, staging};

mod memory;

/// Hears nothing.
struct Deaf;

impl Observer for Deaf {
    fn event(&self, _: Event) {}
}

/// A mask that does nothing.
struct Nothing;

impl Mask for Nothing {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        Ok(input.value.clone())
    }
}

/// A mask that gives each row what another one had.
struct Shuffle;

impl Mask for Shuffle {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let rows = input.value.len();
        let half = rows / 2;
        let parts = [input.value.slice(half, rows - half), input.value.slice(0, half)];
        Ok(arrow::compute::concat(&[parts[0].as_ref(), parts[1].as_ref()]).unwrap())
    }
}

/// Resolves a case's rules and runs them into nothing, after `change` did something to the plan.
fn run(case: &Case, change: impl FnOnce(&mut Plan)) -> Result<Report, Failure> {
    run_into(case, change, &NullSink, false)
}

fn run_into(case: &Case, change: impl FnOnce(&mut Plan), sink: &dyn Sink, deep: bool) -> Result<Report, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let address = Address::parse(&case.source(), &|_| None).unwrap();
        let source = PostgresSource::open(&address, Options { jobs: 1, ..Options::default() }).await?;
        let rules = rules::read("case.yaml", &std::fs::read_to_string(case.rule_file()).unwrap()).unwrap();
        let (plan, found) = plan::resolve(&rules, source.schema(), None, Vec::new());
        let mut plan = plan.unwrap_or_else(|| panic!("{}", Failure::from(found)));
        change(&mut plan);
        let (_keep, stop) = watch::channel(None);
        let key = RootKey::new([7; 32]);
        let options = pipeline::Options {
            jobs: 1,
            deep,
            key: &key,
            key_fingerprint: None,
            run: "a run".to_owned(),
            stop,
            recorder: None,
        };
        pipeline::run(&plan, Box::new(source), sink, options, &Deaf).await
    })
}

/// A mask under its own name and with its own promises, but of another make.
fn broken(def: &MaskDef, build: fn(&Params, &ColumnFacts, &DomainKey) -> Built) -> &'static MaskDef {
    Box::leak(Box::new(MaskDef {
        name: def.name,
        summary: def.summary,
        manual: def.manual,
        accepts: def.accepts,
        params: def.params,
        promises: def.promises,
        effect: def.effect,
        leaves: def.leaves,
        examples: def.examples,
        check: def.check,
        build,
    }))
}

/// A table with a column for every mask: what the mask takes, and 40 values.
const COLUMNS: &[(&str, &str, &str, &str)] = &[
    ("choose", "text", "'Berlin ' || i", "{ mask: choose, from: [a, b] }"),
    ("city", "text", "'Ortsteil ' || i", "city"),
    ("coarsen", "date", "date '1980-01-01' + i", "coarsen"),
    ("company", "text", "'Firma Nummer ' || i", "company"),
    ("constant", "text", "'a word ' || i", "{ mask: constant, value: n/a }"),
    ("date_shift", "date", "date '1980-01-01' + i", "{ mask: date_shift, within: 30d }"),
    ("digits", "text", "'078-05-' || 1000 + i", "digits"),
    ("email", "text", "'anna.' || i || '@mail.de'", "email"),
    ("first_name", "text", "'Anna' || repeat('a', i)", "first_name"),
    ("ip", "inet", "('84.17.40.' || i)::inet", "ip"),
    ("last_name", "text", "'Schmid' || repeat('t', i)", "last_name"),
    ("nullify", "text", "'a note ' || i", "nullify"),
    ("number_noise", "int", "52000 + i", "number_noise"),
    ("password", "text", "'hunter' || i", "password"),
    ("pattern", "text", "'B-MW ' || 1000 + i", "pattern"),
    ("permute", "bigint", "1000 + i", "permute"),
    ("person_name", "text", "'Anna Schmid' || repeat('t', i)", "person_name"),
    ("phone", "text", "'+49 170 ' || 1234500 + i", "phone"),
    ("postcode", "text", "(12200 + i)::text", "postcode"),
    ("pseudonym", "text", "'ALFKI' || i", "pseudonym"),
    ("redact", "text", "'a word ' || i", "redact"),
    ("secret", "text", "'sk_live_4eC39HqLyjWDarjtT1zdp7' || i", "secret"),
    ("street", "text", "'Long Road ' || i", "street"),
    ("text", "text", "'She called on day ' || i || ' and was angry'", "text"),
    ("timestamp_shift", "timestamptz", "timestamptz '2024-01-01' + i * interval '1 hour'", "timestamp_shift"),
    ("truncate", "text", "4012888888881800 + i || ''", "{ mask: truncate, first: 6, last: 4 }"),
    ("url", "text", "'https://www.shop.de/u/' || i", "url"),
    ("username", "text", "'anna' || i", "username"),
];

fn all_masks() -> Case {
    let (mut table, mut values, mut rules) = (String::new(), String::new(), String::new());
    for (name, ty, value, rule) in COLUMNS {
        let comma = if table.is_empty() { "" } else { ", " };
        write!(table, "{comma}m_{name} {ty}, a_{name} {ty}[]").unwrap();
        write!(values, "{comma}{value}, array[{value}]").unwrap();
        writeln!(rules, "      m_{name}: {rule}").unwrap();
        // Arrays hold what is masked element by element.
        writeln!(rules, "      a_{name}: {rule}").unwrap();
    }
    let sql = format!("create table t ({table}); insert into t select {values} from generate_series(1, 40) i");
    Case::new("leaks_masks", &sql, &format!("tables:\n  t:\n    columns:\n{rules}"))
}

#[test]
fn a_mask_that_does_nothing_fails_the_run() {
    let tried: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let all: Vec<&str> = MASKS.iter().map(|def| def.name).filter(|name| *name != "keep").collect();
    assert_eq!(tried, all, "every mask has a column here");
    let case = all_masks();
    run(&case, |_| ()).unwrap_or_else(|failure| panic!("unbroken: {failure}"));
    let mut wrong = Vec::new();
    for (name, ..) in COLUMNS {
        for prefix in ["m", "a"] {
            let column = format!("{prefix}_{name}");
            let change = |plan: &mut Plan| {
                let columns = plan.tables[0].columns.iter_mut();
                for own in columns.filter(|own| own.facts.column.column == column) {
                    own.mask = broken(own.mask, |_, _, _| Built::Mask(Box::new(Nothing)));
                }
            };
            let told = match run(&case, change) {
                Ok(_) => "exit 0".to_owned(),
                Err(failure) => format!("exit {}: {}", failure.kind.exit_code(), failure.message),
            };
            println!("{column}: {told}");
            if !told.starts_with("exit 5: ") || !told.contains(&column) {
                wrong.push(format!("{column}: {told}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mask_that_hands_out_other_rows_values_fails_the_run() {
    let case = all_masks();
    // Values that tell one row from another; what is short or drawn from a list tells nothing.
    for name in ["digits", "email", "person_name", "phone", "secret", "street", "url"] {
        let column = format!("m_{name}");
        let failure = run(&case, |plan| {
            for own in plan.tables[0].columns.iter_mut().filter(|own| own.facts.column.column == column) {
                own.mask = broken(own.mask, |_, _, _| Built::Mask(Box::new(Shuffle)));
            }
        });
        let failure = failure.err().unwrap_or_else(|| panic!("{column}: nothing was noticed"));
        assert_eq!(failure.kind, FailureKind::Data, "{column}: {failure}");
        println!("{column}: {}", failure.message);
    }
}

/// 1,000 people; what is theirs is masked. 30 values of each of ten sorts of places hold something of the first 300.
const PEOPLE: &str = "
    create table people (id int primary key, email text, phone text, name text, iban text, token uuid, account bigint);
    insert into people select i, lower(n) || '@mail' || i % 7 || '.de', '+49 17' || i % 10 || ' ' || 5000000 + i * 7919,
        initcap(n) || ' ' || initcap(reverse(n)), 'DE' || 10 + i % 90 || ' ' || 3704 + i || ' 0044 0532 01' || 10 + i % 90 || ' 00',
        md5('t' || i)::uuid, 400000000000 + i::bigint * 7919 * 104729
        from (select i, translate(i::text, '0123456789', 'aeioubdgkl') || translate(md5(i::text), '0123456789abcdef', 'mnrstvwzpfhjqxyc')
              as n from generate_series(1, 1000) i) as p(i, n);
    create table kept (id int primary key, note text, doc json, docb jsonb, tags text[], file text, x xml, log text,
        ref uuid, number bigint, code text);
    insert into kept select i, 'order ' || i || ' was fine', '{\"n\": 1}', '{\"n\": 1}', array['new'], 'scan-' || i || '.pdf',
        '<n/>', 'GET / 200', md5('k' || i)::uuid, 100000 + i, 'A-' || i from generate_series(1, 3000) i;
    update kept k set note = 'please call ' || p.phone || ' before noon' from people p where p.id = k.id and k.id between 1 and 30;
    update kept k set doc = json_build_object('contact', json_build_object('mail', p.email)) from people p where p.id = k.id and k.id between 31 and 60;
    update kept k set docb = jsonb_build_object(p.email, true) from people p where p.id = k.id and k.id between 61 and 90;
    update kept k set tags = array['vip', p.name] from people p where p.id = k.id and k.id between 91 and 120;
    update kept k set file = 'contracts/2024/' || replace(p.iban, ' ', '') || '_signed.pdf' from people p where p.id = k.id and k.id between 121 and 150;
    update kept k set x = xmlelement(name payer, p.iban) from people p where p.id = k.id and k.id between 151 and 180;
    update kept k set log = 'GET /u/' || p.token || '?x=1 200' from people p where p.id = k.id and k.id between 181 and 210;
    update kept k set ref = p.token from people p where p.id = k.id and k.id between 211 and 240;
    update kept k set number = p.account from people p where p.id = k.id and k.id between 241 and 270;
    update kept k set code = p.name from people p where p.id = k.id and k.id between 271 and 300;
";

const PEOPLE_RULES: &str = "
tables:
  people:
    columns: { id: permute, email: email, phone: phone, name: person_name, iban: pattern, token: permute, account: permute }
  kept:
    keep: \"looked harmless\"
";

#[test]
fn values_that_stand_elsewhere_are_found() {
    let case = Case::new("leaks_planted", PEOPLE, PEOPLE_RULES);
    let before = production().sql(&case.production, "select count(*) from kept");
    assert_eq!(before, "3000");
    let ran = case.refresh(&[]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(staging().databases(&case.staging).is_empty(), "something was published or left behind");
    println!("{}", ran.stderr);
    let columns = ["note", "doc", "docb", "tags", "file", "x", "log", "ref", "number", "code"];
    let missed: Vec<&str> =
        columns.into_iter().filter(|column| !ran.stderr.contains(&format!("kept.{column}, which is kept"))).collect();
    assert!(missed.is_empty(), "not found in {missed:?}\n{}", ran.stderr);
    let found: u64 = ran.stderr.split("; ").filter_map(count).sum();
    assert!(found >= 300, "{found} of 300 found\n{}", ran.stderr);
    for value in ["@mail", "+49", "DE1"] {
        assert!(!ran.stderr.contains(value), "a value is shown: {}", ran.stderr);
    }
    // What it was before is no leak.
    production().sql(&case.production, "delete from kept where id <= 300");
    let ran = case.refreshed();
    assert!(ran.stdout.contains("telling values of 7 masked columns looked for in"), "{}", ran.stdout);
}

#[test]
fn what_is_loaded_is_read_back_and_counted() {
    let sql = "create table t (id int, kept text, tags text[], mail text); \
               insert into t select i, 'word ' || i, array['a', i::text], 'm' || i || '@mail.de' from generate_series(1, 500) i";
    let rules = "tables:\n  t:\n    columns: { id: permute, mail: email }\n    keep: { \"no person\": [kept, tags] }\n";
    let case = Case::new("leaks_back", sql, rules);
    let memory = |change, missed| Memory { batches: Arc::default(), change, missed };
    let run = |memory: Memory| run_into(&case, |_| (), &memory, true).map_err(|failure| failure.to_string());
    let whole = run(memory(None, 0)).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(whole.checks.iter().any(|line| line.starts_with("2 kept columns read back")), "{:?}", whole.checks);
    for (column, change) in
        [(1, (|cell| cell[0] ^= 1) as Change), (1, |cell| cell.clear()), (2, |cell| *cell.last_mut().unwrap() ^= 1)]
    {
        let failure = run(memory(Some((column, change)), 0)).expect_err("the change was not noticed");
        let name = ["id", "kept", "tags"][column];
        assert!(failure.contains(&format!("t.{name} is kept, and what is loaded is not what was read")), "{failure}");
    }
    let failure = run(memory(None, 1)).expect_err("the row was not missed");
    assert!(failure.contains("t: 500 rows acknowledged, 499 rows counted"), "{failure}");
}

#[test]
fn a_deep_refresh_passes_on_a_real_server() {
    let case = Case::new("leaks_deep", PEOPLE, PEOPLE_RULES);
    let ran = case.refresh(&["--deep"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    let found: u64 = ran.stderr.split("; ").filter_map(count).sum();
    assert!(found >= 300, "{found} of 300 found\n{}", ran.stderr);
    production().sql(&case.production, "delete from kept where id <= 300");
    let ran = case.refresh(&["--deep"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("11 kept columns read back, as they are in production"), "{}", ran.stdout);
    assert!(ran.stdout.contains("2 tables hold as many rows as were loaded"), "{}", ran.stdout);
}

#[test]
fn a_staging_that_went_wrong_is_told() {
    let sql = format!(
        "{PEOPLE}; delete from kept where id <= 300; create table n (id serial primary key, v int check (v > 0));
        insert into n (v) select 7 from generate_series(1, 50)"
    );
    let case = Case::new("leaks_verify", &sql, &format!("{PEOPLE_RULES}  n: {{ keep: \"numbers\" }}\n"));
    let reports = case.folder.path().join("reports");
    let reports = reports.to_str().unwrap();
    let ran = case.refresh(&["--report", reports]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let verify = |more: &[&str]| {
        let mut command = bauta(&["verify"]);
        command.arg(case.rule_file()).env("BAUTA_SOURCE", case.source()).env("BAUTA_TARGET", case.target()).args(more);
        support::run(command)
    };
    let ran = verify(&["--report", reports, "--deep"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("3 of 3 tables hold as many rows as were loaded"), "{}", ran.stdout);
    let mail = production().sql(&case.production, "select email from people where id = 5");
    staging().sql(
        &case.staging,
        &format!(
            "update kept set log = 'mail from {mail}' where id = 400; delete from people where id in (select id from people limit 3);
             alter table n drop constraint n_v_check; select setval('n_id_seq', 10)"
        ),
    );
    let ran = verify(&["--report", reports, "--deep"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    for told in [
        "1 mail addresses of people.email, which is masked by `email`, stand in kept.log",
        "people: 1000 rows were loaded, 997 are there",
        "n_v_check on public.n is missing on staging",
        "the sequence n_id_seq is behind n.id",
    ] {
        assert!(ran.stderr.contains(told), "{told} is not told\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains(&mail));
    case.rules(&format!("{PEOPLE_RULES}  n: {{ keep: \"other words\" }}\n"));
    let ran = verify(&[]);
    assert!(ran.stderr.contains("was made from other rules than these"), "{}", ran.stderr);
}

#[test]
fn joins_that_went_apart_are_told() {
    let sql = "create table customers (id int primary key, code text unique);
        insert into customers select i, 'code-' || 10000 + i from generate_series(1, 100) i;
        create table orders (day date not null, customer int, tenant int) partition by range (day);
        create table orders_1 partition of orders for values from ('2026-01-01') to ('2027-01-01');
        insert into orders select '2026-02-01', i, null from generate_series(1, 102) i;
        alter table orders_1 add constraint known foreign key (customer) references customers not valid;
        create table notes (kind text, code text);
        insert into notes select case i % 3 when 0 then 'o' else 'c' end, 'code-' || 10000 + i from generate_series(1, 99) i;";
    let rules = "references: [{ from: notes.code, to: customers.code, where: { kind: c } }]
tables:
  customers: { columns: { id: permute, code: pattern } }
  orders: { keep: { \"no person\": [day, tenant] } }
  notes: { columns: { code: pattern }, keep: { \"a word\": [kind] } }
";
    let case = Case::new("leaks_joins", sql, rules);
    case.refreshed();
    let verify = || {
        let mut command = bauta(&["verify"]);
        command.arg(case.rule_file()).env("BAUTA_SOURCE", case.source()).env("BAUTA_TARGET", case.target());
        support::run(command)
    };
    let ran = verify();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("2 of 2 joins hold as they do in production"), "{}", ran.stdout);
    staging().sql(
        &case.staging,
        "alter table orders_1 disable trigger all; update orders set customer = null where customer is not null and customer
         not in (select id from customers); update orders set customer = -7 where customer in (select id from customers limit 3);
         update notes set code = 'elsewhere' where kind = 'c'",
    );
    let ran = verify();
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stdout.contains("0 of 2 joins hold"), "{}", ran.stdout);
    for told in [
        "3 rows of orders_1(customer) refer to nothing in customers(id), 2 of production's do",
        "66 rows of notes(code) refer to nothing in customers(code), 0 of production's do",
    ] {
        assert!(ran.stderr.contains(told), "{told} is not told\n{}", ran.stderr);
    }
}

/// The number that a finding begins with.
fn count(finding: &str) -> Option<u64> {
    let words = ["mail addresses of", "codes of", "numbers of", "texts of"];
    let at = words.iter().filter_map(|word| finding.find(word)).min()?;
    finding[..at].split_whitespace().last()?.parse().ok()
}
