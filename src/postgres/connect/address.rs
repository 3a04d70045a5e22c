//! Where a database is and who we are there: plain settings with their defaults filled in. Connecting is `session`.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::config::{ChannelBinding, TargetSessionAttrs};

use super::passfile::{self, Entry, PassFile, Secret};
use super::settings::{Env, Settings};
use super::tls::{Check, ClientCertificate, Roots};
use super::uri;
use crate::failure::Failure;

/// How long a host may take to answer where `connect_timeout` says nothing.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where unix sockets lie where no host is named: Debian's and Red Hat's folder, then PostgreSQL's own default.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// One server of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// Name, address or folder of a unix socket, as written.
    pub(super) name: String,
    /// `hostaddr`: where to connect, so that the name is not looked up.
    pub(super) addr: Option<IpAddr>,
    /// Port.
    pub(super) port: u16,
}

impl Host {
    /// The folder of its socket, for a unix socket.
    pub(super) fn socket(&self) -> Option<&Path> {
        (self.addr.is_none() && self.name.starts_with(['/', '@'])).then(|| Path::new(&self.name))
    }

    /// Whether nothing leaves this machine on the way to it.
    fn is_local(&self) -> bool {
        match (self.addr, self.name.parse::<IpAddr>()) {
            (Some(address), _) | (None, Ok(address)) => address.is_loopback(),
            (None, Err(_)) => self.socket().is_some() || self.name == "localhost",
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, port) = (&self.name, self.port);
        if name.contains(':') { write!(f, "[{name}]:{port}") } else { write!(f, "{name}:{port}") }
    }
}

/// `sslmode`, as libpq names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    const ALL: [(&'static str, Self); 6] = [
        ("disable", Self::Disable),
        ("allow", Self::Allow),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, mode)| *mode == self).map_or("verify-full", |(name, _)| name)
    }
}

/// A database's address: hosts, user, database, and how to get in. It prints without the password.
#[derive(Clone, Debug)]
pub struct Address {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) database: String,
    password: Option<Secret>,
    passfile: Vec<Entry>,
    sslmode: Option<SslMode>,
    roots: Option<Roots>,
    pub(super) client_certificate: Option<ClientCertificate>,
    pub(super) channel_binding: ChannelBinding,
    pub(super) connect_timeout: Duration,
    pub(super) options: Option<String>,
    pub(super) target_session_attrs: TargetSessionAttrs,
}

impl Address {
    /// Reads a `postgresql://` URI. What it leaves open comes from its service, from `PG*` variables and from password
    /// files, as libpq has it; `env` looks variables up (`HOME` among them).
    ///
    /// # Errors
    /// The URI, a variable or a file is malformed (exit 2). The message repeats no part of a password.
    pub fn parse(uri: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let settings = uri::parse(uri)?.complete(env)?;
        let hosts = hosts(&settings)?;
        let sslmode = settings.get("sslmode").map(|value| choice("sslmode", value, &SslMode::ALL)).transpose()?;
        let roots = settings.get("sslrootcert").map(|value| match value {
            "system" => Roots::System,
            path => Roots::File(PathBuf::from(path)),
        });
        if roots == Some(Roots::System) && !matches!(sslmode, None | Some(SslMode::VerifyFull)) {
            return Err(Failure::usage("sslrootcert=system asks for sslmode=verify-full")
                .remedy("leave sslmode out, or name the authority's PEM file"));
        }
        let user = match settings.get("user") {
            Some(user) => user.to_owned(),
            None => own_name(env).ok_or_else(|| {
                Failure::usage("the connection address names no user").remedy("write postgresql://user@host/database")
            })?,
        };
        Ok(Self {
            hosts,
            database: settings.get("dbname").unwrap_or(&user).to_owned(),
            user,
            password: settings.get("password").map(|password| Secret::new(password.to_owned())),
            passfile: passwords(&settings, env)?,
            sslmode,
            roots,
            client_certificate: client_certificate(&settings)?,
            channel_binding: settings.get("channel_binding").map_or(Ok(ChannelBinding::Prefer), |value| {
                choice(
                    "channel_binding",
                    value,
                    &[
                        ("disable", ChannelBinding::Disable),
                        ("prefer", ChannelBinding::Prefer),
                        ("require", ChannelBinding::Require),
                    ],
                )
            })?,
            connect_timeout: match settings.get("connect_timeout").map(str::parse::<i32>) {
                None => CONNECT_TIMEOUT,
                Some(Ok(seconds)) if seconds > 0 => Duration::from_secs(u64::from(seconds.unsigned_abs())),
                // libpq: zero or less waits without end. A day is that long for a connection.
                Some(Ok(_)) => Duration::from_secs(86_400),
                Some(Err(_)) => return Err(Failure::usage("connect_timeout is not a whole number of seconds")),
            },
            options: settings.get("options").map(str::to_owned),
            target_session_attrs: settings.get("target_session_attrs").map_or(
                Ok(TargetSessionAttrs::Any),
                |value| {
                    choice(
                        "target_session_attrs",
                        value,
                        &[
                            ("any", TargetSessionAttrs::Any),
                            ("read-write", TargetSessionAttrs::ReadWrite),
                            ("primary", TargetSessionAttrs::ReadWrite),
                            ("read-only", TargetSessionAttrs::ReadOnly),
                            ("standby", TargetSessionAttrs::ReadOnly),
                        ],
                    )
                },
            )?,
        })
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whether every host of it is on this machine.
    pub fn is_local(&self) -> bool {
        self.hosts.iter().all(Host::is_local)
    }

    /// The role that logs in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// How its first host is reached: `socket`, or the `sslmode` that holds.
    pub fn transport(&self) -> &'static str {
        match self.hosts.first() {
            Some(host) if host.socket().is_none() => self.sslmode(host).name(),
            _ => "socket",
        }
    }

