//! What masking a value costs: `cargo bench --bench masks [-- FILTER]`. One row for each mask and kind of its examples,
//! over a full batch; and the keyed functions that masks are or could be built on, side by side.
//!
//! - [`support::values`]: what the columns hold.
//! - [`support::masking`]: a mask on a batch, as the pipeline applies it.
//! - [`support::keyed`]: the candidates for the keyed function.
//! - [`support::stopwatch`]: the timing loop.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and one that meets what it does not expect ends"
)]

mod support {
    pub(crate) mod keyed;
    pub(crate) mod machine;
    pub(crate) mod masking;
    pub(crate) mod median;
    pub(crate) mod stopwatch;
    pub(crate) mod values;
}

use std::fmt::Write as _;

use bauta::mask::MASKS;
use clap::Parser;
use support::{keyed, machine, masking};

/// Measures masks and keyed functions.
#[derive(Parser)]
#[command(name = "masks")]
struct Options {
    /// Only masks whose names contain this; `prf` for the keyed functions
    filter: Option<String>,
    /// Write the report to benches/runs/DATE/masks.md
    #[arg(long)]
    save: bool,
    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let wanted = |name: &str| options.filter.as_deref().is_none_or(|filter| name.contains(filter));
    let mut report = format!("# What a masked value costs\n\n{}\n", machine::facts());
    let _ = writeln!(report, "\n{}", keyed::instructions());
    if wanted("prf") {
        let _ = write!(report, "\n{}", keyed::table());
    }
    let mut rows = String::new();
    for def in MASKS.iter().filter(|def| wanted(def.name)) {
        for row in masking::rows(def) {
            eprintln!("{row}");
            let _ = writeln!(rows, "{row}");
        }
    }
    if !rows.is_empty() {
        let _ = write!(report, "\n{}{rows}", masking::head());
    }
    println!("{report}");
    if options.save {
        machine::save("masks", &report);
    }
}
