//! What is printed, and how: results to stdout, failures to stderr.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::json;

use super::{Common, LogFormat};
use crate::diagnostic::{self, Diagnostics, Severity};
use crate::failure::Failure;

static FORMAT: OnceLock<LogFormat> = OnceLock::new();
static RUN: Mutex<Option<String>> = Mutex::new(None);

/// Fixes how everything on stderr is printed.
pub(super) fn log_as(format: LogFormat) {
    let _ = FORMAT.set(format);
}

/// Says which run every further line belongs to.
pub(super) fn belongs_to(run: &str) {
    *RUN.lock().unwrap_or_else(PoisonError::into_inner) = Some(run.to_owned());
}

/// Prints a line of a log as JSON. Every line has the fields `level`, `time`, `run` (null before there is one) and `event`;
/// what else it has depends on the event.
pub(super) fn json_line(level: &str, event: &str, more: serde_json::Value) {
    let time = jiff::Timestamp::now().to_string();
    let run = RUN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut line = json!({"level": level, "time": time, "run": run, "event": event});
    if let (Some(line), serde_json::Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
    to_stderr(format_args!("{line}\n"));
}

/// Writes to stderr. That nobody listens any more (`2>&1 | head`, a log that went away) is no reason to end a run.
fn to_stderr(text: std::fmt::Arguments<'_>) {
    let _ = std::io::stderr().write_fmt(text);
}

fn is_json() -> bool {
    FORMAT.get().is_some_and(|format| matches!(format, LogFormat::Json))
}

/// Prints a result.
///
/// # Errors
/// Stdout is closed.
pub(super) fn result(text: impl Display) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{}", clean(&text.to_string())).map_err(|_| Failure::world("stdout is closed"))
}

/// Columns that printed text may take: the terminal's, at least 60 and at most 160; 100 elsewhere.
pub(super) fn width() -> usize {
    let terminal = rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| usize::from(size.ws_col));
    terminal.filter(|columns| *columns > 0).map_or(100, |columns| columns.clamp(60, 160))
}

/// Prints a line for people.
pub(super) fn note(text: impl Display) {
    if is_json() {
        let text = text.to_string();
        let warning = text.strip_prefix("warning: ");
        let level = if warning.is_some() { "warning" } else { "info" };
        json_line(level, "note", json!({"message": warning.unwrap_or(&text)}));
    } else {
        to_stderr(format_args!("{}\n", clean(&text.to_string())));
    }
}

/// Says in a log for programs that a run is over and succeeded; people see its result.
pub(super) fn done(common: &Common) {
    let is_run = RUN.lock().unwrap_or_else(PoisonError::into_inner).is_some();
    if is_run && is_json() && !common.quiet {
        json_line("info", "done", json!({"exit": 0}));
    }
}

/// A text that tells a terminal nothing: names of production's can hold escape sequences, and signs that turn the direction
/// of writing (Unicode Standard Annex 9, "Directional Formatting Characters").
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let harmful = |char: char| {
        char.is_control() && !matches!(char, '\n' | '\t')
            || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    for char in text.chars() {
        if harmful(char) {
            cleaned.extend(char.escape_unicode());
        } else {
            cleaned.push(char);
        }
    }
    Cow::Owned(cleaned)
}

/// Prints why a command ended early.
pub(super) fn failure(failure: &Failure, format: LogFormat) {
    match format {
        LogFormat::Json => {
            let findings: Vec<_> = failure.diagnostics.iter().flat_map(|found| as_json(found)).collect();
            json_line(
                "error",
                "failed",
                json!({
                    "exit": failure.kind.exit_code(),
                    "message": failure.message,
                    "remedy": failure.remedy,
                    "diagnostics": findings,
                }),
            );
        }
        LogFormat::Text => {
            if let Some(found) = &failure.diagnostics {
                diagnostics(found);
            }
            note(format_args!("error: {}", failure.message));
            if let Some(remedy) = &failure.remedy {
                note(format_args!("  = help: {remedy}"));
            }
        }
    }
}

/// Prints warnings about a rule file.
pub(super) fn warnings(found: &Diagnostics, format: LogFormat) {
    match format {
        LogFormat::Json => json_line("warning", "diagnostics", json!({"diagnostics": as_json(found)})),
        LogFormat::Text => diagnostics(found),
    }
}

/// Prints findings with their lines of the rule file.
pub(super) fn diagnostics(found: &Diagnostics) {
    to_stderr(format_args!("{}", diagnostic::render(found, std::io::stderr().is_terminal())));
}

/// Findings for programs.
pub(super) fn as_json(found: &Diagnostics) -> Vec<serde_json::Value> {
    found
        .list
        .iter()
        .map(|one| {
            let place = one.span.map(|span| found.place(span));
            json!({
                "severity": if one.severity == Severity::Error { "error" } else { "warning" },
                "file": found.file,
                "line": place.map(|(line, _)| line),
                "column": place.map(|(_, column)| column),
                "message": one.message,
                "label": one.label,
                "help": one.help,
            })
        })
        .collect()
}

/// Replaces the panic message, which may hold a value, by its place.
pub(super) fn hide_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let message = format!("a defect of bauta{place}; nothing was published by this run");
        if is_json() {
            json_line("error", "defect", json!({"exit": 1, "message": message}));
        } else {
            to_stderr(format_args!("error: {message}\n"));
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_nothing() {
        assert_eq!(clean("größe\n\t名前"), "größe\n\t名前");
        assert_eq!(clean("a\u{1b}[31mb\r\u{202e}c\u{9b}"), "a\\u{1b}[31mb\\u{d}\\u{202e}c\\u{9b}");
    }
}
