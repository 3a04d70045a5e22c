//! Shows what happens during a run: bars on a terminal, plain lines elsewhere, JSON lines where asked.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

use super::{Common, LogFormat, output};
use crate::report::{Event, Observer};
use crate::schema::TableName;

/// Most bars at a time; further tables share one line at the bottom.
const BARS: usize = 12;

/// Picks the way to show progress.
pub(super) fn observer(common: &Common, run: &str) -> Box<dyn Observer> {
    output::belongs_to(run);
    match common.log_format {
        _ if common.quiet => Box::new(Quiet),
        LogFormat::Json => Box::new(Json),
        LogFormat::Text if std::io::stderr().is_terminal() => Box::new(Bars::default()),
        LogFormat::Text => Box::new(Lines),
    }
}

/// Warnings only.
struct Quiet;

impl Observer for Quiet {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            output::note(format_args!("warning: {text}"));
        }
    }
}

/// A line per stage and table.
struct Lines;

impl Observer for Lines {
    fn event(&self, event: Event) {
        if let Some(line) = line(&event) {
            output::note(line);
        }
    }
}

/// A line for people; nothing for events that come too often.
fn line(event: &Event) -> Option<String> {
    match event {
        Event::Stage(text) => Some(format!("- {text}")),
        Event::Warning(text) => Some(format!("warning: {text}")),
        Event::Tables(tables) => Some(format!("- streaming {} tables", tables.len())),
        Event::Rows { .. } => None,
        Event::TableDone { table, rows, seconds } => Some(format!("  {table}: {rows} rows in {seconds:.1} s")),
    }
}

/// One JSON object per event, with the run's id.
struct Json;

impl Observer for Json {
    fn event(&self, event: Event) {
        let line =
            |level: &str, event: &str, more: serde_json::Value| output::json_line(level, event, json!({"data": more}));
        match event {
            Event::Stage(text) => line("info", "stage", json!({"stage": text})),
            Event::Warning(text) => line("warning", "warning", json!({"message": text})),
            Event::Tables(tables) => line("info", "tables", json!({"tables": tables.len()})),
            Event::Rows { .. } => {}
            Event::TableDone { table, rows, seconds } => {
                line("info", "table", json!({"table": table.to_string(), "rows": rows, "seconds": seconds}));
            }
        }
    }
}

/// Bars per table, with rows per second and the time left.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stage: Option<ProgressBar>,
    estimates: BTreeMap<TableName, u64>,
    bars: BTreeMap<TableName, ProgressBar>,
}

impl Bars {
    fn end_stage(&self, state: &mut State) {
        if let Some(stage) = state.stage.take() {
            stage.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
        // A terminal that went away is no reason to stop a run.
        let _ = self.all.println(output::clean(text));
    }
}

impl Observer for Bars {
    fn event(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Stage(text) => {
                self.end_stage(&mut state);
                let spinner = self.all.add(ProgressBar::new_spinner().with_message(text));
                spinner.enable_steady_tick(Duration::from_millis(120));
                state.stage = Some(spinner);
            }
            Event::Warning(text) => self.say(&format!("warning: {text}")),
            Event::Tables(tables) => {
                self.end_stage(&mut state);
                state.estimates = tables.into_iter().collect();
            }
            Event::Rows { table, rows, .. } => {
                if !state.bars.contains_key(&table) && state.bars.len() < BARS {
                    let estimate = state.estimates.get(&table).copied().unwrap_or_default();
                    let bar = self.all.add(ProgressBar::new(estimate.max(1)).with_style(style()));
                    bar.set_message(output::clean(&table.to_string()).into_owned());
                    state.bars.insert(table.clone(), bar);
                }
                if let Some(bar) = state.bars.get(&table) {
                    bar.inc(rows);
                    // Estimates may be too low.
                    if bar.length().is_some_and(|length| length < bar.position()) {
                        bar.set_length(bar.position());
                    }
                }
            }
            Event::TableDone { ref table, .. } => {
                if let Some(bar) = state.bars.remove(table) {
                    bar.finish_and_clear();
                }
                if let Some(line) = line(&event) {
                    self.say(&line);
                }
            }
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  {msg:28} {bar:30} {human_pos}/{human_len} rows  {rate}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A terminal that went away is no reason to stop a run.
            let _ = write!(out, "{:.0} rows/s", state.per_sec());
        })
}
