//! # bauta: production data in, staging data out
//!
//! bauta streams the tables of a production PostgreSQL, masks every column by a rule that somebody wrote down, and
//! loads the result into a fresh database beside staging, which replaces staging in one transaction once every check
//! has passed. This page is the architecture; `README.md` is for users.
//!
//! ## Layers
//! ```text
//! 4 shell      main  cli                             prints, reads the environment, exits
//! 3 engine     pipeline                              tasks, channels, time
//! 2 edges      source  sink  postgres                the only I/O
//! 1 decisions  approval  diff -> audit, draft -> plan -> { rules, mask, classify }  verify  monitor -> evidence  drift     pure: no tokio, files, clock or random numbers
//! 0 words      schema key batch blocks chance node class diagnostic failure report signature   plain types
//! ```
//! Arrows point down only; `tests/tidy.rs` reads every `use crate::` and holds this. `mask` and `rules` do not know
//! each other: `plan` introduces them. `source` and `sink` do not know each other: `pipeline` introduces them, and it
//! knows only their traits.
//!
//! ## The life of one value
//!
//! | | station | where |
//! |--|---|---|
//! | 1 | read: `COPY ... TO STDOUT` inside the exported snapshot; its messages of a row each are put together | `source/postgres`, `postgres/connect` |
//! | 2 | frame: one buffer per batch and a range per cell; cells under `keep` are never decoded | `postgres/copy` |
//! | 3 | hand over: a bounded channel; a full channel is the backpressure | `pipeline` |
//! | 4 | look up: the plan has one mask per column, an array index, no names | `plan` |
//! | 5 | mask: a column of values in, a column of values out, a whole batch at a time | `mask` |
//! | 6 | write: `COPY ... FROM STDIN` into the shadow generation | `sink/postgres` |
//! | 7 | account: rows in = rows out, then `verify` decides whether the generation may be published | `pipeline`, `verify` |
//!
//! ## Invariants
//! 1. A production value reaches a sink only through a mask: a sink accepts only a [`mask::MaskedBatch`], which only
//!    [`mask`] can make.
//! 2. Every column of every planned table has exactly one mask. `keep` is a mask; a column that refers to several
//!    tables has one for each of them, and never two for one row.
//! 3. No value in a log, an error, a panic, a report or a progress line. An error has a kind, a place (table, column,
//!    row number) and a cause. PostgreSQL's DETAIL, CONTEXT and HINT are dropped before anything is shown.
//! 4. Same key, domain and input give the same output, in any order, with any number of workers. No mask keeps state
//!    between values.
//! 5. Planning needs no rows; running needs no YAML.
//! 6. Memory is bounded by batches in flight and by the few thousand texts of a column whose images are known
//!    (`mask/known`), not by table size. A subset adds the places of the rows that travel (`source/postgres/closure`
//!    states the bounds).
//! 7. Staging is old or new.
//!
//! ## Where does it go?
//! A new mask is one file in `src/mask/` and two lines in `src/mask/mod.rs`. A new command is one file in `src/cli/`
//! and one line in its list; so with sources and sinks. What a constraint means for a mask is decided in
//! `src/plan/constraints/` (over formulas read by `src/plan/formula/`) and `src/plan/uniqueness.rs`, what masks give to
//! that in `src/mask/gives.rs`. Which rows of a subset travel is planned in `src/plan/subset/` and found in
//! `src/source/postgres/closure/`. What something costs is measured in `benches/`.

pub mod approval;
pub mod audit;
pub mod batch;
mod blocks;
pub mod chance;
pub mod class;
pub mod classify;
pub mod cli;
pub mod diagnostic;
pub mod diff;
pub mod draft;
pub mod drift;
pub mod evidence;
pub mod failure;
pub mod key;
pub mod mask;
pub mod monitor;
pub mod node;
pub mod pipeline;
pub mod plan;
pub mod postgres;
pub mod report;
pub mod rules;
pub mod schema;
pub mod signature;
pub mod sink;
pub mod source;
pub mod verify;
