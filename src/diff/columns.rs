//! One column in two registers.

use std::collections::BTreeMap;

use super::{Change, Grade, params};
use crate::audit::{By, Column, Register, Table};
use crate::class;
use crate::mask::Effect;

/// How many columns draw from each domain, by its name: equal values can be linked among them.
pub(super) type Domains = BTreeMap<String, usize>;

/// The domains of a register.
pub(super) fn domains(register: &Register) -> Domains {
    let mut domains = Domains::new();
    for column in register.tables.iter().flat_map(|table| &table.columns).filter(|column| column.per.is_none()) {
        if let Some(domain) = &column.domain {
            *domains.entry(domain.clone()).or_default() += 1;
        }
    }
    domains
}

/// What differs in the columns of one table.
pub(super) fn compare(old: &Table, new: &Table, shared: &(Domains, Domains)) -> Vec<Change> {
    let before: BTreeMap<&str, &Column> = old.columns.iter().map(|column| (column.column.as_str(), column)).collect();
    let mut changes = Vec::new();
    // Where one answered for all and one does now, the table says it.
    let each = owner_of_all(old).is_none() || owner_of_all(new).is_none();
    for column in &new.columns {
        let found = match before.get(column.column.as_str()) {
            None => vec![appeared(column)],
            Some(known) => {
                let owner = owner(known.owner.as_deref(), column.owner.as_deref()).filter(|_| each);
                let mut found = one(known, column, shared);
                found.extend(owner.map(|text| ("owner", text, Grade::Neutral)));
                found
            }
        };
        changes.extend(found.into_iter().map(|(kind, text, grade)| Change {
            place: format!("{}.{}", new.table, column.column),
            kind,
            text,
            grade,
            class:
                column.class.clone().or_else(|| before.get(column.column.as_str()).and_then(|old| old.class.clone())),
            rows: new.row_count.or(old.row_count),
            line: column.decided.line,
        }));
    }
    let gone = old.columns.iter().filter(|column| !new.columns.iter().any(|known| known.column == column.column));
    changes.extend(gone.map(|column| Change {
        place: format!("{}.{}", new.table, column.column),
        kind: "column",
        text: "the column is gone".to_owned(),
        grade: Grade::Neutral,
        class: column.class.clone(),
        rows: None,
        line: None,
    }));
    changes
}

/// Who answers for all columns of a table, or nobody; `None` where it is not the same for all.
pub(super) fn owner_of_all(table: &Table) -> Option<Option<&str>> {
    let owner = table.columns.first()?.owner.as_deref();
    table.columns.iter().all(|column| column.owner.as_deref() == owner).then_some(owner)
}

/// Another one answers now.
pub(super) fn owner(old: Option<&str>, new: Option<&str>) -> Option<String> {
    (old != new).then(|| format!("owner {} -> {}", old.unwrap_or("none"), new.unwrap_or("none")))
}

