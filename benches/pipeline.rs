//! What a refresh costs beside the ways to copy unmasked: `cargo bench --profile dist --bench pipeline -- --rows 2000000
//! --runs 3`.
//!
//! Starts two throwaway PostgreSQL servers, fills one, lets every competitor copy into the other, in turns, and prints the
//! figures that the project has goals for. Nothing else should run on the machine meanwhile. What is where:
//!
//! - [`support::options`]: the command line.
//! - [`support::servers`], [`support::data`], [`support::rules`]: the two servers, what production holds, how it is masked.
//! - [`support::ways`]: the competitors, each from no database to an analyzed one; [`support::peers`]: other maskers.
//! - [`support::process`]: a child's time, processor time and memory; [`support::stages`]: a refresh's stages.
//! - [`support::trials`]: the measurements, one function per group of figures; [`support::production`]: what production feels.
//! - [`support::figures`], [`support::median`]: spreads, goals, and the report as Markdown; [`support::machine`]: where it was measured.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and one that meets what it does not expect ends"
)]

mod support {
    pub(crate) mod data;
    pub(crate) mod figures;
    pub(crate) mod machine;
    pub(crate) mod median;
    pub(crate) mod options;
    pub(crate) mod peers;
    pub(crate) mod process;
    pub(crate) mod production;
    pub(crate) mod rules;
    pub(crate) mod servers;
    pub(crate) mod stages;
    pub(crate) mod trials;
    pub(crate) mod ways;
}

use support::figures::Report;
use support::options::{Options, Trial};
use support::servers::Servers;
use support::{machine, peers, production, trials};

fn main() {
    let options = Options::read();
    let mut report = Report::new("What a refresh costs");
    report.say(machine::facts());
    let servers = Servers::start(&options);
    report.say(servers.facts(&options));
    report.say(peers::facts());
    for trial in options.trials() {
        eprintln!("== {trial}");
        match trial {
            Trial::Copy => trials::copy(&servers, &options, &mut report),
            Trial::Processor => trials::processor(&servers, &options, &mut report),
            Trial::Split => trials::split(&servers, &options, &mut report),
            Trial::Scale => trials::scale(&servers, &options, &mut report),
            Trial::Schema => trials::schema(&servers, &options, &mut report),
            Trial::Production => production::latency(&servers, &options, &mut report),
        }
    }
    println!("{report}");
    if options.save {
        machine::save("pipeline", &report.to_string());
    }
}
