//! What addresses mean, without a server.

use std::collections::BTreeMap;

use super::Address;
use super::address::SslMode;
use super::tls::Check;
use crate::failure::{Failure, Kind};

fn parse_with(uri: &str, env: &[(&str, &str)]) -> Result<Address, Failure> {
    let env: BTreeMap<_, _> = env.iter().copied().collect();
    Address::parse(uri, &|name| env.get(name).map(|value| (*value).to_owned()))
}

fn parse(uri: &str) -> Address {
    parse_with(uri, &[]).unwrap()
}

fn mode(uri: &str) -> SslMode {
    let address = parse(uri);
    address.sslmode(&address.hosts[0])
}

#[test]
fn addresses_print_without_the_password() {
    let address = parse("postgresql://app:SECRET@db.example.com/shop");
    assert_eq!(address.to_string(), "app@db.example.com:5432/shop");
    assert!(!format!("{address:?}").contains("SECRET"));
    assert_eq!(parse("postgresql://app@[2001:db8::1]:1,b:2/shop").to_string(), "app@[2001:db8::1]:1,b:2/shop");
    assert_eq!(address.with_database("other").to_string(), "app@db.example.com:5432/other");
}

#[test]
fn the_mode_is_strict_unless_the_host_is_local_or_it_is_written() {
    for (uri, expected) in [
        ("postgresql://u@db.example.com/x", SslMode::VerifyFull),
        ("postgresql://u@10.0.0.1/x", SslMode::VerifyFull),
        ("postgresql://u@localhost/x", SslMode::Allow),
        ("postgresql://u@127.0.0.2/x", SslMode::Allow),
        ("postgresql://u@[::1]/x", SslMode::Allow),
        ("postgresql://u@%2Ftmp/x", SslMode::Disable),
        ("postgresql://u@localhost/x?hostaddr=10.0.0.1", SslMode::VerifyFull),
        ("postgresql://u@db.example.com/x?sslmode=disable", SslMode::Disable),
        ("postgresql://u@localhost/x?sslmode=require", SslMode::Require),
        ("postgresql://u@db.example.com/x?ssl=true", SslMode::Require),
    ] {
        assert_eq!(mode(uri), expected, "{uri}");
    }
    let address = parse_with("postgresql://u@db.example.com/x", &[("PGSSLMODE", "verify-ca")]).unwrap();
    assert_eq!(address.check(address.sslmode(&address.hosts[0])), Check::Chain);
    let address = parse("postgresql://u@h/x?sslmode=require&sslrootcert=/ca.pem");
    assert_eq!(address.check(SslMode::Require), Check::Chain);
}

#[test]
fn what_the_uri_leaves_open_comes_from_variables() {
    let env = [("PGHOST", "env.example.com"), ("PGPORT", "7"), ("PGUSER", "me"), ("PGDATABASE", "mine")];
    assert_eq!(parse_with("postgresql://", &env).unwrap().to_string(), "me@env.example.com:7/mine");
    assert_eq!(parse_with("postgresql://you@h:8/yours", &env).unwrap().to_string(), "you@h:8/yours");
    assert_eq!(parse_with("postgresql://h", &[("PGUSER", "me")]).unwrap().to_string(), "me@h:5432/me");
}

#[test]
fn a_service_goes_before_variables_and_after_the_uri() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("services");
    std::fs::write(&file, "[shop]\nhost=service.example.com\nport=9\nuser=service\npassword=SECRET\n").unwrap();
    let env = [("PGSERVICEFILE", file.to_str().unwrap()), ("PGHOST", "env"), ("PGDATABASE", "env")];
    let address = parse_with("postgresql://me@/?service=shop", &env).unwrap();
    assert_eq!(address.to_string(), "me@service.example.com:9/env");
    assert_eq!(address.password(&address.hosts[0]).unwrap().expose(), "SECRET");
    let failure = parse_with("postgresql://?service=absent", &env).unwrap_err();
    assert_eq!(failure.kind, Kind::Usage);
    assert!(failure.to_string().contains("absent"), "{failure}");
}

