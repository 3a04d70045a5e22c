//! What is wrong in a rule file, and where: plain data that the command line renders.

mod render;
pub mod sarif;

pub use render::render;

/// A stretch of a rule file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Where the lines of a text begin: the line of any place without reading the text again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// The lines of a text.
    pub fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line in which a byte stands, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The run does not start.
    Error,
    /// The run starts, and says so; `--strict` makes it an error.
    Warning,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// Where; `None` where no line of the file is to blame.
    pub span: Option<Span>,
    /// A few words shown under the span.
    pub label: String,
    /// Other places that matter, each with a few words.
    pub related: Vec<(Span, String)>,
    /// What to do, each a line (or several, to paste).
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: one_line(message.into()),
            span: Some(span),
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// An error that no line of the file is to blame for.
    pub fn error_without_place(message: impl Into<String>) -> Self {
        Self { span: None, ..Self::error(Span::default(), message) }
    }

    /// A warning that no line of the file is to blame for.
    pub fn warning_without_place(message: impl Into<String>) -> Self {
        Self { span: None, ..Self::warning(Span::default(), message) }
    }

    /// Adds the words under the span.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

/// All findings about one rule file, with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    /// The file's path as the user gave it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The findings, sorted by place.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// "1 mistake" or "7 mistakes".
    pub fn count_errors(&self) -> String {
        match self.list.iter().filter(|found| found.severity == Severity::Error).count() {
            1 => "1 mistake".to_owned(),
            many => format!("{many} mistakes"),
        }
    }

    /// Line and column of a place, both counted from 1, columns in characters.
    pub fn place(&self, span: Span) -> (usize, usize) {
        let before = &self.text[..span.start.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|found| found.severity == Severity::Error)
    }
}

/// A message on one line that a terminal shows as it is: a name in it may hold anything.
fn one_line(message: String) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !message.contains(odd) {
        return message;
    }
    let mut line = String::with_capacity(message.len() + 8);
    for c in message.chars() {
        if odd(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

/// Longest word, in characters, that a nearest one is looked for.
const LONGEST_WORD: usize = 200;

/// The candidate nearest to a misspelt word, if one is near: at most a third of the letters changed, added, left out or
/// swapped (optimal string alignment distance; upper and lower case count as equal).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(LONGEST_WORD + 1).collect();
    if word.len() > LONGEST_WORD {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase().chars().collect::<Vec<_>>()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(word.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line() {
        let found = Diagnostic::error(Span::default(), "no key `a\n\u{1b}[2Jb\u{202e}c`");
        assert_eq!(found.message, "no key `a\\n\\u{1b}[2Jb\\u{202e}c`");
    }

    #[test]
    fn the_nearest_word_is_offered_only_if_it_is_near() {
        let words = ["email", "person_name", "permute"];
        assert_eq!(nearest("emial", words), Some("email"));
        assert_eq!(nearest("Person-Name", words), Some("person_name"));
        assert_eq!(nearest("xyz", words), None);
        assert_eq!(nearest("id", ["a", "no", "Id"]), Some("Id"));
        assert_eq!(nearest("a", ["b"]), None);
    }
}
