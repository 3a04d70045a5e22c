//! What a rule file says besides its columns: what happens to unlisted ones, the mirror, scripts, references, and which
//! rows each environment gets.

use std::collections::BTreeMap;

use super::{Change, Grade, Version, change, permits};
use crate::rules::{Chosen, EnvironmentRule, MirrorRule, ReferenceRule, RowsRule, RuleFile, Unlisted};

/// What differs.
pub(super) fn compare(old: Version<'_>, new: Version<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let line = |span| Some(new.rules.line(span));
    if old.rules.name.value != new.rules.name.value {
        let text = format!("{} -> {}", old.rules.name.value, new.rules.name.value);
        changes.push(change("name", "name", text, Grade::Neutral, line(new.rules.name.span)));
    }
    if old.rules.unlisted != new.rules.unlisted {
        let fails = |rules: &RuleFile| rules.unlisted == Unlisted::Fail;
        let word = |rules: &RuleFile| if fails(rules) { "fail" } else { "mask" };
        let text = format!("{} -> {}", word(old.rules), word(new.rules));
        changes.push(change("unlisted", "unlisted", text, Grade::more_hides(fails(old.rules), fails(new.rules)), None));
    }
    changes.extend(mirror(&old.rules.mirror, &new.rules.mirror));
    changes.extend(scripts(old.scripts, new.scripts));
    changes.extend(references(old.rules, new.rules));
    changes.extend(environments(old.rules, new.rules));
    changes.extend(permits::compare(old.rules, new.rules));
    changes
}

fn mirror(old: &MirrorRule, new: &MirrorRule) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut switch = |place: &str, was: bool, is: bool, words: [&str; 2]| {
        if was != is {
            let word = |dropped: bool| words[usize::from(dropped)];
            let text = format!("{} -> {}", word(was), word(is));
            changes.push(change(place, "mirror", text, Grade::more_hides(was, is), None));
        }
    };
    switch("mirror.comments", old.drop_comments, new.drop_comments, ["keep", "drop"]);
    switch("mirror.large_objects", old.leave_large_objects, new.leave_large_objects, ["keep", "none"]);
    let roles = |mirror: &MirrorRule| -> BTreeMap<String, String> {
        mirror.roles.iter().map(|(from, to)| (from.value.clone(), to.value.clone())).collect()
    };
    let (was, is) = (roles(old), roles(new));
    for name in was.keys().chain(is.keys().filter(|name| !was.contains_key(*name))) {
        let (before, after) = (was.get(name), is.get(name));
        if before != after {
            let word = |role: Option<&String>| role.map_or("none", String::as_str).to_owned();
            let text = format!("{} -> {}", word(before), word(after));
            changes.push(change(format!("mirror.roles.{name}"), "mirror", text, Grade::Neutral, None));
        }
    }
    changes
}

/// A script may write anything, so a new or changed one counts as weaker until somebody has read it.
fn scripts(old: &[(String, String)], new: &[(String, String)]) -> Vec<Change> {
    let known = |name: &str| old.iter().find(|(known, _)| known == name);
    let mut changes = Vec::new();
    for (name, sql) in new {
        let text = match known(name) {
            None => "new: it may write anything into staging; read it",
            Some((_, before)) if before != sql => "its text has changed; read it",
            Some(_) => continue,
        };
        changes.push(change(format!("after_load.{name}"), "script", text.to_owned(), Grade::Weaker, None));
    }
    let gone = old.iter().filter(|(name, _)| !new.iter().any(|(known, _)| known == name));
    changes.extend(
        gone.map(|(name, _)| change(format!("after_load.{name}"), "script", "gone".to_owned(), Grade::Stronger, None)),
    );
    changes
}

fn references(old: &RuleFile, new: &RuleFile) -> Vec<Change> {
    let said = |reference: &ReferenceRule| {
        let side = |key: &crate::rules::KeyColumns| format!("{}({})", key.table, key.columns.join(", "));
        let when = reference.when.iter().map(|when| {
            let values: Vec<&str> = when.values.iter().map(|value| value.value.as_str()).collect();
            format!(" where {} is {}", when.column.value, values.join(" or "))
        });
        format!("{} -> {}{}", side(&reference.from.value), side(&reference.to.value), when.collect::<String>())
    };
    let before: Vec<String> = old.references.iter().map(said).collect();
    let after: Vec<String> = new.references.iter().map(said).collect();
    let mut changes = Vec::new();
    for (text, reference) in after.iter().zip(&new.references).filter(|(text, _)| !before.contains(text)) {
        let line = Some(new.line(reference.span));
        changes.push(change("references", "reference", format!("new: {text}"), Grade::Neutral, line));
    }
    for text in before.iter().filter(|text| !after.contains(text)) {
        changes.push(change("references", "reference", format!("gone: {text}"), Grade::Neutral, None));
    }
    changes
}

fn environments(old: &RuleFile, new: &RuleFile) -> Vec<Change> {
    let mut changes = Vec::new();
    for environment in &new.environments {
        let place = format!("environments.{}", environment.name.value);
        let line = Some(new.line(environment.name.span));
        match old.environments.iter().find(|known| known.name.value == environment.name.value) {
            None => changes.push(change(place, "environment", "new environment".to_owned(), Grade::Neutral, line)),
            Some(known) => {
                changes.extend(narrowing(&place, line, &subset(known), &subset(environment)));
                changes.extend(narrowing(&place, line, &rows(known), &rows(environment)));
            }
        }
    }
    let gone =
        old.environments.iter().filter(|known| !new.environments.iter().any(|now| now.name.value == known.name.value));
    changes.extend(gone.map(|known| {
        let place = format!("environments.{}", known.name.value);
        change(place, "environment", "the environment is gone".to_owned(), Grade::Neutral, None)
    }));
    changes
}

/// What an environment says about tables: words, and how much of the table travels in millionths, where that is known.
type Narrowings = BTreeMap<String, (String, Option<u32>)>;

fn subset(environment: &EnvironmentRule) -> Narrowings {
    let said = |chosen: &Chosen| match chosen {
        Chosen::Share(share) => (share.to_string(), Some(share.0)),
        Chosen::Where(condition) => (format!("where {condition}"), None),
    };
    environment.subset.iter().map(|one| (format!("subset of {}", one.pattern), said(&one.what.value))).collect()
}

fn rows(environment: &EnvironmentRule) -> Narrowings {
    let said = |rows: &RowsRule| match rows {
        RowsRule::None => ("none".to_owned(), Some(0)),
        RowsRule::Where(condition) => (format!("where {condition}"), None),
    };
    environment.rows.iter().map(|one| (format!("rows of {}", one.pattern), said(&one.what.value))).collect()
}

fn narrowing(place: &str, line: Option<usize>, old: &Narrowings, new: &Narrowings) -> Vec<Change> {
    let mut changes = Vec::new();
    for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
        let (text, grade) = match (old.get(name), new.get(name)) {
            (Some((was, before)), Some((is, after))) if was != is => {
                let grade = match (before, after) {
                    (Some(before), Some(after)) => Grade::less_left(before, after),
                    _ => Grade::Neutral,
                };
                (format!("{name}: {was} -> {is}"), grade)
            }
            (Some((was, _)), None) => (format!("{name}: {was} -> nothing said"), Grade::Weaker),
            (None, Some((is, _))) => (format!("{name}: nothing said -> {is}"), Grade::Stronger),
            _ => continue,
        };
        changes.push(change(place, "environment", text, grade, line));
    }
    changes
}
