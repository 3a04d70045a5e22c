//! The way to a PostgreSQL: connection strings in libpq's form, read by us (`sslmode`, password files, service files,
//! `PG*` variables), and sessions whose settings everything else relies on. No password is ever shown.

mod address;
mod dial;
mod endpoint;
mod gather;
mod passfile;
mod refusal;
mod service;
mod session;
mod settings;
mod tls;
mod uri;

pub use address::Address;
pub use endpoint::Endpoint;
pub use passfile::PassFile;
pub use session::{Cancel, Session, connect};

#[cfg(test)]
mod tests;
