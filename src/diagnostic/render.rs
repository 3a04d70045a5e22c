//! Findings as a person reads them: the line of the rule file, what is wrong under it, what to do below.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity, Span};

/// Renders all findings, one after the other. Every place shows as `file:line:column`.
pub fn render(found: &Diagnostics, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for one in &found.list {
        text.push_str(&renderer.render(&report(found, one)));
        text.push_str("\n\n");
    }
    text
}

fn report<'a>(found: &'a Diagnostics, one: &'a Diagnostic) -> Vec<Group<'a>> {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&one.message);
    let mut group = match one.span {
        Some(span) => {
            let primary = AnnotationKind::Primary.span(range(found, span)).label(&one.label);
            let related =
                one.related.iter().map(|(span, label)| AnnotationKind::Context.span(range(found, *span)).label(label));
            let snippet = Snippet::source(&found.text).path(&found.file).line_start(1).fold(true);
            title.element(snippet.annotation(primary).annotations(related))
        }
        None => Group::with_title(title),
    };
    for help in &one.help {
        group = group.element(Level::HELP.message(help));
    }
    vec![group]
}

/// A span inside the text, at least one character wide where there is one, and on one line.
fn range(found: &Diagnostics, span: Span) -> std::ops::Range<usize> {
    let start = span.start.min(found.text.len());
    let line_end = found.text[start..].find('\n').map_or(found.text.len(), |len| start + len);
    let end = span.end.clamp(start, line_end.max(start));
    if start == end {
        let next = found.text[start..].chars().next().map_or(0, char::len_utf8);
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
        assert!(shown.contains("did you mean `email`?") && shown.contains("help: `bauta masks`"), "{shown}");
    }
}
