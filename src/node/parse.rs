//! YAML text to a tree, strictly: one document, unique keys, nothing that makes a value come from elsewhere (anchors,
//! aliases, merge keys) or gives it a type (tags), and budgets for size and depth.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span as ParserSpan};

use super::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, Span};

/// Largest file in bytes.
pub const MAX_BYTES: usize = 5_000_000;
/// Deepest nesting of maps and lists.
const MAX_DEPTH: usize = 32;

/// Parses a file.
///
/// # Errors
/// Everything that is no strict YAML, each with its place; a syntax error ends the search.
pub fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    match parse_all(text) {
        (Some(root), mistakes) if mistakes.is_empty() => Ok(root),
        (_, mistakes) => Err(mistakes),
    }
}

/// Parses a file as far as it goes: the tree, unless a syntax error or a budget ended the search, and everything that is
/// no strict YAML. One of the two is always there.
pub fn parse_all(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    if text.len() > MAX_BYTES {
        let found = Diagnostic::error(Span::default(), format!("the file has more than {MAX_BYTES} bytes"));
        return (None, vec![found.help("split the rules into several files")]);
    }
    let mut builder = Builder { text, open: Vec::new(), root: None, mistakes: Vec::new(), documents: 0 };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                if !builder.take(event, bytes(text, &span)) {
                    break;
                }
            }
            Err(error) => {
                let mut at = error.marker().byte_offset().unwrap_or_default().min(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                builder.root = None;
                builder.mistakes.push(no_yaml(text, at, &error.info()));
                break;
            }
        }
    }
    if builder.root.is_none() && builder.mistakes.is_empty() {
        builder.mistakes.push(Diagnostic::error(Span::default(), "the file is empty").help("start with `version: 1`"));
    }
    (builder.root, builder.mistakes)
}

/// What ended the parse, with what usually helps.
fn no_yaml(text: &str, at: usize, why: &str) -> Diagnostic {
    // The parser blames what stands before or behind a tab that indents a line.
    let from = text.get(..at).unwrap_or_default().trim_end_matches('\t').len();
    let rest = text.get(from..).unwrap_or_default();
    if let Some(tab) = rest.find('\t').filter(|_| why.contains("tab")) {
        let span = Span { start: from + tab, end: from + tab + 1 };
        return Diagnostic::error(span, "a tab where YAML takes blanks only").help("indent with blanks");
    }
    Diagnostic::error(Span { start: at, end: at }, format!("no YAML: {why}"))
        .help("a text that holds `: ` or ` #`, or begins with one of * & ! % @ ` { [, goes into quotes")
}

/// A list or map that is not closed yet.
enum Open {
    List {
        start: usize,
        items: Vec<Node>,
    },
    Map {
        start: usize,
        entries: Vec<Entry>,
        key: Key,
        known: HashMap<String, Span>,
    },
    /// One that stands where a key is expected: a mistake, noted already.
    Key,
}

/// What a map waits for.
enum Key {
    Awaited,
    Read(String, Span),
    /// One that is no word: its value goes with it.
    Refused,
}

struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
    mistakes: Vec<Diagnostic>,
    documents: usize,
}

