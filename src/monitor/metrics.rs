//! Metrics in Prometheus' text format (version 0.0.4) for node_exporter's textfile collector: one file a job, written
//! after every run, also after one that failed. Times of the last success outlive runs that fail.

use std::fmt::Write as _;

/// What the file tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// The rule file.
    pub rules: String,
    /// The environment; empty without one.
    pub environment: String,
    /// Staging's name.
    pub staging: String,
    /// The run's id.
    pub run: String,
    /// Its outcome in a word.
    pub outcome: String,
    /// Its exit code.
    pub exit: u8,
    /// When it ended, in seconds since 1970.
    pub ended: f64,
    /// How long it took.
    pub seconds: f64,
    /// Stages and their seconds, in their order; one that came twice counts once.
    pub stages: Vec<(&'static str, f64)>,
    /// Rows written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// When the last run ended that succeeded.
    pub success: Option<f64>,
    /// When production was read for the staging that is live.
    pub data: Option<f64>,
}

const SUCCESS: &str = "bauta_last_success_timestamp_seconds";
const DATA: &str = "bauta_staging_data_timestamp_seconds";

impl Metrics {
    /// Takes the times of the last success from the file that the run before left, and staging's name where a run ended
    /// before it was known: another label would be another series.
    pub fn remember(&mut self, before: &str) {
        if self.staging.is_empty() {
            self.staging = staging(before).unwrap_or_default();
        }
        self.success = self.success.or_else(|| sample(before, SUCCESS));
        self.data = self.data.or_else(|| sample(before, DATA));
    }

    /// Writes the file.
    pub fn to_text(&self) -> String {
        let labels = [("rules", &self.rules), ("environment", &self.environment), ("staging", &self.staging)];
        let labels = labels.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).join(",");
        let mut out = String::new();
        let mut gauge = |name: &str, help: &str, samples: &[(String, f64)]| {
            if samples.is_empty() {
                return;
            }
            // Writing to a string cannot fail.
            let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n");
            for (more, value) in samples {
                let _ = writeln!(out, "{name}{{{labels}{more}}} {value}");
            }
        };
        let plain = |value: f64| vec![(String::new(), value)];
        let (run, outcome) = (escaped(&self.run), escaped(&self.outcome));
        let info =
            vec![(format!(",run=\"{run}\",outcome=\"{outcome}\",version=\"{}\"", env!("CARGO_PKG_VERSION")), 1.0)];
        gauge("bauta_last_run_info", "The last run: its id, its outcome, the program's version.", &info);
        gauge("bauta_last_run_exit_code", "Exit code of the last run; 0 is success.", &plain(f64::from(self.exit)));
        gauge("bauta_last_run_timestamp_seconds", "When the last run ended.", &plain(self.ended));
        gauge("bauta_last_run_duration_seconds", "How long the last run took.", &plain(self.seconds));
        let stages: Vec<_> =
            self.stages.iter().map(|(stage, seconds)| (format!(",stage=\"{stage}\""), *seconds)).collect();
        gauge("bauta_last_run_stage_duration_seconds", "How long each stage of the last run took.", &stages);
        let (rows, bytes) = (self.rows as f64, self.bytes as f64);
        gauge("bauta_last_run_rows", "Rows that the last run wrote.", &plain(rows));
        gauge("bauta_last_run_bytes", "Bytes that the last run wrote.", &plain(bytes));
        gauge(SUCCESS, "When the last run that published a staging ended.", &self.success.map_or(vec![], plain));
        gauge(DATA, "When production was read for the staging that is live.", &self.data.map_or(vec![], plain));
        out
    }
}

/// The value of the first sample with this name.
fn sample(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{')))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// The label `staging` of the first sample.
fn staging(text: &str) -> Option<String> {
    let line = text.lines().find(|line| !line.starts_with('#'))?;
    let (_, rest) = line.split_once(",staging=\"")?;
    let mut value = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(value),
            '\\' => value.push(Some(chars.next()?).filter(|char| *char != 'n').unwrap_or('\n')),
            char => value.push(char),
        }
    }
}

/// A label's value, escaped as the format has it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The stable name of a stage that a run tells of in words.
pub fn stage(words: &str) -> &'static str {
    const STAGES: &[(&str, &str)] = &[
        ("opening production", "open"),
        ("creating triggers", "triggers"),
        ("creating", "create"),
        ("writing", "create"),
        ("building keys", "keys"),
        ("setting sequences", "contents"),
        ("running", "scripts"),
        ("gathering statistics", "analyze"),
        ("restoring owners", "grants"),
        ("verifying", "verify"),
        ("publishing", "publish"),
    ];
    STAGES.iter().find(|(begin, _)| words.starts_with(begin)).map_or("other", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_does_not_forget_the_last_success() {
        let good = Metrics { success: Some(1_764_000_000.5), data: Some(1_763_999_000.0), ..Metrics::default() };
        let mut bad = Metrics { exit: 3, rules: "a\"b\\c\nd".to_owned(), ..Metrics::default() };
        bad.remember(&good.to_text());
        assert_eq!((bad.success, bad.data), (good.success, good.data));
        let text = bad.to_text();
        assert!(text.contains("{rules=\"a\\\"b\\\\c\\nd\",environment=\"\",staging=\"\"} 3\n"), "{text}");
        let named = Metrics { staging: "a\"b\\c\nd,e".to_owned(), ..good };
        let mut unnamed = Metrics::default();
        unnamed.remember(&named.to_text());
        assert_eq!(unnamed.staging, named.staging);
        let mut first = Metrics::default();
        first.remember("");
        assert!(!first.to_text().contains(SUCCESS));
    }
}
