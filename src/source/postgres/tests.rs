//! The source against a real server: what it reads, what it refuses, and that it gives way.

use tokio::sync::mpsc;

use super::*;
use crate::batch::{Batch, Want};
use crate::failure::Kind;
use crate::mask::{ColumnFacts, Params, find};
use crate::plan::{Because, ColumnPlan, Mirror};
use crate::postgres::throwaway::tests::server;

async fn session(uri: &str) -> Session {
    connect(&Address::parse(uri, &|_| None).unwrap(), "test").await.unwrap()
}

/// A database of its own with a role that may read it, both named after the test.
async fn database(name: &str, sql: &str) -> (Session, Address) {
    let admin = session(&server().uri("postgres")).await;
    admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    let owner = session(&server().uri(name)).await;
    let role = format!("reader_{name}");
    let grants = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'secret'; SET search_path TO public; {sql};
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    );
    owner.batch_execute(&grants).await.unwrap();
    (owner, Address::parse(&server().uri_for(&role, "secret", name), &|_| None).unwrap())
}

fn plan(schema: &Schema) -> Plan {
    let column = |table: &TableName, column: &crate::schema::Column| ColumnPlan {
        facts: ColumnFacts {
            column: table.column(&column.name),
            ty: column.ty.clone(),
            not_null: column.not_null,
            unique: false,
            max_chars: None,
            folds: false,
            whole_digits: None,
            domain_kinds: Vec::new(),
            per: None,
        },
        mask: find("keep").unwrap(),
        params: Params::default(),
        class: None,
        broad: false,
        domain: String::new(),
        per: None,
        switch: None,
        because: Because::Unlisted,
    };
    let holding = schema.tables.iter().filter(|table| table.holds_rows());
    let tables = holding.map(|table| TablePlan {
        table: table.name.clone(),
        into: table.name.clone(),
        rows: Rows::All,
        columns: table.stored_columns().map(|stored| column(&table.name, stored)).collect(),
        estimated_rows: table.size.rows,
        estimated_bytes: table.size.bytes,
    });
    Plan {
        name: "test".to_owned(),
        rules_digest: String::new(),
        tables: tables.collect(),
        profiles: Vec::new(),
        owners: std::collections::BTreeMap::new(),
        quasi_identifiers: Vec::new(),
        exceptions: Vec::new(),
        exempt: Vec::new(),
        environment: None,
        selection: None,
        sequences: Vec::new(),
        after_load: Vec::new(),
        shape: crate::plan::Shape::default(),
        mirror: Mirror::default(),
    }
}

fn index(plan: &Plan, table: &str) -> usize {
    plan.tables.iter().position(|planned| planned.table.name == table).unwrap()
}

/// Reads a unit; the first column's cells, as the bytes they came in, sorted.
async fn read(reader: &mut dyn Reader, plan: &Plan, unit: &Unit) -> Result<(u64, Vec<Vec<u8>>), Failure> {
    let table = &plan.tables[unit.table];
    let wants = vec![Want::Sealed; table.columns.len()];
    let (queue, mut batches) = mpsc::channel::<Batch>(2);
    let taking = async {
        let mut cells = Vec::new();
        while let Some(batch) = batches.recv().await {
            let sealed = batch.columns[0].sealed.as_ref().unwrap();
            cells.extend((0..batch.rows).map(|row| sealed.get(row).unwrap_or_default().to_vec()));
        }
        cells.sort();
        cells
    };
    let reading = async {
        let queue = queue;
        reader.read(table, unit, &wants, &queue).await
    };
    let (rows, cells) = tokio::join!(reading, taking);
    Ok((rows?, cells))
}

fn ints(range: std::ops::RangeInclusive<i32>) -> Vec<Vec<u8>> {
    range.map(|number| number.to_be_bytes().to_vec()).collect()
}

