//! The integration tests, one binary. What is where:
//!
//! - [`rules`]: wrong rule files and what is said about them, as data (no database).
//! - [`tidy`]: the layers and habits of `src/lib.rs` hold (reads the sources, no database).

mod refresh;
mod rules;
mod support;
mod tidy;
