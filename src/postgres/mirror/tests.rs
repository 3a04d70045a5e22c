//! The mirror against a real server: a hostile structure, carried over by a role that may create databases and no more.

use std::sync::Arc;

use super::*;
use crate::failure::Kind;
use crate::plan::{SequencePlan, SequenceState};
use crate::postgres::catalog;
use crate::postgres::connect::{Address, connect};
use crate::postgres::properties;
use crate::postgres::sql;
use crate::postgres::throwaway::Search;
use crate::postgres::throwaway::tests::server;
use crate::postgres::tools::Installed;
use crate::schema::TableName;

const HOSTILE: &str = include_str!("hostile.sql");

async fn admin(database: &str) -> Session {
    connect(&Address::parse(&server().uri(database), &|_| None).unwrap(), "test").await.unwrap()
}

fn loader(database: &str) -> Address {
    Address::parse(&server().uri_for("mirror_loader", "secret", database), &|_| None).unwrap()
}

fn tools() -> Tools {
    let search = Search { path: std::env::var_os("PATH"), installed: true, ..Search::default() };
    let version = server().binaries.major * 10_000;
    Installed::look(&search).fitting(version, version).unwrap()
}

async fn run(session: &Session, sql: &str) {
    session.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

async fn texts(session: &Session, sql: &str) -> Vec<String> {
    let rows = session.query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.iter().map(|row| row.get::<_, Option<String>>(0).unwrap_or_default()).collect()
}

/// Reads the structure of a database at one moment.
async fn read(session: &Session, mirror: &Mirror) -> Result<Arc<Structure>, Failure> {
    run(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
    let snapshot = texts(session, "SELECT pg_export_snapshot()").await.remove(0);
    let structure = Structure::read(session, &snapshot, &tools(), mirror).await;
    run(session, "ROLLBACK").await;
    structure.map(Arc::new)
}

/// Copies every row, unmasked.
async fn copy(from: &Session, to: &Session) {
    let schema = catalog::read(from).await.unwrap();
    for table in schema.tables.iter().filter(|table| table.holds_rows()) {
        let columns: Vec<_> = table.stored_columns().map(|column| column.name.as_str()).collect();
        let (name, columns) = (sql::table(&table.name), sql::identifiers(columns));
        let casts = "array_agg((x.*)::text)::text[]";
        let rows = from.query_one(&format!("SELECT {casts} FROM (SELECT {columns} FROM ONLY {name}) AS x"), &[]).await;
        let rows: Option<Vec<String>> = rows.unwrap().get(0);
        for row in rows.unwrap_or_default() {
            let typed = format!("CREATE TEMP TABLE shape AS SELECT {columns} FROM ONLY {name} WHERE false");
            let insert = format!(
                "{typed}; INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE \
                 SELECT (x.r).* FROM (SELECT {}::pg_temp.shape AS r) AS x; DROP TABLE pg_temp.shape",
                sql::literal(&row)
            );
            run(to, &insert).await;
        }
    }
}

const EFFORT: Effort = Effort { jobs: 2, memory: 64 << 20 };

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_structure_arrives_whole() {
    let postgres = admin("postgres").await;
    run(
        &postgres,
        "CREATE ROLE mirror_owner; CREATE ROLE mirror_app; CREATE ROLE mirror_reader; CREATE ROLE \"Mirror \"\"Role\"; \
         CREATE ROLE mirror_gone; CREATE ROLE mirror_loader LOGIN CREATEDB PASSWORD 'secret'; \
         GRANT mirror_owner TO mirror_loader",
    )
    .await;
    run(&postgres, "CREATE DATABASE mirror_production").await;
    let production = admin("mirror_production").await;
    run(&production, HOSTILE).await;

    let refused = read(&production, &Mirror::default()).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Usage, "{refused}");
    assert!(refused.to_string().contains("large_objects: none"), "{refused}");
    // The role's other name is to be used wherever it stands.
    let roles = vec![("mirror_gone".to_owned(), "mirror_absent".to_owned())];
    let mirror = Mirror { roles, drop_comments: false, leave_large_objects: true };
    let structure = read(&production, &mirror).await.unwrap();

    let server = connect(&loader("postgres"), "test").await.unwrap();
    let shadow = loader("mirror_shadow");
    let refused = Shadow::plan(&structure, &mirror, &server, None, &shadow, EFFORT).await.unwrap_err();
    assert_eq!(refused.kind, Kind::World);
    assert!(refused.message.contains("postgres_fdw"), "{refused}");

    run(&postgres, "CREATE DATABASE mirror_template TEMPLATE template0 IS_TEMPLATE true").await;
    let template = admin("mirror_template").await;
    run(&template, "CREATE EXTENSION postgres_fdw SCHEMA public").await;
    let refused = Shadow::plan(&structure, &mirror, &server, Some(&template), &shadow, EFFORT).await.unwrap_err();
    assert!(refused.message.contains("function sales.same(pg_catalog.text)"), "{refused}");
    run(
        &template,
        "CREATE SCHEMA sales; CREATE FUNCTION sales.same(text) RETURNS bool LANGUAGE c IMMUTABLE \
         AS '$libdir/citext', 'citext_eq'",
    )
    .await;
    template.close().await;
    let template = connect(&loader("mirror_template"), "test").await.unwrap();
    let refused = Shadow::plan(&structure, &mirror, &server, Some(&template), &shadow, EFFORT).await.unwrap_err();
    assert!(refused.to_string().contains("GRANT CREATE ON SCHEMA"), "{refused}");
    template.close().await;
    let template = admin("mirror_template").await;
    run(&template, "ALTER SCHEMA sales OWNER TO mirror_loader").await;
    template.close().await;
    let template = connect(&loader("mirror_template"), "test").await.unwrap();
    let (made, told) = Shadow::plan(&structure, &mirror, &server, Some(&template), &shadow, EFFORT).await.unwrap();
    template.close().await;
    for left in ["EVENT TRIGGER - watched", "SERVER - far", "FOREIGN TABLE sales away", "VIEW sales over_away"] {
        assert!(told.iter().any(|line| line.contains(left)), "{left}: {told:?}");
    }
    for left in ["PUBLICATION - one", "SUBSCRIPTION - mirror_sub", "USER MAPPING", "1 large objects"] {
        assert!(told.iter().any(|line| line.contains(left)), "{left}: {told:?}");
    }

    properties::create(&server, "mirror_shadow", &structure.database, Some("mirror_template")).await.unwrap();
    made.before_rows().await.unwrap();
    let staging = connect(&shadow, "test").await.unwrap();
    copy(&production, &staging).await;
    made.keys().await.unwrap();
    let above = SequenceState::Above { value: 1 << 30, column: TableName::new("sales", "customers").column("id") };
    let sequence = TableName::new("sales", "customers_id_seq");
    let plans = [SequencePlan { sequence, state: above }];
    let told = made.contents_of_their_own(&staging, &plans).await.unwrap();
    assert!(told.len() == 1 && told[0].contains("sales.orders_id_seq is behind sales.orders.id"), "{told:?}");
    let told = made.triggers(&staging).await.unwrap();
    assert!(told.len() == 1 && told[0].contains("policy gone of sales.log"), "{told:?}");
    made.analyze(&staging).await.unwrap();
    let facts = made.facts(&staging).await.unwrap();
    assert_eq!(facts.broken, Vec::<String>::new());
    let told = made.grants(&staging, None).await.unwrap();
    assert!(told.len() == 1 && told[0].contains("mirror_absent"), "{told:?}");
    compare(&production, &staging).await;

    // The next generation takes its rights from this one: what was granted here since, holds there.
    run(&staging, "GRANT DELETE ON sales.parent TO mirror_app; REVOKE ALL ON sales.child FROM mirror_reader").await;
    let live = Grants::read(&staging).await.unwrap();
    run(&staging, "GRANT TRUNCATE ON sales.parent TO mirror_app; REVOKE DELETE ON sales.parent FROM mirror_app").await;
    let parent = |grants: &Grants| {
        let found = grants.objects.iter().find(|object| object.identity == "sales.parent").unwrap();
        let app = found.grants.iter().filter(|grant| grant.grantee.as_deref() == Some("mirror_app"));
        app.map(|grant| grant.privilege.clone()).collect::<Vec<_>>()
    };
    assert_eq!(parent(&live), ["DELETE"]);
    made.grants(&staging, Some(&live)).await.unwrap();
    assert!(parent(&Grants::read(&staging).await.unwrap()).contains(&"DELETE".to_owned()));
    let child = "SELECT has_table_privilege('mirror_reader', 'sales.child', 'SELECT')::text";
    assert_eq!(texts(&staging, child).await, ["false"]);

    // Nothing of what stays behind is in the new database's catalog, nor can others come in.
    let secrets = "SELECT srvname::text FROM pg_foreign_server UNION ALL SELECT pubname::text FROM pg_publication \
        UNION ALL SELECT evtname::text FROM pg_event_trigger UNION ALL SELECT oid::text FROM pg_largeobject_metadata";
    assert_eq!(texts(&staging, secrets).await, Vec::<String>::new());
    let open = "SELECT has_database_privilege('mirror_app', 'mirror_shadow', 'CONNECT')::text";
    assert_eq!(texts(&staging, open).await, ["false"]);
    // The subscription would keep the server's shutdown waiting for nothing.
    run(&production, "ALTER SUBSCRIPTION mirror_sub SET (slot_name = NONE)").await;
    run(&production, "DROP SUBSCRIPTION mirror_sub").await;
}

/// Compares two databases by their catalogs.
async fn compare(production: &Session, staging: &Session) {
    const SAME: &[(&str, &str)] = &[
        (
            "columns",
            "SELECT concat_ws(' ', c.oid::regclass, c.relkind, c.relpersistence, a.attname, format_type(a.atttypid, a.atttypmod), \
                a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)) \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum) \
             WHERE c.oid >= 16384 AND a.attnum > 0 AND c.relkind NOT IN ('f', 't') AND c.relname <> 'over_away' \
                AND c.relnamespace::regnamespace::text !~ '^pg_' ORDER BY 1",
        ),
        (
            "constraints",
            "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated, obj_description(oid)) \
             FROM pg_constraint WHERE oid >= 16384 ORDER BY 1",
        ),
        (
            "indexes",
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indexrelid >= 16384 AND indrelid::regclass::text !~ 'toast' ORDER BY 1",
        ),
        (
            "functions",
            "SELECT concat_ws(' ', p.oid::regprocedure, p.prokind, p.prosrc, p.provolatile) FROM pg_proc p \
             WHERE p.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1",
        ),
        (
            "views",
            "SELECT concat_ws(' ', c.oid::regclass, c.relkind, c.relispopulated, pg_get_viewdef(c.oid)) FROM pg_class c \
             WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384 AND c.relname <> 'over_away' ORDER BY 1",
        ),
        (
            "triggers",
            "SELECT concat_ws(' ', pg_get_triggerdef(oid), tgenabled, obj_description(oid)) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
        ),
        ("rules", "SELECT definition FROM pg_rules ORDER BY 1"),
        ("row security", "SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY 1"),
        (
            "policies",
            "SELECT concat_ws(' ', polrelid::regclass, polname, polcmd, polroles::regrole[], pg_get_expr(polqual, polrelid), \
                pg_get_expr(polwithcheck, polrelid), obj_description(oid)) FROM pg_policy WHERE polname <> 'gone' ORDER BY 1",
        ),
        (
            "types",
            "SELECT concat_ws(' ', t.oid::regtype, t.typtype, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) \
                FROM pg_enum e WHERE e.enumtypid = t.oid)) FROM pg_type t \
             WHERE t.oid >= 16384 AND t.typname !~ 'away|toast' ORDER BY 1",
        ),
        (
            "extensions",
            "SELECT concat_ws(' ', extname, extversion, extnamespace::regnamespace) FROM pg_extension ORDER BY 1",
        ),
        (
            "comments on schemas",
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'sales'",
        ),
        ("statistics objects", "SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext ORDER BY 1"),
        (
            "owners of mirror_owner's",
            "SELECT concat_ws(' ', i.type, i.identity) FROM pg_shdepend d, pg_identify_object(d.classid, d.objid, d.objsubid) AS i \
             WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND d.deptype = 'o' \
                AND d.refobjid = 'mirror_owner'::regrole ORDER BY 1",
        ),
        (
            "grants",
            "SELECT concat_ws(' ', c.oid::regclass, e.grantee::regrole, e.privilege_type, e.is_grantable) \
             FROM pg_class c, aclexplode(c.relacl) AS e WHERE c.oid >= 16384 AND c.relname !~ 'away' \
                AND e.grantee <> 0 AND e.grantee::regrole::text IN ('mirror_owner', 'mirror_app', 'mirror_reader') \
             UNION ALL SELECT concat_ws(' ', a.attrelid::regclass, a.attname, e.grantee::regrole, e.privilege_type) \
             FROM pg_attribute a, aclexplode(a.attacl) AS e \
             UNION ALL SELECT concat_ws(' ', n.nspname, e.grantee::regrole, e.privilege_type) \
             FROM pg_namespace n, aclexplode(n.nspacl) AS e \
             WHERE e.grantee <> 0 AND e.grantee::regrole::text ~ 'mirror_(owner|app|reader)' \
             UNION ALL SELECT concat_ws(' ', 'default', d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclacl) \
             FROM pg_default_acl d \
             ORDER BY 1",
        ),
        (
            "rights of everybody",
            "SELECT concat_ws(' ', has_function_privilege('public', 'sales.double(int)', 'EXECUTE'), \
                has_function_privilege('public', 'sales.tell()', 'EXECUTE'), has_type_privilege('public', 'sales.pair', 'USAGE'), \
                has_type_privilege('public', 'sales.mood', 'USAGE'), has_schema_privilege('public', 'public', 'CREATE'), \
                has_table_privilege('mirror_owner', 'sales.customers', 'DELETE'))",
        ),
        ("sums", "SELECT concat_ws(' ', customer, s) FROM sales.sums ORDER BY 1"),
        ("counts", "SELECT concat_ws(' ', c, (SELECT sum FROM sales.a_total)) FROM sales.counts"),
        ("customers", "SELECT c::text FROM sales.customers c ORDER BY 1"),
        // One for each customer of production: no trigger fired at the load.
        ("log", "SELECT count(*)::text FROM sales.log"),
        ("where the loose sequence stands", "SELECT concat_ws(' ', last_value, is_called) FROM sales.loose"),
        ("where the fresh sequence stands", "SELECT concat_ws(' ', last_value, is_called) FROM sales.fresh"),
        ("where the identity stands", "SELECT concat_ws(' ', last_value, is_called) FROM sales.orders_id_seq"),
    ];
    for (what, sql) in SAME {
        let (there, here) = (texts(production, sql).await, texts(staging, sql).await);
        let only = |a: &[String], b: &[String]| a.iter().filter(|x| !b.contains(x)).cloned().collect::<Vec<_>>();
        assert!(there == here, "{what}: only there {:#?}, only here {:#?}", only(&there, &here), only(&here, &there));
    }
    assert_eq!(texts(staging, "SELECT last_value::text FROM sales.customers_id_seq").await, ["1073741824"]);
}
