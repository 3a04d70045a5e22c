//! One column of the register: what becomes of its values, who could undo that, where it stands written.

use std::collections::BTreeMap;

use super::{By, Column, Decided, Reversible, Tag, Whom};
use crate::class;
use crate::class::legal::{self, Provision};
use crate::classify;
use crate::mask::{Effect, Uniqueness};
use crate::plan::{Because, ColumnPlan, TablePlan};
use crate::schema;

/// A column whose rows travel.
/// `said` is where the rule stands that decides, and its reason.
pub(super) fn planned(table: &TablePlan, column: &ColumnPlan, said: Option<&(usize, Option<String>)>) -> Column {
    let effect = column.effect();
    let (line, reason) = said.cloned().map_or((None, None), |(line, reason)| (Some(line), reason));
    let per = column.per.and_then(|per| table.columns.get(per)).map(|per| per.facts.column.column.clone());
    let drawn = !matches!(effect, Effect::Kept | Effect::Removed);
    let name = &column.facts.column;
    let looks_like = match column.class {
        Some(_) => None,
        None => classify::guess(&name.table.name, &name.column, &column.facts.ty),
    };
    Column {
        column: name.column.clone(),
        r#type: column.facts.ty.short(),
        class: column.class.clone(),
        tags: tags(column.class.as_deref()),
        looks_like,
        mask: column.described(),
        mask_name: column.mask.name,
        parameters: column.params.written().map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
        one_to_one: drawn && column.is_one_to_one(),
        effect: Some(effect),
        reversible: reversible(column, effect, per.as_deref()),
        still_shows: column.leaves(),
        guarantees: column.guarantees(),
        domain: drawn.then(|| column.domain.clone()),
        // What follows a keep stays for the same reason; a remark beside a mask is about its own column.
        reason: reason.filter(|_| column.because.source().is_none() || effect == Effect::Kept),
        decided: decided(column, line),
        per,
        exception: None,
        owner: None,
    }
}

/// A column of a table whose rows stay behind.
pub(super) fn left_behind(column: &schema::Column, line: Option<usize>) -> Column {
    Column {
        mask: "rows: none".to_owned(),
        effect: Some(Effect::Removed),
        reversible: Reversible { by: Whom::Nobody, how: "no row travels".to_owned() },
        still_shows: "nothing".to_owned(),
        decided: Decided { by: By::Rows, text: "the table travels without rows".to_owned(), line, follows: None },
        ..bare(column)
    }
}

/// A column that staging's server computes anew.
pub(super) fn computed(column: &schema::Column) -> Column {
    Column {
        mask: "computed".to_owned(),
        reversible: Reversible { by: Whom::Nobody, how: "as far as the columns allow that it is made of".to_owned() },
        still_shows: "what the masked columns show that it is made of".to_owned(),
        decided: Decided {
            by: By::Server,
            text: "generated: staging's server computes it from masked columns".to_owned(),
            line: None,
            follows: None,
        },
        ..bare(column)
    }
}

fn bare(column: &schema::Column) -> Column {
    Column {
        column: column.name.clone(),
        r#type: column.ty.short(),
        class: None,
        tags: Vec::new(),
        looks_like: None,
        mask: String::new(),
        mask_name: "",
        parameters: BTreeMap::new(),
        one_to_one: false,
        effect: None,
        reversible: Reversible { by: Whom::Nobody, how: String::new() },
        still_shows: String::new(),
        guarantees: Vec::new(),
        domain: None,
        per: None,
        decided: Decided { by: By::Server, text: String::new(), line: None, follows: None },
        reason: None,
        exception: None,
        owner: None,
    }
}

/// What laws and standards call a class.
fn tags(class: Option<&str>) -> Vec<Tag> {
    let tag = |provision: &Provision| Tag {
        law: provision.law.name(),
        tag: provision.tag,
        cites: provision.cites,
        says: provision.says,
        sensitive: provision.is_sensitive(),
    };
    class.into_iter().flat_map(legal::provisions).map(tag).collect()
}

/// Whether a class is about a person.
pub(super) fn is_personal(column: &Column) -> bool {
    column.class.as_deref().is_some_and(class::is_personal)
}

fn reversible(column: &ColumnPlan, effect: Effect, per: Option<&str>) -> Reversible {
    let (by, how) = match effect {
        Effect::Kept => (Whom::Anyone, "the value itself stands there".to_owned()),
        Effect::Removed => (Whom::Nobody, "nothing is left to start from".to_owned()),
        Effect::Generalised => (Whom::Nobody, "only the band is left".to_owned()),
        Effect::Perturbed => {
            let written = column.params.to_string();
            let own = written.split(", ").find_map(|one| one.strip_prefix("within: "));
            let usual = column.mask.params.iter().find(|param| param.name == "within").and_then(|param| param.default);
            let within = own.or(usual).unwrap_or("a bounded amount");
            (Whom::KeyHolder, format!("exactly; anyone sees it to within {within}"))
        }
        Effect::Pseudonymised if column.mask.promises.unique == Uniqueness::Yes => {
            (Whom::KeyHolder, "the key computes the original".to_owned())
        }
        Effect::Pseudonymised => (Whom::KeyHolder, "by trying candidates with the key".to_owned()),
        Effect::Synthetic => match per {
            Some(per) => (Whom::Nobody, format!("drawn for its `{per}`, not from the value")),
            None => (Whom::KeyHolder, "by trying candidates with the key; several may fit".to_owned()),
        },
    };
    Reversible { by, how }
}

fn decided(column: &ColumnPlan, line: Option<usize>) -> Decided {
    let because = &column.because;
    let by = match because {
        Because::Unlisted => By::Unlisted,
        Because::ForeignKey { .. } | Because::Reference { .. } => By::Reference,
        _ if column.broad => By::Pattern,
        _ => By::Rule,
    };
    Decided { by, text: because.to_string(), line, follows: because.source().map(ToString::to_string) }
}

/// Line and reason of a rule: a keep says it; of a mask the remark that stands beside it on its line.
pub(super) fn said(because: &Because, text: &str) -> Option<(usize, Option<String>)> {
    match because {
        Because::Keep { why, line } => Some((*line, Some(why.clone()))),
        Because::Rule { line } | Because::Class { line, .. } => Some((*line, remark(*line, text))),
        _ => None,
    }
}

/// The comment at the end of a line of a rule file.
pub(super) fn remark(line: usize, text: &str) -> Option<String> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => {
                let remark = line[at + 1..].trim();
                return (!remark.is_empty()).then(|| remark.to_owned());
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remark_beside_a_rule_is_its_reason() {
        let text = "a: permute   # stands in links\nb: \"x # y\"\nc: it#1\nd: { keep: 'a' } #  twice # here";
        let remarks: Vec<_> = (0..6).map(|line| remark(line, text)).collect();
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(remarks, [None, said("stands in links"), None, None, said("twice # here"), None]);
    }
}