#[test]
fn the_password_file_is_asked_per_host_and_database() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    std::fs::write(&file, "a:5432:shop:me:ONE\n*:*:other:me:TWO\nlocalhost:*:*:me:THREE\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let env = [("HOME", home.path().to_str().unwrap())];
    let password = |uri: &str| {
        let address = parse_with(uri, &env).unwrap();
        address.password(&address.hosts[0]).map(|password| password.expose().to_owned())
    };
    assert_eq!(password("postgresql://me@a/shop").as_deref(), Some("ONE"));
    assert_eq!(password("postgresql://me@b/shop"), None);
    assert_eq!(password("postgresql://me@b/other").as_deref(), Some("TWO"));
    assert_eq!(password("postgresql://me@%2Ftmp/shop").as_deref(), Some("THREE"));
    assert_eq!(password("postgresql://me:FOUR@a/shop").as_deref(), Some("FOUR"));
    let shop = parse_with("postgresql://me@a/shop", &env).unwrap().with_database("other");
    assert_eq!(shop.password(&shop.hosts[0]).unwrap().expose(), "TWO");
}

#[test]
fn programs_that_we_start_connect_as_we_do() {
    let address = parse("postgresql://me:SECRET@db.example.com:7/shop?sslrootcert=/ca.pem");
    let env = address.libpq_env();
    let get = |name: &str| env.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(get("PGHOST"), Some("db.example.com"));
    assert_eq!(get("PGPORT"), Some("7"));
    assert_eq!(get("PGSSLMODE"), Some("verify-full"));
    assert_eq!(get("PGSSLROOTCERT"), Some("/ca.pem"));
    assert!(env.iter().all(|(_, value)| !value.contains("SECRET")));
    assert!(address.passfile().unwrap().is_some());
    assert!(parse("postgresql://me@h/x").passfile().unwrap().is_none());
}

#[test]
fn mistakes_in_settings_are_told() {
    for uri in [
        "postgresql://u@h:0/x",
        "postgresql://u@h:port/x",
        "postgresql://u@h/x?sslmode=verify",
        "postgresql://u@h/x?connect_timeout=soon",
        "postgresql://u@a,b/x?port=1,2,3",
        "postgresql://u@a/x?hostaddr=nowhere",
        "postgresql://u@a/x?sslcert=/c.pem",
        "postgresql://u@a/x?sslrootcert=system&sslmode=require",
    ] {
        assert_eq!(parse_with(uri, &[]).map(|_| ()).unwrap_err().kind, Kind::Usage, "{uri}");
    }
    assert!(parse_with("postgresql://u@h/x", &[("PGREQUIREAUTH", "scram-sha-256")]).is_err());
}

#[tokio::test]
async fn loopbacks_and_sockets_may_be_one_server() {
    let share = async |a: &str, b: &str| parse(a).may_share_server(&parse(b)).await;
    assert!(share("postgresql://u@127.0.0.1:7/x", "postgresql://u@[::1]:7/y").await);
    assert!(share("postgresql://u@%2Ftmp:7/x", "postgresql://u@127.0.0.1:7/y").await);
    assert!(share("postgresql://u@10.0.0.1:7,10.0.0.2:7/x", "postgresql://u@10.0.0.2:7/y").await);
    assert!(!share("postgresql://u@127.0.0.1:7/x", "postgresql://u@127.0.0.1:8/y").await);
    assert!(!share("postgresql://u@10.0.0.1:7/x", "postgresql://u@127.0.0.1:7/y").await);
}

#[tokio::test]
async fn an_unreachable_host_is_told_without_the_password() {
    // Port 1 of loopback: nothing listens there.
    let failure = super::connect(&parse("postgresql://u:SECRET@127.0.0.1:1/x"), "test").await.unwrap_err();
    assert_eq!(failure.kind, Kind::World);
    assert!(failure.message.contains("127.0.0.1:1 cannot be reached"), "{failure}");
    assert!(failure.remedy.is_some());
}

#[tokio::test]
async fn a_server_that_turns_us_away_is_explained() {
    use crate::postgres::throwaway::tests::server;
    let refused = async |uri: String| super::connect(&parse(&uri), "test").await.unwrap_err();
    let port = server().port;
    let wrong = refused(format!("postgresql://postgres:WRONG@127.0.0.1:{port}/postgres")).await;
    assert!(wrong.message.contains("28P01") && !wrong.to_string().contains("WRONG"), "{wrong}");
    let none = refused(format!("postgresql://postgres@127.0.0.1:{port}/postgres")).await;
    assert!(none.to_string().contains("PGPASSWORD"), "{none}");
    let unknown = refused(server().uri("absent")).await;
    assert!(unknown.message.contains("3D000") && unknown.message.contains("absent"), "{unknown}");
    let plain = refused(format!("{}?sslmode=require", server().uri("postgres"))).await;
    assert!(plain.message.contains("does not offer TLS"), "{plain}");
    for failure in [wrong, none, unknown, plain] {
        assert_eq!(failure.kind, Kind::World);
        assert!(failure.remedy.is_some());
    }
}