fn failure<T>(result: Result<T, Failure>) -> Failure {
    result.map(|_| ()).unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_read_in_their_leaves_at_one_moment() {
    let (owner, address) = database(
        "moment",
        "CREATE TABLE plain (a int, doubled int GENERATED ALWAYS AS (a * 2) STORED, \"we\"\"ird\" text);
         INSERT INTO plain (a) SELECT generate_series(1, 10000);
         CREATE TABLE parent (a int); CREATE TABLE child () INHERITS (parent);
         INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2);
         CREATE TABLE parts (a int) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
         INSERT INTO parts VALUES (1);
         CREATE TABLE names (a int, c regclass); INSERT INTO names VALUES (7, 'pg_class');
         CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES",
    )
    .await;
    let source = PostgresSource::open(&address, Options { jobs: 2, ..Options::default() }).await.unwrap();
    assert_eq!(source.warnings(), [""; 0]);
    owner
        .batch_execute("INSERT INTO public.plain (a) VALUES (-1); INSERT INTO public.part_1 VALUES (1)")
        .await
        .unwrap();
    let mut plan = plan(source.schema());
    let names: Vec<_> = plan.tables.iter().map(|table| table.table.name.as_str()).collect();
    assert_eq!(names, ["child", "names", "nothing", "parent", "part_1", "plain"]);
    let mut reader = source.reader().await.unwrap();
    let whole = |table| Unit { table, blocks: None, part: Part::All };
    for (table, expected) in [("plain", ints(1..=10000)), ("parent", ints(1..=1)), ("child", ints(2..=2))] {
        let unit = whole(index(&plan, table));
        let (rows, cells) = read(reader.as_mut(), &plan, &unit).await.unwrap();
        assert_eq!(rows, expected.len() as u64, "{table}");
        assert!(cells.iter().all(|cell| expected.contains(cell)), "{table}");
    }
    let unit = whole(index(&plan, "part_1"));
    assert_eq!(read(reader.as_mut(), &plan, &unit).await.unwrap(), (1, ints(1..=1)));
    // reg* travels as text, for its number means another thing elsewhere.
    let unit = whole(index(&plan, "names"));
    assert_eq!(source.encoding(&plan.tables[unit.table]), Encoding::Text);
    assert_eq!(read(reader.as_mut(), &plan, &unit).await.unwrap(), (1, vec![b"7".to_vec()]));

    let table = index(&plan, "plain");
    let mut split = Vec::new();
    for blocks in [(0, Some(1)), (1, Some(20)), (20, None)] {
        let unit = Unit { table, blocks: Some(blocks), part: Part::All };
        split.extend(read(reader.as_mut(), &plan, &unit).await.unwrap().1);
    }
    split.sort();
    assert_eq!(split, ints(1..=10000));
    plan.tables[table].rows = Rows::Where("a <= 3 or a = 5".to_owned());
    source.check(&plan).await.unwrap();
    let unit = Unit { table, blocks: Some((0, None)), part: Part::All };
    assert_eq!(read(reader.as_mut(), &plan, &unit).await.unwrap().0, 4);
    assert_eq!(source.units(&plan, &[table]).len(), 1);

    let dir = source.snapshot_id().to_owned();
    assert!(dir.contains('-'), "{dir}");
    drop(reader);
    Box::new(source).close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_are_resolved_by_the_server() {
    let (_owner, address) = database(
        "conditions",
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (a int, m mood, \"B\" text);
         CREATE FUNCTION spy(int) RETURNS bool LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)",
    )
    .await;
    let source = PostgresSource::open(&address, Options::default()).await.unwrap();
    let mut plan = plan(source.schema());
    for (condition, word) in [
        ("a > 1 AND m = 'sad' AND \"B\" LIKE 'x%'", None),
        ("m = 'sad'::public.mood", None),
        ("absent > 1", Some("absent")),
        ("a > 1 AND b = 'x'", Some("`b`")),
        ("a", Some("datatype mismatch")),
        ("public.spy(a)", Some("public.spy")),
        ("spy(a)", Some("`spy`")),
        ("a OPERATOR(public.===) 1", Some("public.===")),
        ("a > 1) UNION SELECT (1", Some("SQLSTATE")),
        ("a > 1; SELECT 1", Some("syntax error")),
        ("m = 'SECRET'", Some("SQLSTATE 22P02")),
    ] {
        plan.tables[0].rows = Rows::Where(condition.to_owned());
        let checked = source.check(&plan).await;
        match word {
            None => checked.unwrap(),
            Some(word) => {
                let failure = failure(checked);
                assert_eq!(failure.kind, Kind::Usage, "{condition}");
                assert!(failure.message.contains(word), "{condition}: {failure}");
                assert!(!failure.message.contains("SECRET"), "{failure}");
            }
        }
    }
    // The moment is as it was.
    source.session().query_one("SELECT 1", &[]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_can_do_too_much_or_too_little_are_told() {
    let (owner, address) = database("rights", "CREATE TABLE a (a int); CREATE TABLE b (a int)").await;
    let admin = Address::parse(&server().uri("rights"), &|_| None).unwrap();
    let open = async |address: &Address, options| PostgresSource::open(address, options).await;
    assert_eq!(failure(open(&admin, Options::default()).await).kind, Kind::Refused);
    let allowed = open(&admin, Options { allow_privileged: true, ..Options::default() }).await.unwrap();
    assert!(allowed.warnings()[0].contains("superuser"));
    Box::new(allowed).close().await;

    owner.batch_execute("GRANT INSERT ON b TO reader_rights").await.unwrap();
    let warned = open(&address, Options::default()).await.unwrap();
    assert!(warned.warnings()[0].contains("may write"), "{:?}", warned.warnings());
    Box::new(warned).close().await;
    assert_eq!(failure(open(&address, Options { strict: true, ..Options::default() }).await).kind, Kind::Refused);

    owner.batch_execute("REVOKE SELECT ON b FROM reader_rights").await.unwrap();
    let unreadable = failure(open(&address, Options::default()).await);
    assert!(unreadable.kind == Kind::World && unreadable.message.ends_with("may not read b"), "{unreadable}");

    owner.batch_execute("GRANT SELECT ON b TO reader_rights; ALTER TABLE a ENABLE ROW LEVEL SECURITY").await.unwrap();
    let policed = failure(open(&address, Options::default()).await);
    assert!(policed.message.contains("row security") && policed.message.ends_with("in a"), "{policed}");

    let many = Options { jobs: 1000, ..Options::default() };
    let locks = failure(open(&address, many).await);
    assert!(locks.message.contains("quarter"), "{locks}");
    // A quarter of 64 * 60 entries over two tables, less the coordinator's and pg_dump's.
    assert!(locks.to_string().contains("use --jobs 478"), "{locks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_being_changed_is_named() {
    let (owner, address) =
        database("locked", "CREATE TABLE a (a int); CREATE TABLE \"b c\" (a int); CREATE TABLE d (a int)").await;
    owner.batch_execute("BEGIN; ALTER TABLE public.\"b c\" ADD COLUMN x int").await.unwrap();
    let options = Options { lock_timeout: Duration::from_millis(300), ..Options::default() };
    let failure = failure(PostgresSource::open(&address, options).await);
    assert_eq!(failure.kind, Kind::World);
    assert!(failure.message.starts_with("b c could not be locked"), "{failure}");
    owner.batch_execute("ROLLBACK").await.unwrap();
    PostgresSource::open(&address, Options::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_run_gives_way_to_others() {
    let (owner, address) =
        database("gives_way", "CREATE TABLE a (a int); INSERT INTO a SELECT generate_series(1, 9)").await;
    let options = Options { max_block: Duration::from_millis(500), ..Options::default() };
    let source = PostgresSource::open(&address, options).await.unwrap();
    let plan = plan(source.schema());
    let mut reader = source.reader().await.unwrap();
    let begun = std::time::Instant::now();
    owner.batch_execute("TRUNCATE public.a").await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let unit = Unit { table: 0, blocks: None, part: Part::All };
    let read = failure(read(reader.as_mut(), &plan, &unit).await);
    assert!(read.kind == Kind::World && read.message.contains("waited") && read.message.contains("public.a"), "{read}");
    assert!(read.remedy.unwrap().contains("--max-block"));
    assert!(failure(source.reader().await).message.contains("waited"));
    assert!(source.given_way().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_lets_everything_go() {
    let (owner, address) = database("closing", "CREATE TABLE a (a int)").await;
    let source = PostgresSource::open(&address, Options::default()).await.unwrap();
    let reader = source.reader().await.unwrap();
    drop(reader);
    Box::new(source).close().await;
    let count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader_closing'";
    for _ in 0..50 {
        if owner.query_one(count, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("sessions are left");
}

struct Silent;

impl crate::report::Observer for Silent {
    fn event(&self, _: crate::report::Event) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_of_a_row_into_a_subset_is_told() {
    let (_owner, address) = database(
        "ways",
        "CREATE TABLE towns (id int PRIMARY KEY); INSERT INTO towns SELECT generate_series(1, 9);
         CREATE TABLE customers (id int PRIMARY KEY, boss int REFERENCES customers, town int REFERENCES towns);
         INSERT INTO customers SELECT i, nullif(i / 2, 0), i FROM generate_series(1, 9) i;
         CREATE TABLE orders (id int, day int, customer int CONSTRAINT buys REFERENCES customers, PRIMARY KEY (id, day))
             PARTITION BY LIST (day);
         CREATE TABLE orders_1 PARTITION OF orders FOR VALUES IN (1);
         INSERT INTO orders SELECT i, 1, i FROM generate_series(1, 9) i;
         CREATE TABLE others (id int PRIMARY KEY); INSERT INTO others VALUES (1)",
    )
    .await;
    let source = PostgresSource::open(&address, Options::default()).await.unwrap();
    let text =
        "version: 1\ntables: { '*': { keep: made up } }\nenvironments: { qa: { subset: { customers: id = 2 } } }\n";
    let mut rules = crate::rules::read("ways.yaml", text).unwrap();
    rules.choose(Some("qa")).unwrap();
    let (plan, found) = crate::plan::resolve(&rules, source.schema(), None, Vec::new());
    let plan = plan.unwrap_or_else(|| panic!("{:?}", found.list));
    let key = RootKey::new([7; 32]);
    for (table, values, expected) in [
        ("customers", &["2"][..], "customers: the subset begins with this row"),
        (
            "orders",
            &["9", "1"],
            "orders_1: this row refers (buys) to, customers: this row refers (customers_boss_fkey) to, \
             customers: this row refers (customers_boss_fkey) to, customers: the subset begins with this row",
        ),
        (
            "customers",
            &["1"],
            "customers: this row is referred to (customers_boss_fkey) by, customers: the subset begins with this row",
        ),
        ("towns", &["3"], "Behind"),
        ("orders", &["1", "1"], "Behind"),
        ("others", &["1"], "Whole"),
        ("others", &["2"], "Absent"),
    ] {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let told = source.why(&plan, &key, &TableName::new("public", table), &values, &Silent).await.unwrap();
        let told = match told {
            Why::Way(steps) => steps.iter().map(Step::to_string).collect::<Vec<_>>().join(", "),
            other => format!("{other:?}"),
        };
        assert_eq!(told, expected, "{table}");
    }
    let wrong = source.why(&plan, &key, &TableName::new("public", "orders"), &["1".to_owned()], &Silent).await;
    assert_eq!(failure(wrong).kind, Kind::Usage);
    Box::new(source).close().await;
}