    /// The same servers and role, another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        Self { database: name.to_owned(), ..self.clone() }
    }

    /// The same with only one of its hosts.
    pub(super) fn only(&self, host: &Host) -> Self {
        Self { hosts: vec![host.clone()], ..self.clone() }
    }

    /// The password for a host: what was written, else what the password file has.
    pub(super) fn password(&self, host: &Host) -> Option<&Secret> {
        // The default socket folders stand under localhost in password files.
        let name = if SOCKET_FOLDERS.contains(&host.name.as_str()) { "localhost" } else { &host.name };
        let port = host.port.to_string();
        let wanted = [name, &port, &self.database, &self.user];
        self.password.as_ref().or_else(|| self.passfile.iter().find_map(|entry| entry.matches(wanted)))
    }

    /// `sslmode` for a host. Unless it is written, a local one gets plain text first, any other `verify-full`.
    pub(super) fn sslmode(&self, host: &Host) -> SslMode {
        match self.sslmode {
            _ if host.socket().is_some() => SslMode::Disable,
            Some(mode) => mode,
            // Who names an authority wants it asked.
            None if host.is_local() && self.roots.is_none() => SslMode::Allow,
            None => SslMode::VerifyFull,
        }
    }

    /// How far certificates are checked under a mode. With `sslrootcert`, `require` means `verify-ca`, as in libpq.
    pub(super) fn check(&self, mode: SslMode) -> Check {
        match mode {
            SslMode::VerifyFull => Check::ChainAndName,
            SslMode::VerifyCa => Check::Chain,
            SslMode::Require if self.roots.is_some() => Check::Chain,
            _ => Check::Nothing,
        }
    }

    /// Whom to trust.
    pub(super) fn roots(&self) -> &Roots {
        self.roots.as_ref().unwrap_or(&Roots::System)
    }

    /// How the way to the first host is protected, in the words of `sslmode`, for the record of a run.
    pub fn protection(&self) -> &'static str {
        self.hosts.first().map_or("verify-full", |host| match host.socket() {
            Some(_) => "unix socket",
            None => self.sslmode(host).name(),
        })
    }

    /// Variables for PostgreSQL's own programs, so that they connect as we do. The password comes by
    /// [`Address::passfile`]; remove every other `PG*` variable from their environment first. Take the address from a
    /// [`Session`](super::Session): it names the one host that answered.
    pub fn libpq_env(&self) -> Vec<(String, String)> {
        let join = |each: &dyn Fn(&Host) -> String| self.hosts.iter().map(each).collect::<Vec<_>>().join(",");
        let mut env = vec![
            ("PGHOST", join(&|host| host.name.clone())),
            ("PGPORT", join(&|host| host.port.to_string())),
            ("PGUSER", self.user.clone()),
            ("PGDATABASE", self.database.clone()),
            ("PGCONNECT_TIMEOUT", self.connect_timeout.as_secs().to_string()),
            ("PGAPPNAME", "bauta".to_owned()),
            ("PGCLIENTENCODING", "UTF8".to_owned()),
            ("PGGSSENCMODE", "disable".to_owned()),
        ];
        if self.hosts.iter().any(|host| host.addr.is_some()) {
            env.push(("PGHOSTADDR", join(&|host| host.addr.map_or_else(String::new, |address| address.to_string()))));
        }
        if let Some(mode) = self.hosts.first().map(|host| self.sslmode(host)) {
            env.push(("PGSSLMODE", mode.name().to_owned()));
            match (self.check(mode), self.roots()) {
                (Check::Nothing, _) => {}
                (_, Roots::File(path)) => env.push(("PGSSLROOTCERT", path.display().to_string())),
                (_, Roots::System) => env.push(("PGSSLROOTCERT", system_bundle())),
            }
        }
        if let Some(client) = &self.client_certificate {
            env.push(("PGSSLCERT", client.certificate.display().to_string()));
            env.push(("PGSSLKEY", client.key.display().to_string()));
        }
        if let Some(options) = &self.options {
            env.push(("PGOPTIONS", options.clone()));
        }
        env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A private file with the password for programs that we start, for `PGPASSFILE`; `None` where no password is known.
    ///
    /// # Errors
    /// The temporary folder cannot be written to.
    pub fn passfile(&self) -> Result<Option<PassFile>, Failure> {
        self.hosts.iter().find_map(|host| self.password(host)).map(PassFile::write).transpose()
    }
}

