//! What a rule file lets pass, and the profiles that forbid: exempt rows of tables, and `profile:`. Exceptions stand with
//! their columns.

use super::{Change, Grade, change};
use crate::rules::{ExemptRule, RuleFile, TableRule};

/// What differs.
pub(super) fn compare(old: &RuleFile, new: &RuleFile) -> Vec<Change> {
    let mut changes = profiles(old, new);
    let rule = |file: &'_ RuleFile, table: &TableRule| {
        let known = file.tables.iter().find(|known| known.pattern == table.pattern);
        known.and_then(|known| known.exempt.clone())
    };
    for table in &new.tables {
        let line = table.exempt.as_ref().map(|exempt| new.line(exempt.span));
        let found = exempt(rule(old, table).as_ref(), table.exempt.as_ref());
        let place = table.pattern.to_string();
        changes.extend(found.into_iter().map(|(text, grade)| change(place.clone(), "exempt", text, grade, line)));
    }
    for table in old.tables.iter().filter(|table| !new.tables.iter().any(|known| known.pattern == table.pattern)) {
        let found = exempt(table.exempt.as_ref(), None);
        let place = table.pattern.to_string();
        changes.extend(found.into_iter().map(|(text, grade)| change(place.clone(), "exempt", text, grade, None)));
    }
    changes
}

fn profiles(old: &RuleFile, new: &RuleFile) -> Vec<Change> {
    let has = |file: &RuleFile, name: &str| file.profiles.iter().any(|profile| profile.value.name == name);
    let line = |at| Some(new.line(at));
    let added = new.profiles.iter().filter(|profile| !has(old, profile.value.name));
    let gone = old.profiles.iter().filter(|profile| !has(new, profile.value.name));
    let mut changes: Vec<Change> = added
        .map(|one| {
            let text = format!("{} is asked for", one.value.name);
            change("profile", "profile", text, Grade::Stronger, line(one.span))
        })
        .collect();
    changes.extend(gone.map(|one| {
        let text = format!("{} is not asked for any more", one.value.name);
        change("profile", "profile", text, Grade::Weaker, None)
    }));
    changes
}

/// Another condition may match anything: it counts as weaker until somebody has read it.
fn exempt(old: Option<&ExemptRule>, new: Option<&ExemptRule>) -> Vec<(String, Grade)> {
    let (was, is) = match (old, new) {
        (None, None) => return Vec::new(),
        (None, Some(is)) => {
            let text =
                format!("rows pass unmasked until {}: {} ({})", is.expires.value, is.condition.value, is.why.value);
            return vec![(text, Grade::Weaker)];
        }
        (Some(_), None) => return vec![("no rows are exempt any more".to_owned(), Grade::Stronger)],
        (Some(was), Some(is)) => (was, is),
    };
    let mut found = Vec::new();
    if was.condition.value != is.condition.value {
        found.push((format!("exempt rows: {} -> {}", was.condition.value, is.condition.value), Grade::Weaker));
    }
    if was.expires.value != is.expires.value {
        let text = format!("exempt rows until {} -> {}", was.expires.value, is.expires.value);
        found.push((text, Grade::less_left(was.expires.value, is.expires.value)));
    }
    if was.most != is.most {
        found.push((format!("exempt rows at most {} -> {}", was.most, is.most), Grade::less_left(was.most, is.most)));
    }
    if was.why.value != is.why.value {
        found.push(("another reason for its exempt rows".to_owned(), Grade::Neutral));
    }
    found
}
