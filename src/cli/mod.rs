//! The command line: one file per command. The only code that prints, reads the environment, or knows about terminals.
//! Results go to stdout, everything else to stderr.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::failure::{Failure, cause};

mod approve;
mod audit;
mod cells;
mod check;
mod columns;
mod completions;
mod demo;
mod diff;
mod drift;
mod endpoint;
mod evidence;
mod init;
mod key;
mod keygen;
mod masks;
mod output;
mod patience;
mod plan;
mod preview;
mod progress;
mod record;
mod refresh;
mod report;
mod rollback;
mod rules;
mod schema;
mod signals;
mod snapshot;
mod status;
mod verify;
mod why;

/// Turns production data into staging data: streams PostgreSQL tables, masks them by declarative rules, and publishes
/// them as a new staging in one step
#[derive(Parser)]
#[command(name = "bauta", version, max_term_width = 110, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 a bug, 2 command line, key or rules wrong, 3 the world failed, 4 refused, \
                        5 the data failed, 6 found what --fail-on asked about, 130/143 interrupted.\nBAUTA_SOURCE, BAUTA_TARGET, BAUTA_PUBLISHER, BAUTA_KEY \
                        and BAUTA_KEY_FILE are read where an option does not say otherwise."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// Options that every command takes.
#[derive(Args, Clone)]
struct Common {
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value = "text")]
    format: Format,
    /// How progress and messages are printed on stderr
    #[arg(long, global = true, value_enum, default_value = "text")]
    log_format: LogFormat,
    /// Print errors only
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For documents (where a command says so)
    Markdown,
    /// SARIF 2.1.0, for code hosts (where a command says so)
    Sarif,
    /// One page for a browser (where a command says so)
    Html,
}

impl Format {
    fn word(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Markdown => "markdown",
            Format::Sarif => "sarif",
            Format::Html => "html",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// Lines, and progress bars on a terminal
    Text,
    /// One JSON object per line
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Refresh staging from production: snapshot, mask, load, verify, publish
    Refresh(Box<refresh::Refresh>),
    /// Run the whole main job on sample data, on a throwaway PostgreSQL; without one, on files
    Demo(demo::Demo),
    /// Find every mistake in a rule file at once, against a schema snapshot or a database
    Check(check::Check),
    /// Show what will happen to each table and column and why; no row is read
    Plan(plan::Show),
    /// Show masked rows of one table; originals only on request
    Preview(preview::Preview),
    /// Write the register of every column for reviewers: effect, reversibility, reasons, what deserves a second look
    Audit(audit::Audit),
    /// Say what changed between two versions of a rule file, graded weaker, stronger or neutral
    Diff(diff::Diff),
    /// Write a first rule file from a database: what every column probably holds, its mask, and why
    Init(init::Init),
    /// Write the schema snapshot that `check` uses offline and that grouped keeps cover
    Snapshot(snapshot::Snapshot),
    /// Sign a rule file as somebody who reviewed it
    Approve(approve::Approve),
    /// Show how staging differs from production, beside what the rules change
    Drift(drift::Drift),
    /// Check the evidence that runs left, or show a record of it
    Evidence(evidence::Evidence),
    /// Publish the generation that was live before (twice returns)
    Rollback(rollback::Rollback),
    /// Check a staging that is there, and look for production's values in it
    Verify(verify::Verify),
    /// List the generations of a staging: when, from which rules, which is live
    Status(status::Status),
    /// List all masks, or print one mask's manual
    Masks(masks::Masks),
    /// Print the JSON Schema of rule files, for editors
    Schema(schema::Schema),
    /// Print a script that completes commands and options in a shell
    Completions(completions::Completions),
    /// Print a new key
    Keygen(keygen::Keygen),
}

/// Parses the command line, runs the command, prints its failure, and gives the exit code.
pub fn main() -> ExitCode {
    output::hide_panics();
    key::forbid_core_dumps();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Clap prints help and versions as errors with exit code 0, mistakes with 2.
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            if error.use_stderr() && asks_for_json(std::env::args_os()) {
                let text = error.to_string();
                let message = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
                output::failure(&Failure::usage(message), LogFormat::Json);
                return ExitCode::from(code);
            }
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::from(3) };
        }
    };
    let common = cli.common.clone();
    output::log_as(common.log_format);
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(cli)));
    match ended {
        Ok(Ok(())) => {
            output::done(&common);
            ExitCode::SUCCESS
        }
        Ok(Err(failure)) => {
            output::failure(&failure, common.log_format);
            ExitCode::from(failure.kind.exit_code())
        }
        Err(_) => ExitCode::from(1),
    }
}

impl Command {
    /// What prints its results in other forms than text and JSON, by its name.
    fn also_prints(&self) -> (&'static str, &'static [Format]) {
        match self {
            Command::Audit(_) => ("audit", &[Format::Markdown, Format::Html]),
            Command::Check(_) => ("check", &[Format::Sarif]),
            Command::Drift(_) => ("drift", &[Format::Sarif]),
            Command::Masks(_) => ("masks", &[Format::Markdown]),
            _ => ("this command", &[]),
        }
    }

    /// Refuses a form that nobody would get.
    fn refuse_format(&self, format: Format) -> Result<(), Failure> {
        let (name, also) = self.also_prints();
        if matches!(format, Format::Text | Format::Json) || also.contains(&format) {
            return Ok(());
        }
        let known = [Format::Text, Format::Json].into_iter().chain(also.iter().copied());
        let known: Vec<&str> = known.map(Format::word).collect();
        Err(Failure::usage(format!("{name} does not print {}", format.word()))
            .remedy(format!("--format takes {} here", known.join(", "))))
    }
}

/// Whether a command line that could not be understood asks for logs that programs read.
fn asks_for_json(mut arguments: impl Iterator<Item = OsString>) -> bool {
    while let Some(argument) = arguments.next() {
        if argument == "--log-format=json"
            || argument == "--log-format" && arguments.next().is_some_and(|it| it == "json")
        {
            return true;
        }
    }
    false
}

fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { command, common } = cli;
    command.refuse_format(common.format)?;
    match command {
        Command::Approve(command) => command.run(&common),
        Command::Audit(command) => block_on(command.run(&common)),
        Command::Check(command) => block_on(command.run(&common)),
        Command::Completions(command) => command.run(),
        Command::Diff(command) => command.run(&common),
        Command::Demo(command) => block_on(command.run(&common)),
        Command::Init(command) => block_on(command.run(&common)),
        Command::Drift(command) => block_on(command.run(&common)),
        Command::Evidence(command) => block_on(command.run(&common)),
        Command::Keygen(command) => command.run(),
        Command::Masks(command) => command.run(&common),
        Command::Plan(command) => block_on(command.run(&common)),
        Command::Preview(command) => block_on(command.run(&common)),
        Command::Refresh(command) => block_on(command.run(&common)),
        Command::Rollback(command) => block_on(command.run(&common)),
        Command::Schema(command) => command.run(),
        Command::Snapshot(command) => block_on(command.run(&common)),
        Command::Status(command) => block_on(command.run(&common)),
        Command::Verify(command) => block_on(command.run(&common)),
    }
}

/// Runs a command that waits for the world. Two threads: one may be blocked by workers, the other keeps sessions alive.
fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::world(format!("the runtime could not start: {}", cause(&error))))?
        .block_on(command)
}

/// Reads a variable of the environment; empty counts as unset.
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
