//! Findings as a person reads them: the line of the rule file, what is wrong under it, what to do below.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity, Span};

/// Most findings that are shown; nobody reads more at once, and a file of rubbish has very many.
const MOST: usize = 1000;

/// Renders all findings, one after the other. Every place shows as `file:line:column`.
pub fn render(found: &Diagnostics, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let lines: Vec<usize> = std::iter::once(0).chain(found.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut text = String::new();
    for one in found.list.iter().take(MOST) {
        text.push_str(&renderer.render(&report(found, &lines, one)));
        text.push_str("\n\n");
    }
    if found.list.len() > MOST {
        text.push_str(&format!("and {} more\n\n", found.list.len() - MOST));
    }
    text
}

fn report<'a>(found: &'a Diagnostics, lines: &[usize], one: &'a Diagnostic) -> Vec<Group<'a>> {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&one.message);
    let mut group = match one.span {
        Some(span) => {
            let primary = range(&found.text, span);
            let related: Vec<_> = one.related.iter().map(|(span, label)| (range(&found.text, *span), label)).collect();
            // Only the lines from the first place to the last are looked at: a file may be large.
            let places = related.iter().map(|(place, _)| place).chain([&primary]);
            let (first, last) = places.fold((primary.start, primary.end), |(first, last), place| {
                (first.min(place.start), last.max(place.end))
            });
            let line = lines.partition_point(|start| *start <= first) - 1;
            let end = lines.get(lines.partition_point(|start| *start <= last)).map_or(found.text.len(), |next| *next);
            let start = lines[line];
            let moved = |place: Range<usize>| place.start - start..place.end - start;
            let snippet = Snippet::source(&found.text[start..end])
                .path(&found.file)
                .line_start(line + 1)
                .fold(true)
                .annotation(AnnotationKind::Primary.span(moved(primary)).label(&one.label));
            title.element(snippet.annotations(
                related.into_iter().map(|(place, label)| AnnotationKind::Context.span(moved(place)).label(label)),
            ))
        }
        None => Group::with_title(title),
    };
    for help in &one.help {
        group = group.element(Level::HELP.message(help));
    }
    vec![group]
}

/// A span inside the text, at least one character wide where there is one, and on one line.
fn range(text: &str, span: Span) -> Range<usize> {
    let start = span.start.min(text.len());
    let line_end = text[start..].find('\n').map_or(text.len(), |len| start + len);
    let end = span.end.clamp(start, line_end);
    if start == end {
        let next = text[start..].chars().next().map_or(0, char::len_utf8);
        return start..start + next;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_points_at_the_character() {
        let text = "version: 1\ntables:\n  customers: { columns: { email: emial } }\n".to_owned();
        let start = text.find("emial").unwrap();
        let list = vec![
            Diagnostic::error(Span { start, end: start + 5 }, "there is no mask `emial`")
                .label("did you mean `email`?")
                .help("`bauta masks` lists them all"),
        ];
        let shown = render(&Diagnostics { file: "shop.yaml".to_owned(), text, list }, false);
        assert!(shown.contains("error: there is no mask `emial`"), "{shown}");
        assert!(shown.contains("shop.yaml:3:34"), "{shown}");
        assert!(shown.contains("3 |   customers:"), "{shown}");
        assert!(shown.contains("did you mean `email`?") && shown.contains("help: `bauta masks`"), "{shown}");
    }

    #[test]
    fn related_places_are_shown_wherever_they_stand() {
        let text = format!("version: 1\n{}tables:\n  a: {{}}\n  a: {{}}", "# a line\n".repeat(50));
        let at = |nth: usize| {
            let start = text.match_indices("  a:").nth(nth).unwrap().0 + 2;
            Span { start, end: start + 1 }
        };
        let first = Diagnostic::error(at(1), "twice").related(at(0), "first here");
        let last = Diagnostic::error(at(0), "before").related(at(1), "and there");
        let end = Diagnostic::error(Span { start: text.len(), end: text.len() }, "it ends");
        let list = vec![first, last, end];
        let shown = render(&Diagnostics { file: "a.yaml".to_owned(), text, list }, false);
        assert!(shown.contains("a.yaml:54:3") && shown.contains("a.yaml:53:3"), "{shown}");
        assert!(shown.contains("first here") && shown.contains("and there"), "{shown}");
        assert!(shown.contains("a.yaml:54:8"), "{shown}");
    }

    #[test]
    fn rubbish_does_not_take_long() {
        let text = "é: [\n".repeat(5_000);
        let places = text.char_indices().filter(|(_, c)| *c == 'é').map(|(start, _)| Span { start, end: start + 2 });
        let list: Vec<_> = places.map(|place| Diagnostic::error(place, "no")).collect();
        let shown = render(&Diagnostics { file: "a.yaml".to_owned(), text, list }, false);
        assert!(shown.ends_with("and 4000 more\n\n"));
    }
}
