//! Foreign-key columns get the mask of what they refer to, so that joins join; what would break that is refused.

use super::columns::Draft;
use super::lineage::Lineage;
use super::references::References;
use super::resolve::Drafts;
use crate::diagnostic::Diagnostic;
use crate::schema::{ColumnName, Schema};

/// Lets every foreign-key column follow. Gives the mistakes.
pub(super) fn follow(
    schema: &Schema,
    lineage: &Lineage<'_>,
    references: &References,
    drafts: &mut Drafts,
) -> Vec<Diagnostic> {
    let original = drafts.clone();
    let mut found = Vec::new();
    for table in &schema.tables {
        for column in table.stored_columns() {
            let name = table.name.column(&column.name);
            let home = lineage.home(&name);
            let own = original.get(&name);
            let sources = references.sources(&home);
            if sources.iter().all(|source| *source == home) {
                found.extend(unlike_its_parent(&name, &home, references, &original));
                continue;
            }
            if let Some(source) = sources.iter().find(|source| lineage.column(source).is_some_and(|to| to.generated)) {
                found.extend(own.and_then(|own| refers_to_generated(&name, own, source)));
                continue;
            }
            let known: Vec<(&ColumnName, &Draft)> =
                sources.iter().filter_map(|source| original.get(source).map(|draft| (source, draft))).collect();
            // Without a draft of the source a mistake is noted already, or it is no column of ours.
            let Some((source, draft)) = known.first() else {
                continue;
            };
            if let Some((other, second)) = known.iter().find(|(_, other)| !same(draft, other)) {
                found.push(disagree(&name, (source, draft), (other, second)));
            }
            if let Some(own) = own
                && own.literal
                && !says_the_same(own, draft)
            {
                found.push(own_rule(&name, own, source, draft));
            }
            if draft.per.is_some() {
                let message = format!("{source} is referred to by {name} and cannot be masked `per:`");
                let wrong = Diagnostic { span: draft.span, ..Diagnostic::error_without_place(message) };
                found.push(wrong.help("remove `per:`: the value itself decides then, the same in both tables"));
            }
            let because = format!("follows {source}");
            let span = own.and_then(|own| own.span).or(draft.span);
            drafts.insert(name, Draft { because, source: (*source).clone(), per: None, span, ..(*draft).clone() });
        }
    }
    found
}

/// A partition that masks a column in a way of its own, while others refer to its parent's.
fn unlike_its_parent(
    name: &ColumnName,
    home: &ColumnName,
    references: &References,
    drafts: &Drafts,
) -> Option<Diagnostic> {
    let (own, parent) = (drafts.get(name)?, drafts.get(home)?);
    if name == home || same(own, parent) || !references.is_referred(home) {
        return None;
    }
    let message = format!("others refer to {home}, and {name} is masked differently");
    let mut wrong = Diagnostic { span: own.span, ..Diagnostic::error_without_place(message) };
    if let Some(span) = parent.span {
        wrong = wrong.related(span, "the mask of the whole");
    }
    Some(wrong.help("remove this rule: the tables join only if all partitions are masked alike"))
}

/// What the server computes from masked values is not known here.
fn refers_to_generated(name: &ColumnName, own: &Draft, source: &ColumnName) -> Option<Diagnostic> {
    if own.mask.name == "keep" {
        return None;
    }
    let message = format!("{name} refers to {source}, which the server computes, and cannot be masked to join with it");
    let wrong = Diagnostic { span: own.span, ..Diagnostic::error_without_place(message) };
    Some(wrong.help("keep this column and those that the other is computed from"))
}

fn disagree(name: &ColumnName, one: (&ColumnName, &Draft), two: (&ColumnName, &Draft)) -> Diagnostic {
    let message = format!("{name} refers to {} and to {}, which are masked differently", one.0, two.0);
    let mut wrong = Diagnostic { span: two.1.span, ..Diagnostic::error_without_place(message) };
    if let Some(span) = one.1.span {
        wrong = wrong.related(span, "the other one");
    }
    wrong.help("give both the same mask and the same `domain:`")
}

fn own_rule(name: &ColumnName, own: &Draft, source: &ColumnName, draft: &Draft) -> Diagnostic {
    let message = format!("{name} refers to {source} and gets its mask, `{}`, not one of its own", draft.mask.name);
    let mut wrong = Diagnostic { span: own.span, ..Diagnostic::error_without_place(message) };
    if let Some(span) = draft.span {
        wrong = wrong.related(span, "the mask that it follows");
    }
    wrong.help("remove this rule: the two join only if they are masked alike")
}

/// Whether two drafts give equal outputs for equal inputs.
fn same(one: &Draft, two: &Draft) -> bool {
    let kept = |draft: &Draft| draft.mask.name == "keep";
    (kept(one) && kept(two)) || (says_the_same(one, two) && one.domain == two.domain)
}

fn says_the_same(one: &Draft, two: &Draft) -> bool {
    one.mask == two.mask && one.params.to_string() == two.params.to_string()
}