/// Kind, words, grade.
type Found = (&'static str, String, Grade);

fn appeared(column: &Column) -> Found {
    let grade = if column.effect == Some(Effect::Kept) { Grade::Weaker } else { Grade::Neutral };
    ("column", format!("new column, {}", described(column)), grade)
}

fn one(old: &Column, new: &Column, shared: &(Domains, Domains)) -> Vec<Found> {
    let mut found = Vec::new();
    found.extend(class(old, new));
    if old.mask_name != new.mask_name {
        let grade = Grade::more_hides(old.effect, new.effect);
        found.push(("mask", format!("{} -> {}", described(old), described(new)), grade));
    } else {
        found.extend(params::compare(old, new));
        found.extend(subject(old, new));
        found.extend(domain(old, new, shared));
    }
    found.extend(decided(old, new));
    found.extend(exception(old, new));
    let both_kept = old.effect == Some(Effect::Kept) && new.effect == Some(Effect::Kept);
    if both_kept && old.reason != new.reason && new.decided.by != By::Reference {
        let said = |reason: &Option<String>| reason.clone().unwrap_or_else(|| "nothing".to_owned());
        found.push((
            "reason",
            format!("the reason was \"{}\", is \"{}\"", said(&old.reason), said(&new.reason)),
            Grade::Neutral,
        ));
    }
    if old.r#type != new.r#type {
        found.push(("type", format!("its type {} -> {}", old.r#type, new.r#type), Grade::Neutral));
    }
    found
}

/// The mask as a reader wants to see it.
fn described(column: &Column) -> String {
    let per = column.per.iter().map(|per| format!(" per {per}")).collect::<String>();
    format!("{}{per}", column.mask)
}

fn or_none(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("none")
}

fn class(old: &Column, new: &Column) -> Option<Found> {
    if old.class == new.class {
        return None;
    }
    let personal = |column: &Column| column.class.as_deref().is_some_and(class::is_personal);
    // A person's class is what keeps a column from being kept.
    let grade = Grade::more_hides(personal(old), personal(new));
    Some(("class", format!("class {} -> {}", or_none(&old.class), or_none(&new.class)), grade))
}

/// `per:`: whose value decides.
fn subject(old: &Column, new: &Column) -> Option<Found> {
    if old.per == new.per {
        return None;
    }
    let grade = Grade::more_hides(old.reversible.by, new.reversible.by);
    Some(("per", format!("{}: per {} -> {}", new.mask_name, or_none(&old.per), or_none(&new.per)), grade))
}

/// With whom equal values can be linked.
fn domain(old: &Column, new: &Column, shared: &(Domains, Domains)) -> Option<Found> {
    let (Some(before), Some(after)) = (&old.domain, &new.domain) else {
        return None;
    };
    if before == after || old.per.is_some() || new.per.is_some() {
        return None;
    }
    let count = |domains: &Domains, name: &str| domains.get(name).copied().unwrap_or_default().max(1);
    let (was, is) = (count(&shared.0, before), count(&shared.1, after));
    let grade = Grade::less_left(was > 1, is > 1);
    let others = |count: usize| match count - 1 {
        0 => "of no other column".to_owned(),
        1 => "of 1 other column".to_owned(),
        many => format!("of {many} other columns"),
    };
    Some(("domain", format!("domain {before} ({}) -> {after} ({})", others(was), others(is)), grade))
}

/// Who decides: the column's own rule, or one that nobody wrote for it.
fn decided(old: &Column, new: &Column) -> Option<Found> {
    let (before, after) = (&old.decided, &new.decided);
    if before.by == after.by && before.follows == after.follows {
        return None;
    }
    if after.by == By::Reference || before.by == By::Reference {
        let says =
            |follows: &Option<String>| follows.as_ref().map_or("its own rule".to_owned(), |to| format!("follows {to}"));
        let text = format!("{} -> {}", says(&before.follows), says(&after.follows));
        return Some(("decided", text, Grade::Neutral));
    }
    let known = |by: By| match by {
        By::Unlisted => 0,
        By::Pattern => 1,
        _ => 2,
    };
    let says = |by: By| match by {
        By::Unlisted => "no rule",
        By::Pattern => "a pattern or the keep of a whole table",
        _ => "a rule of its own",
    };
    let grade = Grade::more_hides(known(before.by), known(after.by));
    (grade != Grade::Neutral)
        .then(|| ("decided", format!("decided by {} -> {}", says(before.by), says(after.by)), grade))
}

fn exception(old: &Column, new: &Column) -> Option<Found> {
    let (text, grade) = match (&old.exception, &new.exception) {
        (None, None) => return None,
        (None, Some(now)) => (format!("new exception until {}: {}", now.expires, now.why), Grade::Weaker),
        (Some(_), None) => ("its exception is gone".to_owned(), Grade::Stronger),
        (Some(was), Some(now)) if was.expires != now.expires => {
            let text = format!("exception until {} -> {}", was.expires, now.expires);
            // Days as the rule file has them (ISO 8601) sort by time.
            (text, Grade::less_left(&was.expires, &now.expires))
        }
        (Some(was), Some(now)) if was.why != now.why => ("another reason for its exception".to_owned(), Grade::Neutral),
        _ => return None,
    };
    Some(("exception", text, grade))
}
