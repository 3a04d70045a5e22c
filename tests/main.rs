//! The integration tests, one binary. What is where:
//!
//! - [`audit`]: registers of columns and the page that shows them, as data (no database).
//! - [`canary`]: a canary in every column of every type: found nowhere but under `keep`.
//! - [`changes`]: what production changed after the review: it stops the run, and no row is read.
//! - [`constraints`]: constraints that a plan lets pass hold.
//! - [`crash`]: the plug is pulled, sessions are in the way: staging is the old one or the new one.
//! - [`diff`]: what changes between two versions of a rule file, graded, as data (no database).
//! - [`drift`]: planted differences between two databases: found; none between equal ones.
//! - [`evidence`]: what a run leaves for reviewers: whole, chained, signed; every change to it is found.
//! - [`faults`]: faults of every kind at every station: staging is old or new, the next run needs no hand.
//! - [`fuzz`]: bytes from nowhere in every reader: an answer soon, and no panic.
//! - [`generations`]: races, time limits, what clients see while staging is replaced.
//! - [`hostile`]: a production whose names and code try to get out: names arrive, code has no power.
//! - [`init`]: first rule files, measured against labels; they pass `check` and `refresh` as written.
//! - [`interlock`]: targets that are not staging, by whichever way they are reached: refused, and nothing written.
//! - [`jobs`]: metrics, logs, lineage events, the age of staging: what watches jobs can read.
//! - [`joins`]: every shape of key and reference: foreign keys valid, join counts equal.
//! - [`leaks`]: masks that are broken and values that stand elsewhere: the run fails and says where.
//! - [`looks`]: looking before a refresh: previews, one value through one mask, texts of a schema that travel.
//! - [`mistakes`]: sixty kinds of mistakes in two files, and a thousand wrong files: all found, soon, exit 2.
//! - [`plan`]: rules and schemas and the plans or mistakes that come of them, as data (no database).
//! - [`plans`]: queries that both sides plan alike, or not.
//! - [`refresh`]: the main job on small databases: what arrives, what stays, what is refused.
//! - [`review`]: what reviewers sign: exceptions, exempt rows, approvals; `check` in each format.
//! - [`roles`]: production is read at one moment, by a role that only reads; what other roles are told.
//! - [`rules`]: wrong rule files and what is said about them, as data (no database).
//! - [`secrets`]: passwords and the key are nowhere but where they were put.
//! - [`shape`]: what masked columns look like on both sides, and how many rows share what may point at persons.
//! - [`shipped`]: the shipped rules, the demo, the README.
//! - [`stranger`]: somebody new types something wrong: the answer says where, why and what to do.
//! - [`subset`]: which rows travel in every shape of reference, against a second way of working it out.
//! - [`support`]: two throwaway servers, and what tests do with them.
//! - [`tidy`]: the layers and habits of `src/lib.rs` hold (reads the sources, no database).
//! - [`tls`]: every way of writing `sslmode` with every kind of certificate: plain, encrypted or refused.
//! - [`wide`]: a canary in every type, container and text of a schema: nobody meets it, in failing runs neither.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that meets what it does not expect fails"
)]

mod audit;
mod canary;
mod changes;
mod constraints;
mod crash;
mod diff;
mod drift;
mod evidence;
mod faults;
mod fuzz;
mod generations;
mod hostile;
mod init;
mod interlock;
mod jobs;
mod joins;
mod leaks;
mod looks;
mod mistakes;
mod plan;
mod plans;
mod refresh;
mod review;
mod roles;
mod rules;
mod secrets;
mod shape;
mod shipped;
mod stranger;
mod subset;
mod support;
mod tidy;
mod tls;
mod wide;
