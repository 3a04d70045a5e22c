//! sslmode against certificates, on a real server: what must be refused is refused.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Address, Session, connect};
use crate::failure::{Failure, Kind};
use crate::postgres::throwaway::Throwaway;
use crate::postgres::throwaway::tests::fresh;

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
    std::fs::write(folder.join("san"), "subjectAltName=DNS:localhost").unwrap();
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile san -days 2 -out server.pem",
    );
    let own = "-x509 -subj /CN=localhost -addext subjectAltName=DNS:localhost";
    openssl(folder, &format!("{request} {own} -keyout own.key -out own.pem"));
}

/// Gives the server a certificate.
async fn present(server: &Throwaway, admin: &Session, certificates: &Path, name: &str) {
    let data = server.socket_folder().join("data");
    let owner = std::fs::metadata(&data).unwrap();
    for (from, to) in [("pem", "server.crt"), ("key", "server.key")] {
        let to = data.join(to);
        std::fs::copy(certificates.join(format!("{name}.{from}")), &to).unwrap();
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
        chown(&to, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    admin.batch_execute("ALTER SYSTEM SET ssl = on").await.unwrap();
    admin.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
}

struct Tries {
    server: Throwaway,
    folder: PathBuf,
}

impl Tries {
    /// Whether the way was encrypted, or why there was none.
    async fn connect(&self, host: &str, parameters: &str) -> Result<bool, Failure> {
        let parameters = parameters.replace("DIR", self.folder.to_str().unwrap());
        let uri = self.server.uri("postgres").replace("127.0.0.1", host);
        let session = connect(&Address::parse(&format!("{uri}?{parameters}"), &|_| None)?, "tls").await?;
        let row = session.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).await.unwrap();
        Ok(row.get(0))
    }

    async fn all(&self, tries: &[(&str, &str, Option<bool>)]) {
        for (host, parameters, expected) in tries {
            match (self.connect(host, parameters).await, expected) {
                (Ok(encrypted), Some(expected)) => assert_eq!(encrypted, *expected, "{host} {parameters}"),
                (Err(failure), None) => {
                    assert!(failure.kind == Kind::World && failure.message.contains("TLS"), "{parameters}: {failure}");
                }
                (Ok(_), None) => panic!("{host} {parameters}: connected"),
                (Err(failure), Some(_)) => panic!("{host} {parameters}: {failure}"),
            }
        }
    }
}

#[tokio::test]
async fn certificates_are_checked_as_far_as_sslmode_says() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let server = fresh();
    let admin = connect(&Address::parse(&server.uri("postgres"), &|_| None).unwrap(), "test").await.unwrap();
    present(&server, &admin, folder.path(), "server").await;
    let tries = Tries { server, folder: folder.path().to_owned() };
    let (name, number) = ("localhost", "127.0.0.1");
    tries
        .all(&[
            (name, "sslmode=verify-full&sslrootcert=DIR/ca.pem", Some(true)),
            (number, "sslmode=verify-full&sslrootcert=DIR/ca.pem", None),
            (name, "sslmode=verify-full&sslrootcert=DIR/other.pem", None),
            (name, "sslmode=verify-full", None),
            (name, "sslrootcert=system", None),
            (name, "sslrootcert=DIR/ca.pem", Some(true)),
            (number, "sslmode=verify-ca&sslrootcert=DIR/ca.pem", Some(true)),
            (number, "sslmode=verify-ca&sslrootcert=DIR/other.pem", None),
            (number, "sslmode=require&sslrootcert=DIR/other.pem", None),
            (number, "sslmode=require", Some(true)),
            (number, "sslmode=prefer", Some(true)),
            (number, "sslmode=allow", Some(false)),
            (number, "sslmode=disable", Some(false)),
            (number, "channel_binding=require&sslmode=require", Some(true)),
        ])
        .await;
    present(&tries.server, &admin, folder.path(), "own").await;
    tries
        .all(&[
            (name, "sslmode=verify-full&sslrootcert=DIR/own.pem", Some(true)),
            (number, "sslmode=verify-full&sslrootcert=DIR/own.pem", None),
            (name, "sslmode=verify-full&sslrootcert=DIR/ca.pem", None),
            (name, "sslmode=verify-ca&sslrootcert=DIR/other.pem", None),
        ])
        .await;
    // A server that lets nobody in without encryption: what is local tries plain text first and gives it.
    let hba = tries.server.socket_folder().join("data/pg_hba.conf");
    std::fs::write(&hba, "hostssl all all all scram-sha-256\n").unwrap();
    admin.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    tries.all(&[(number, "", Some(true)), (number, "sslmode=require", Some(true))]).await;
    let plain = tries.connect(number, "sslmode=disable").await.unwrap_err();
    assert!(plain.message.contains("28000"), "{plain}");
}