/// `user@host:5432/database`, without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.hosts.iter().map(Host::to_string).collect::<Vec<_>>().join(",");
        write!(f, "{}@{hosts}/{}", self.user, self.database)
    }
}

/// One of a list of words.
fn choice<T: Copy>(keyword: &str, value: &str, choices: &[(&str, T)]) -> Result<T, Failure> {
    choices.iter().find(|(name, _)| *name == value).map(|(_, choice)| *choice).ok_or_else(|| {
        let names = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        Failure::usage(format!("{keyword} has a value that is not supported")).remedy(format!("use one of: {names}"))
    })
}

/// Pairs hosts, their addresses and ports; one port holds for all hosts.
fn hosts(settings: &Settings) -> Result<Vec<Host>, Failure> {
    let list = |keyword| settings.get(keyword).map(|value| value.split(',').collect::<Vec<_>>()).unwrap_or_default();
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = names.len().max(addresses.len()).max(1);
    let fits = |len: usize| len <= 1 && count == 1 || len == 0 || len == count;
    if !fits(names.len()) || !fits(addresses.len()) || !(fits(ports.len()) || ports.len() == 1) {
        return Err(Failure::usage("the connection address names different numbers of hosts and ports"));
    }
    (0..count)
        .map(|index| {
            let port = match ports.get(index).or(ports.first()).filter(|port| !port.is_empty()) {
                None => 5432,
                Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
                    Failure::usage("the connection address has a port that is not a number from 1 to 65535")
                        .remedy("percent-encode a : or @ inside user or password (%3A, %40)")
                })?,
            };
            let addr: Option<IpAddr> = match addresses.get(index).filter(|address| !address.is_empty()) {
                None => None,
                Some(address) => Some(address.parse().map_err(|_| Failure::usage("hostaddr is not an IP address"))?),
            };
            let name = match (names.get(index).filter(|name| !name.is_empty()), addr) {
                (Some(name), _) => (*name).to_owned(),
                (None, Some(address)) => address.to_string(),
                (None, None) => default_host(port),
            };
            Ok(Host { name, addr, port })
        })
        .collect()
}

/// Where a server listens when no host is named: the folder that has its socket, else the first that is there.
fn default_host(port: u16) -> String {
    let has_socket = |folder: &&&str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
    let found = SOCKET_FOLDERS.iter().find(has_socket);
    found
        .or_else(|| SOCKET_FOLDERS.iter().find(|folder| Path::new(folder).is_dir()))
        .map_or_else(|| "localhost".to_owned(), |folder| (*folder).to_owned())
}

/// The name of the operating system's user, which libpq logs in as when none is written.
fn own_name(env: Env<'_>) -> Option<String> {
    let uid = rustix::process::geteuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1) == Some(uid.as_str())).then(|| name.to_owned())
    });
    name.or_else(|| env("USER")).or_else(|| env("LOGNAME")).filter(|name| !name.is_empty())
}

/// The entries of the password file; none where a password is written.
fn passwords(settings: &Settings, env: Env<'_>) -> Result<Vec<Entry>, Failure> {
    if settings.get("password").is_some() {
        return Ok(Vec::new());
    }
    let named = settings.get("passfile").map(PathBuf::from);
    match named.or_else(|| env("HOME").map(|home| Path::new(&home).join(".pgpass"))) {
        Some(path) => passfile::read(&path),
        None => Ok(Vec::new()),
    }
}

fn client_certificate(settings: &Settings) -> Result<Option<ClientCertificate>, Failure> {
    match (settings.get("sslcert"), settings.get("sslkey")) {
        (Some(certificate), Some(key)) => {
            Ok(Some(ClientCertificate { certificate: PathBuf::from(certificate), key: PathBuf::from(key) }))
        }
        (None, None) => Ok(None),
        _ => Err(Failure::usage("sslcert and sslkey go together").remedy("name both, or neither")),
    }
}

/// The system's authorities for libpq: a PEM file, which every version takes, else the word that libpq 16 and later know.
fn system_bundle() -> String {
    // Debian, Red Hat, SUSE, Alpine and BSD.
    const BUNDLES: [&str; 4] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];
    BUNDLES.into_iter().find(|path| Path::new(path).is_file()).unwrap_or("system").to_owned()
}
