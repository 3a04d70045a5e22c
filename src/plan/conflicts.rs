//! What is said where masks and references are at odds: each finding shows both places.

use super::columns::Draft;
use crate::diagnostic::{Diagnostic, Span};
use crate::schema::ColumnName;

/// An error at a rule, and another place that matters.
fn at(span: Option<Span>, message: String, related: Option<Span>, label: &str) -> Diagnostic {
    let (span, related) = match (span, related) {
        (None, Some(related)) => (Some(related), None),
        both => both,
    };
    let wrong = Diagnostic { span, ..Diagnostic::error_without_place(message) };
    match related.filter(|related| Some(*related) != span) {
        Some(related) => wrong.related(related, label),
        None => wrong,
    }
}

/// A partition that masks a column in a way of its own, while others refer to its parent's.
pub(super) fn unlike_its_parent(name: &ColumnName, home: &ColumnName, own: &Draft, parent: &Draft) -> Diagnostic {
    let message = format!("others refer to {home}, and {name} is masked differently");
    at(own.span, message, parent.span, "the mask of the whole")
        .help("remove this rule: the tables join only if all partitions are masked alike")
}

/// What the server computes from masked values is not known here.
pub(super) fn refers_to_generated(name: &ColumnName, own: &Draft, source: &ColumnName) -> Option<Diagnostic> {
    if own.mask.name == "keep" {
        return None;
    }
    let message = format!("{name} refers to {source}, which the server computes, and cannot be masked to join with it");
    Some(at(own.span, message, None, "").help("keep this column and those that the other is computed from"))
}

/// A column that refers to two that are masked differently.
pub(super) fn disagree(name: &ColumnName, one: (&ColumnName, &Draft), two: (&ColumnName, &Draft)) -> Diagnostic {
    let message = format!("{name} refers to {} and to {}, which are masked differently", one.0, two.0);
    at(two.1.span, message, one.1.span, "the other one").help("give both the same mask and the same `domain:`")
}

/// A rule on a column that follows another one.
pub(super) fn own_rule(name: &ColumnName, own: &Draft, source: &ColumnName, draft: &Draft, circle: bool) -> Diagnostic {
    let (message, help) = if circle {
        let message = format!("{name} and {source} refer to each other and are masked differently");
        (message, "leave one of the two rules: it then holds for both")
    } else {
        let mask = draft.mask.name;
        let message = format!("{name} refers to {source} and gets its mask, `{mask}`, not one of its own");
        (message, "remove this rule: the two join only if they are masked alike")
    };
    at(own.span, message, draft.span, "the mask that it follows").help(help)
}

/// A mask that another column decides cannot be repeated where that column is not.
pub(super) fn per(name: &ColumnName, source: &ColumnName, draft: &Draft) -> Option<Diagnostic> {
    draft.per.as_ref()?;
    let message = format!("{source} is referred to by {name} and cannot be masked `per:`");
    let help = "remove `per:`: the value itself decides then, the same in both tables";
    Some(at(draft.span, message, None, "").help(help))
}

/// A reference to a column that gets no mask, because its table's rows stay behind.
pub(super) fn no_mask(name: &ColumnName, to: &ColumnName, entry: Span) -> Diagnostic {
    let message = format!("{name} refers to {to}, which has no mask to follow");
    Diagnostic::error(entry, message).help(format!("give {name} a rule of its own for such rows"))
}

/// A chain of references through a column that refers now to one table and now to another.
pub(super) fn referred(name: &ColumnName, entry: Span) -> Diagnostic {
    let message = format!("others refer to {name}, which itself refers to different tables");
    Diagnostic::error(entry, message)
        .help("let those that refer to it name the same tables, with a `where:` of their own")
}

/// A mask that looks at another column, in a column whose mask yet another one tells.
pub(super) fn told_by_two(name: &ColumnName, own: &Draft, by: &str) -> Diagnostic {
    let message = format!("`{by}` tells the mask of {name}, which cannot be masked `per:` another column besides");
    at(own.span, message, None, "").help("remove `per:`")
}

/// A masked column that tells what another one refers to.
pub(super) fn teller(name: &ColumnName, by: &str, teller: &Draft) -> Diagnostic {
    let message = format!("`{by}` tells what {name} refers to, and is masked");
    at(teller.span, message, None, "").help(format!("keep `{by}`: no row joins by another value"))
}
