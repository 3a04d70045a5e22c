//! Who owns what and who may do what: read from one database as data (`read`), made true in another (`replay`). The
//! archive is restored without owners and grants, because it names roles that the other server may not have.

mod read;
mod replay;
mod statements;

pub use read::Grants;
pub(super) use replay::replay;
pub(super) use statements::Roles;
