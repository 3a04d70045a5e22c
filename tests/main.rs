//! The integration tests, one binary. What is where:
//!
//! - [`plan`]: rules and schemas and the plans or mistakes that come of them, as data (no database).
//! - [`rules`]: wrong rule files and what is said about them, as data (no database).
//! - [`tidy`]: the layers and habits of `src/lib.rs` hold (reads the sources, no database).

mod plan;
mod refresh;
mod rules;
mod support;
mod tidy;
