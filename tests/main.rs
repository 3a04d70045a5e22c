//! The integration tests, one binary. What is where:
//!
//! - [`tidy`]: the layers and habits of `src/lib.rs` hold (reads the sources, no database).

mod tidy;