impl Builder<'_> {
    /// Takes one event; `false` ends the parse.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.mistake(span, "a second document begins here", "put all rules into one document");
                    return false;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.plain(span, anchor, tag.is_some());
                self.scalar(text.into_owned(), style, span);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.plain(span, anchor, tag.is_some());
                self.begin(span, Open::List { start: span.start, items: Vec::new() });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.plain(span, anchor, tag.is_some());
                self.begin(
                    span,
                    Open::Map { start: span.start, entries: Vec::new(), key: Key::Awaited, known: HashMap::new() },
                );
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.mistake(span, "aliases have no place in a rule file", "write the value out");
                self.put(Node { span, value: Value::Text { text: String::new(), quoted: true } });
            }
            _ => {}
        }
        if self.open.len() > MAX_DEPTH {
            self.mistake(span, &format!("more than {MAX_DEPTH} levels"), "no rule needs so many");
            return false;
        }
        true
    }

    fn mistake(&mut self, span: Span, what: &str, help: &str) {
        self.mistakes.push(Diagnostic::error(span, what).help(help));
    }

    /// Refuses anchors and tags.
    fn plain(&mut self, span: Span, anchor: usize, tag: bool) {
        if anchor != 0 {
            self.mistake(span, "anchors have no place in a rule file", "write each value where it holds");
        }
        if tag {
            self.mistake(span, "tags have no place in a rule file", "every value is text as written");
        }
    }

    /// Opens a list or map; where a key is expected it is refused, and what it holds with it.
    fn begin(&mut self, span: Span, open: Open) {
        match self.open.last() {
            Some(Open::Map { key: Key::Awaited, .. }) => {
                self.mistake(span, "this key is a list or a map", "a key is one word or one quoted text");
                self.open.push(Open::Key);
            }
            Some(Open::Key) => self.open.push(Open::Key),
            _ => self.open.push(open),
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) {
        if let Some(Open::Map { key: key @ Key::Awaited, known, .. }) = self.open.last_mut() {
            let repeated = known.get(&text).copied();
            known.entry(text.clone()).or_insert(span);
            *key = Key::Read(text.clone(), span);
            if let Some(first) = repeated {
                self.mistakes.push(
                    Diagnostic::error(span, format!("the key `{text}` stands here a second time"))
                        .related(first, "first here")
                        .help("keep one of the two"),
                );
            }
            if text == "<<" {
                self.mistake(span, "merge keys have no place in a rule file", "write the entries out");
            }
            return;
        }
        let quoted = style != ScalarStyle::Plain;
        if !quoted && self.cut_by_comment(&text, span) {
            self.mistakes.push(
                Diagnostic::error(span, "the text ends where ` #` begins a comment")
                    .help("quote it if the rest belongs to it, or put the comment on a line of its own"),
            );
        }
        self.put(Node { span, value: Value::Text { text, quoted } });
    }

    /// Whether an unquoted text of several words is followed by ` #` on its line: most likely a reason that was cut.
    fn cut_by_comment(&self, text: &str, span: Span) -> bool {
        let rest = self.text.get(span.end..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        text.contains(' ') && line.trim_start_matches([' ', '\t']).starts_with('#')
    }

    fn close(&mut self, span: Span) {
        let node = match self.open.pop() {
            Some(Open::List { start, items }) => Node { span: self.until(start, span), value: Value::List(items) },
            Some(Open::Map { start, entries, .. }) => {
                Node { span: self.until(start, span), value: Value::Map(entries) }
            }
            Some(Open::Key) => {
                if let Some(Open::Map { key, .. }) = self.open.last_mut() {
                    *key = Key::Refused;
                }
                return;
            }
            None => return,
        };
        self.put(node);
    }

    /// From the first byte of a collection to its last, white space behind it left out.
    fn until(&self, start: usize, end: Span) -> Span {
        let body = self.text.get(start..end.end).unwrap_or_default();
        Span { start, end: start + body.trim_end().len() }
    }

    fn put(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Key::Read(key, key_span) = std::mem::replace(key, Key::Awaited) {
                    entries.push(Entry { key, key_span, node });
                }
            }
            Some(Open::Key) => {}
        }
    }
}

/// The parser's span in bytes.
fn bytes(text: &str, span: &ParserSpan) -> Span {
    let start = span.start.byte_offset().unwrap_or_default().min(text.len());
    let end = span.end.byte_offset().unwrap_or(start).clamp(start, text.len());
    Span { start, end: start + text[start..end].trim_end().len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<(usize, String)> {
        let found = parse(text).expect_err(text);
        found.into_iter().map(|found| (found.span.unwrap().start, found.message)).collect()
    }

    #[test]
    fn scalars_are_text_as_written() {
        let root = parse("a: no\nb: 0123\nc: +49\nd: \"x\\ty\"\ne:\nf: ~\ng: {h: [1, 2]}\n").unwrap();
        let Value::Map(entries) = root.value else { panic!("a map") };
        let text = |index: usize| match &entries[index].node.value {
            Value::Text { text, quoted } => (text.as_str(), *quoted),
            _ => panic!("text"),
        };
        assert_eq!(text(0), ("no", false));
        assert_eq!(text(1), ("0123", false));
        assert_eq!(text(2), ("+49", false));
        assert_eq!(text(3), ("x\ty", true));
        assert!(matches!(text(4), ("" | "~", false)));
        assert_eq!(text(5), ("~", false));
        assert_eq!(entries[6].node.to_string(), "{h: [1, 2]}");
    }

    #[test]
    fn places_are_bytes() {
        let text = "ä: 日本\nb: c\n";
        let root = parse(text).unwrap();
        let Value::Map(entries) = root.value else { panic!("a map") };
        let at = |span: Span| &text[span.start..span.end];
        assert_eq!(at(entries[0].node.span), "日本");
        assert_eq!(at(entries[1].key_span), "b");
        assert_eq!(at(entries[1].node.span), "c");
    }

    #[test]
    fn what_is_not_strict_is_refused_with_its_place() {
        assert_eq!(mistakes("a: 1\nb: 2\na: 3\n")[0].0, 10);
        assert_eq!(mistakes("a: &x 1\nb: *x\n").len(), 2);
        assert!(mistakes("a: !!int 1\n")[0].1.contains("tag"));
        assert!(mistakes("a: {<<: b}\n")[0].1.contains("merge"));
        assert!(mistakes("a: 1\n---\nb: 2\n")[0].1.contains("second document"));
        assert!(mistakes("[a, b]: c\n")[0].1.contains("this key"));
        assert!(mistakes("a: [1\n")[0].1.contains("no YAML"));
        assert!(mistakes("")[0].1.contains("empty"));
        assert!(mistakes(&format!("a: {}{}", "[".repeat(40), "]".repeat(40)))[0].1.contains("levels"));
        assert!(mistakes("why: because of # of rows\n")[0].1.contains('#'));
        assert!(parse("a: 1 # one\nb: two words\n# more\n").is_ok());
    }
}
