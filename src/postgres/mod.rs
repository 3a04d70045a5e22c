//! What both ends of a run need from PostgreSQL: addresses and sessions, failures without values, quoting, the catalog,
//! and COPY's bytes. What is read or written over them is the business of `source::postgres` and `sink::postgres`.

pub mod about;
pub mod catalog;
pub mod connect;
pub mod copy;
pub mod database;
pub(crate) mod failure;
pub mod generations;
pub mod interlock;
pub mod inventory;
pub mod marker;
pub mod mirror;
pub mod orphans;
pub mod plans;
mod private;
pub mod properties;
pub mod publish;
pub mod role;
pub mod rows;
pub mod sql;
mod sqlstate;
pub mod throwaway;
pub mod tools;

pub use failure::failure;
