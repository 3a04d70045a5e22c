//! TLS: every way of writing `sslmode` with every kind of certificate, on a real server. What must be refused is refused.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bauta::failure::{Failure, Kind};
use bauta::postgres::connect::{Address, connect};

use crate::support::{Server, start_with};

/// Runs openssl, which comes with PostgreSQL's packages.
fn openssl(folder: &Path, arguments: &str) {
    let run = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output();
    let output = run.expect("openssl is missing: apt-get update && apt-get install openssl");
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, a certificate of it for localhost, another authority, and a certificate signed by itself.
fn certificates(folder: &Path) {
    let request = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
    for name in ["ca", "other"] {
        openssl(folder, &format!("{request} -x509 -subj /CN={name} -keyout {name}.key -out {name}.pem"));
    }
    openssl(folder, &format!("{request} -subj /CN=server -keyout server.key -out server.csr"));
    fs::write(folder.join("san"), "subjectAltName=DNS:localhost").unwrap();
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile san -days 2 -out server.pem",
    );
    // The same name a day after its last day, and another name.
    let signed = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile san";
    openssl(folder, &format!("{signed} -days -1 -out expired.pem"));
    fs::write(folder.join("san"), "subjectAltName=DNS:elsewhere.example.com,IP:192.0.2.1").unwrap();
    openssl(folder, &format!("{signed} -days 2 -out wrong.pem"));
    for name in ["expired", "wrong"] {
        fs::copy(folder.join("server.key"), folder.join(format!("{name}.key"))).unwrap();
    }
    let own = "-x509 -subj /CN=localhost -addext subjectAltName=DNS:localhost";
    openssl(folder, &format!("{request} {own} -keyout own.key -out own.pem"));
}

/// Gives the server a certificate.
fn present(server: &Server, certificates: &Path, name: &str) {
    let data = server.socket_folder().join("data");
    let owner = fs::metadata(&data).unwrap();
    for (from, to) in [("pem", "server.crt"), ("key", "server.key")] {
        let to = data.join(to);
        fs::copy(certificates.join(format!("{name}.{from}")), &to).unwrap();
        fs::set_permissions(&to, PermissionsExt::from_mode(0o600)).unwrap();
        chown(&to, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    server.sql("postgres", "alter system set ssl = on");
    server.sql("postgres", "select pg_reload_conf()");
    std::thread::sleep(Duration::from_millis(1500));
}

/// Whether the way was encrypted, or why there was none.
async fn encrypted(uri: &str) -> Result<bool, Failure> {
    let session = connect(&Address::parse(uri, &|_| None)?, "tls").await?;
    let row = session.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).await.unwrap();
    let encrypted = row.get(0);
    session.close().await;
    Ok(encrypted)
}

/// What `sslmode` gives with each certificate: `tls`, `plain`, or a refusal.
const MATRIX: &str = "
    parameters                                                    good     self-signed  wrong-name  expired  none
    (nothing)                                                     plain    plain        plain       plain    plain
    sslmode=disable                                               plain    plain        plain       plain    plain
    sslmode=allow                                                 plain    plain        plain       plain    plain
    sslmode=prefer                                                tls      tls          tls         tls      plain
    sslmode=require                                               tls      tls          tls         tls      refused
    sslmode=require&channel_binding=require                       tls      tls          tls         tls      refused
    sslmode=require&sslrootcert=DIR/ca.pem                        tls      refused      tls         refused  refused
    sslmode=verify-ca&sslrootcert=DIR/ca.pem                      tls      refused      tls         refused  refused
    sslmode=verify-full&sslrootcert=DIR/ca.pem                    tls      refused      refused     refused  refused
    sslrootcert=DIR/ca.pem                                        tls      refused      refused     refused  refused
    sslmode=verify-full&sslrootcert=DIR/ca.pem&channel_binding=require  tls  refused    refused     refused  refused
    sslmode=verify-ca&sslrootcert=DIR/other.pem                   refused  refused      refused     refused  refused
    sslmode=verify-full&sslrootcert=DIR/other.pem                 refused  refused      refused     refused  refused
    sslmode=verify-full&sslrootcert=DIR/own.pem                   refused  tls          refused     refused  refused
    sslmode=verify-full                                           refused  refused      refused     refused  refused
    sslmode=verify-ca                                             refused  refused      refused     refused  refused
    sslrootcert=system                                            refused  refused      refused     refused  refused
    sslmode=disable&channel_binding=require                       refused  refused      refused     refused  refused";

#[tokio::test]
async fn every_mode_with_every_certificate() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let server = start_with(&[]);
    let uri = server.admin("postgres").replace("127.0.0.1", "localhost");
    let mut rows = MATRIX.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let rows: Vec<_> = rows.collect();
    let mut found = vec![Vec::new(); rows.len()];
    // Without a certificate first: a server does not unlearn TLS without a restart of its sessions.
    let shown = [
        ("none", None),
        ("good", Some("server")),
        ("self-signed", Some("own")),
        ("wrong-name", Some("wrong")),
        ("expired", Some("expired")),
    ];
    for (_, certificate) in shown {
        if let Some(certificate) = certificate {
            present(&server, folder.path(), certificate);
        }
        for (row, cells) in rows.iter().zip(&mut found) {
            let parameters = row[0].replace("(nothing)", "").replace("DIR", folder.path().to_str().unwrap());
            cells.push(match encrypted(&format!("{uri}?{parameters}")).await {
                Ok(true) => "tls",
                Ok(false) => "plain",
                Err(failure) if failure.kind == Kind::World && failure.remedy.is_some() => "refused",
                Err(_) => "another failure",
            });
        }
    }
    let mut table =
        format!("{:68} {:>12} {:>12} {:>12} {:>12} {:>12}\n", head[0], head[1], head[2], head[3], head[4], head[5]);
    let mut wrong = 0;
    for (row, cells) in rows.iter().zip(&found) {
        table.push_str(&format!("{:68}", row[0]));
        for (column, expected) in head.iter().zip(row).skip(1) {
            let place = shown.iter().position(|(name, _)| name == column).unwrap();
            wrong += usize::from(cells[place] != *expected);
            let cell = if cells[place] == *expected { cells[place].to_owned() } else { format!("{}!", cells[place]) };
            table.push_str(&format!(" {cell:>12}"));
        }
        table.push('\n');
    }
    assert_eq!(wrong, 0, "{wrong} of {} differ, marked with !\n{table}", rows.len() * 5);
    println!("{} combinations\n{table}", rows.len() * 5);
    by_number_and_by_force(&server, folder.path()).await;
}

/// A certificate for a name is none for a number; and a server that lets nobody in without encryption gets it, unless it is
/// forbidden.
async fn by_number_and_by_force(server: &Server, folder: &Path) {
    present(server, folder, "server");
    let uri = server.admin("postgres");
    let full = format!("{uri}?sslrootcert={}/ca.pem&sslmode=verify", folder.display());
    assert!(encrypted(&format!("{full}-ca")).await.unwrap());
    assert_eq!(encrypted(&format!("{full}-full")).await.unwrap_err().kind, Kind::World);
    let rules = server.socket_folder().join("data/pg_hba.conf");
    fs::write(&rules, "local all all trust\nhostssl all all all scram-sha-256\n").unwrap();
    server.sql("postgres", "select pg_reload_conf()");
    std::thread::sleep(Duration::from_millis(500));
    // What is local tries plain text first, and encryption after a refusal.
    assert!(encrypted(&uri).await.unwrap());
    let plain = encrypted(&format!("{uri}?sslmode=disable")).await.unwrap_err();
    assert!(plain.message.contains("28000"), "{plain}");
}
