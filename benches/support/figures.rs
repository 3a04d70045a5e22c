//! Medians, spreads and goals, and the report that they stand in: Markdown.

use std::fmt;

use super::median::median;

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// A report: sentences, then tables.
pub(crate) struct Report {
    title: &'static str,
    sentences: Vec<String>,
    figures: Vec<Figure>,
    tables: Vec<String>,
}

struct Figure {
    what: String,
    goal: Option<Goal>,
    unit: &'static str,
    values: Vec<f64>,
}

impl Report {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, sentences: Vec::new(), figures: Vec::new(), tables: Vec::new() }
    }

    /// Adds a sentence above the tables.
    pub(crate) fn say(&mut self, sentence: String) {
        eprintln!("{sentence}");
        self.sentences.push(sentence);
    }

    /// Adds a figure with a value per run.
    pub(crate) fn figure(&mut self, what: impl Into<String>, goal: Option<Goal>, unit: &'static str, values: Vec<f64>) {
        let figure = Figure { what: what.into(), goal, unit, values };
        eprintln!("{figure}");
        self.figures.push(figure);
    }

    /// Adds a table of its own, as Markdown.
    pub(crate) fn table(&mut self, table: String) {
        eprintln!("{table}");
        self.tables.push(table);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n", self.title)?;
        for sentence in &self.sentences {
            writeln!(f, "{sentence}\n")?;
        }
        writeln!(f, "| figure | goal | median | min..max | reached |\n|---|---|---|---|---|")?;
        for figure in &self.figures {
            writeln!(f, "{figure}")?;
        }
        self.tables.iter().try_for_each(|table| write!(f, "\n{table}"))
    }
}

/// A row of the table of figures.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let median = median(&self.values);
        let show = |value: f64| number(value, self.unit);
        let goal = self.goal.map_or_else(String::new, |goal| match goal {
            Goal::AtMost(most) => format!("<= {}", show(most)),
            Goal::AtLeast(least) => format!(">= {}", show(least)),
        });
        let reached = self.goal.map_or("", |goal| if goal.is_reached(median) { "yes" } else { "**no**" });
        let (least, most) = spread(&self.values);
        write!(f, "| {} | {goal} | {} | {}..{} | {reached} |", self.what, show(median), show(least), show(most))
    }
}

impl Goal {
    fn is_reached(self, value: f64) -> bool {
        match self {
            Goal::AtMost(most) => value <= most,
            Goal::AtLeast(least) => value >= least,
        }
    }
}

/// The smallest and the largest.
pub(crate) fn spread(values: &[f64]) -> (f64, f64) {
    (values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// Quotients of the values of each run.
pub(crate) fn ratios(over: &[f64], under: &[f64]) -> Vec<f64> {
    over.iter().zip(under).map(|(over, under)| over / under).collect()
}

/// A number with its unit; ratios have none.
fn number(value: f64, unit: &str) -> String {
    match unit {
        "" | "s" | "ms" => format!("{value:.2} {unit}").trim_end().to_owned(),
        _ => format!("{value:.0} {unit}"),
    }
}