#[tokio::test]
async fn sessions_have_their_settings_can_be_cancelled_and_tell_why_they_ended() {
    use crate::postgres::throwaway::tests::server;
    let address = parse(&server().uri("postgres"));
    let session = super::connect(&address, "settings").await.unwrap();
    assert!(session.version() >= 140_000);
    for (setting, value) in [
        ("application_name", "bauta settings"),
        ("search_path", "\"\""),
        ("row_security", "off"),
        ("TimeZone", "UTC"),
        ("IntervalStyle", "postgres"),
    ] {
        let row = session.query_one("SELECT current_setting($1)", &[&setting]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), value, "{setting}");
    }
    let cancel = session.cancel_handle();
    let (slept, ()) = tokio::join!(session.batch_execute("SELECT pg_sleep(60)"), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        cancel.cancel().await;
    });
    assert!(session.failure(&slept.unwrap_err(), "sleeping").message.contains("57014"));
    let pid: i32 = session.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    let other = super::connect(&address, "other").await.unwrap();
    other.execute("SELECT pg_terminate_backend($1)", &[&pid]).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let error = session.batch_execute("SELECT 1").await.unwrap_err();
    let failure = session.failure(&error, "going on");
    assert!(failure.message.contains("57P01"), "{failure}");
    other.close().await;
}

#[tokio::test]
async fn the_first_host_that_answers_and_fits_is_taken() {
    use crate::postgres::throwaway::tests::server;
    let (uri, socket) = (server().uri("postgres"), server().socket_folder().display().to_string().replace('/', "%2F"));
    let alive = format!("127.0.0.1:{}", server().port);
    // It accepts, and says nothing.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("127.0.0.1:{}", mute.local_addr().unwrap().port());
    let at = |hosts: &str, more: &str| parse(&format!("{}?connect_timeout=1{more}", uri.replace(&alive, hosts)));
    for (hosts, more) in [
        (format!("127.0.0.1:1,{alive}"), ""),
        (format!("{silent},{alive}"), ""),
        (format!("no-such-host.invalid,{alive}"), ""),
        (format!("{socket}:{}", server().port), ""),
        (format!("localhost:{}", server().port), "&sslmode=prefer"),
        (alive.clone(), "&target_session_attrs=read-write"),
        (alive.clone(), "&target_session_attrs=read-only&options=-cdefault_transaction_read_only%3Don"),
    ] {
        let session = super::connect(&at(&hosts, more), "test").await.unwrap();
        assert_eq!(session.address().hosts.len(), 1, "{hosts}");
        session.close().await;
    }
    for (hosts, more, words) in [
        (alive.as_str(), "&target_session_attrs=read-only", "takes writes"),
        (&alive, "&target_session_attrs=primary&options=-cdefault_transaction_read_only%3Don", "takes no writes"),
        (&silent, "", "did not answer"),
        ("no-such-host.invalid", "", "cannot be reached"),
    ] {
        let failure = super::connect(&at(hosts, more), "test").await.unwrap_err();
        assert!(failure.message.contains(words) && failure.remedy.is_some(), "{failure}");
    }
}

#[tokio::test]
async fn what_the_server_says_is_shown_by_names_only() {
    use crate::postgres::throwaway::tests::server;
    let session = super::connect(&parse(&server().uri("postgres")), "failures").await.unwrap();
    let setup = "CREATE TEMPORARY TABLE people (name text CONSTRAINT one_name UNIQUE, age int CHECK (age > 0)); \
                 INSERT INTO people VALUES ('SECRET', 1)";
    session.batch_execute(setup).await.unwrap();
    for (statement, kind, words) in [
        ("INSERT INTO people VALUES ('SECRET')", Kind::Data, "unique violation (SQLSTATE 23505) on table pg_temp"),
        ("INSERT INTO people VALUES ('SECRET', -1)", Kind::Data, "constraint people_age_check"),
        ("SELECT 'SECRET'::int", Kind::Data, "invalid text representation"),
        ("SELECT 'SECRET' FROM absent", Kind::World, "undefined table"),
    ] {
        let failure = session.failure(&session.batch_execute(statement).await.unwrap_err(), "trying");
        assert_eq!(failure.kind, kind, "{statement}");
        assert!(failure.message.contains(words), "{failure}");
        assert!(!failure.to_string().contains("SECRET"), "{failure}");
    }
    session.close().await;
}
