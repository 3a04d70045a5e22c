//! Connection settings by libpq's keywords, gathered in libpq's order: the URI first, then the service file, then `PG*`
//! variables. What they mean is the business of `address`.

use std::collections::BTreeMap;

use super::service;
use crate::failure::Failure;

/// Where the `PG*` variables and `HOME` come from; only the command line looks at the process's own.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What is done with a keyword.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Honoured; may come from this variable too.
    Honoured(Option<&'static str>),
    /// Accepted: we set it ourselves, or it changes nothing that matters.
    Ours,
    /// Known to libpq, and not built: silently leaving it out could weaken the connection.
    Refused,
}

/// libpq's keywords (PostgreSQL documentation, "Parameter Key Words"), sorted.
const KEYWORDS: &[(&str, Use)] = &[
    ("application_name", Use::Ours),
    ("channel_binding", Use::Honoured(Some("PGCHANNELBINDING"))),
    ("client_encoding", Use::Ours),
    ("connect_timeout", Use::Honoured(Some("PGCONNECT_TIMEOUT"))),
    ("dbname", Use::Honoured(Some("PGDATABASE"))),
    ("fallback_application_name", Use::Ours),
    ("gssencmode", Use::Ours),
    ("host", Use::Honoured(Some("PGHOST"))),
    ("hostaddr", Use::Honoured(Some("PGHOSTADDR"))),
    ("keepalives", Use::Ours),
    ("keepalives_count", Use::Ours),
    ("keepalives_idle", Use::Ours),
    ("keepalives_interval", Use::Ours),
    ("krbsrvname", Use::Ours),
    ("load_balance_hosts", Use::Ours),
    ("options", Use::Honoured(Some("PGOPTIONS"))),
    ("passfile", Use::Honoured(Some("PGPASSFILE"))),
    ("password", Use::Honoured(Some("PGPASSWORD"))),
    ("port", Use::Honoured(Some("PGPORT"))),
    ("replication", Use::Refused),
    ("require_auth", Use::Refused),
    ("requirepeer", Use::Refused),
    ("service", Use::Honoured(Some("PGSERVICE"))),
    ("servicefile", Use::Honoured(Some("PGSERVICEFILE"))),
    ("sslcert", Use::Honoured(Some("PGSSLCERT"))),
    ("sslcertmode", Use::Refused),
    ("sslcompression", Use::Ours),
    ("sslcrl", Use::Refused),
    ("sslcrldir", Use::Refused),
    ("sslkey", Use::Honoured(Some("PGSSLKEY"))),
    ("sslmode", Use::Honoured(Some("PGSSLMODE"))),
    ("sslnegotiation", Use::Refused),
    ("sslpassword", Use::Refused),
    ("sslrootcert", Use::Honoured(Some("PGSSLROOTCERT"))),
    ("sslsni", Use::Ours),
    ("ssl_max_protocol_version", Use::Refused),
    ("ssl_min_protocol_version", Use::Refused),
    ("target_session_attrs", Use::Honoured(Some("PGTARGETSESSIONATTRS"))),
    ("tcp_user_timeout", Use::Ours),
    ("user", Use::Honoured(Some("PGUSER"))),
];

/// Variables that ask for something not built; going on without it could weaken the connection.
const REFUSED_VARIABLES: &[&str] =
    &["PGREQUIREAUTH", "PGREQUIREPEER", "PGSSLCRL", "PGSSLCRLDIR", "PGSSLNEGOTIATION", "PGSSLMINPROTOCOLVERSION"];

/// Keywords and what somebody wrote for them. There is deliberately no `Debug`: a password is among them.
#[derive(Default)]
pub(super) struct Settings(BTreeMap<&'static str, String>);

impl Settings {
    /// What was written for a keyword; an empty text counts as nothing, as in libpq.
    pub(super) fn get(&self, keyword: &str) -> Option<&str> {
        self.0.get(keyword).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Takes a value that somebody wrote, over one that was there before.
    ///
    /// # Errors
    /// The keyword is unknown, or asks for something that is not built.
    pub(super) fn set(&mut self, keyword: &str, value: String) -> Result<(), Failure> {
        let Some(&(name, use_)) = KEYWORDS.iter().find(|(name, _)| *name == keyword) else {
            // Not repeated: what looks like a parameter may be the end of a password that holds a question mark.
            let failure = Failure::usage("the connection address has an unknown parameter");
            let known = KEYWORDS.iter().map(|(name, _)| *name);
            return Err(match crate::diagnostic::nearest(keyword, known) {
                Some(near) => failure.remedy(format!("did you mean {near}?")),
                None => failure.remedy("after a `?` come libpq's parameters only; a ? in a password is written %3F"),
            });
        };
        match use_ {
            Use::Refused => Err(Failure::usage(format!("the connection parameter {name} is not supported"))
                .remedy("leave it out; connections go by sslmode, sslrootcert, sslcert and sslkey")),
            Use::Ours => Ok(()),
            Use::Honoured(_) => {
                self.0.insert(name, value);
                Ok(())
            }
        }
    }

    /// Adds what a service file and the `PG*` variables say, wherever nothing was written before.
    ///
    /// # Errors
    /// A named service is not found or holds what [`Settings::set`] does not take, or a variable asks for something that
    /// is not built.
    pub(super) fn complete(mut self, env: Env<'_>) -> Result<Self, Failure> {
        if let Some(variable) = REFUSED_VARIABLES.iter().find(|name| env(name).is_some_and(|value| !value.is_empty())) {
            return Err(Failure::usage(format!("the variable {variable} is not supported")).remedy("unset it"));
        }
        let variable = |name: &str| env(name).filter(|value| !value.is_empty());
        let service = self.get("service").map(str::to_owned).or_else(|| variable("PGSERVICE"));
        if let Some(service) = service {
            let file = self.get("servicefile").map(str::to_owned).or_else(|| variable("PGSERVICEFILE"));
            let mut found = Settings::default();
            for (keyword, value) in service::read(&service, file, env)? {
                found.set(&keyword, value)?;
            }
            for (keyword, value) in found.0 {
                self.0.entry(keyword).or_insert(value);
            }
        }
        for (keyword, use_) in KEYWORDS {
            let Use::Honoured(Some(name)) = use_ else { continue };
            if self.get(keyword).is_none()
                && let Some(value) = variable(name)
            {
                self.0.insert(keyword, value);
            }
        }
        Ok(self)
    }
}
