//! The comparison: every difference once, the largest thing that explains it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Area, Difference, Expected, Inventory, SETTINGS};

/// Estimates that differ by less than this share of the larger one are called equal: ANALYZE looks at a sample.
const MARGIN: f64 = 0.1;
/// Tables of fewer rows are compared exactly or not at all.
const ESTIMATED: u64 = 1_000;
/// Characters of a definition that are shown.
const SHOWN: usize = 100;

/// Every difference, in the order of [`Area::ALL`], and what could not be compared.
pub fn compare(production: &Inventory, staging: &Inventory, expected: &Expected) -> (Vec<Difference>, Vec<String>) {
    let mut notes = Vec::new();
    let mut found = objects(production, staging);
    found.extend(extensions(production, staging));
    found.extend(properties(production, staging));
    found.extend(versions(production, staging));
    found.extend(settings(production, staging, &mut notes));
    found.extend(roles(production, staging, expected));
    found.extend(rows(production, staging, expected, &mut notes));
    (found, notes)
}

fn difference(
    area: Area,
    what: impl Into<String>,
    production: Option<&str>,
    staging: Option<&str>,
    why: impl Into<String>,
) -> Difference {
    Difference {
        area,
        what: what.into(),
        production: production.map(str::to_owned),
        staging: staging.map(str::to_owned),
        why: why.into(),
    }
}

/// Keys of both sides, once each.
fn both<'a, K: Ord, V>(one: &'a BTreeMap<K, V>, other: &'a BTreeMap<K, V>) -> BTreeSet<&'a K> {
    one.keys().chain(other.keys()).collect()
}

fn objects(production: &Inventory, staging: &Inventory) -> Vec<Difference> {
    // What stands inside something that one side lacks is lacking with it.
    let whole = |inventory: &Inventory| -> BTreeSet<String> {
        inventory.objects.keys().map(|(_, name)| name.clone()).collect()
    };
    let (there, here) = (whole(production), whole(staging));
    let mut found = Vec::new();
    for key in both(&production.objects, &staging.objects) {
        let (kind, name) = key;
        let (ours, theirs) = (production.objects.get(key), staging.objects.get(key));
        let inside = ours.or(theirs).and_then(|object| object.inside.as_ref());
        if inside.is_some_and(|outer| !there.contains(outer) || !here.contains(outer)) {
            continue;
        }
        let what = format!("{kind} {name}");
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours.definition == theirs.definition => {}
            (Some(ours), Some(theirs)) => {
                let shown = |definition: &str| shortened(definition, ours.shown && theirs.shown);
                found.push(Difference {
                    area: Area::Schema,
                    what,
                    production: Some(shown(&ours.definition)),
                    staging: Some(if ours.shown { shown(&theirs.definition) } else { "another definition".to_owned() }),
                    why: "it is defined otherwise".to_owned(),
                });
            }
            (Some(ours), None) => {
                let shown = shortened(&ours.definition, ours.shown);
                found.push(difference(Area::Schema, what, Some(&shown), None, "staging does not have it"));
            }
            (None, Some(theirs)) => {
                let shown = shortened(&theirs.definition, theirs.shown);
                found.push(difference(Area::Schema, what, None, Some(&shown), "production does not have it"));
            }
            (None, None) => {}
        }
    }
    found
}

/// A definition in one line; what may be long is only said to be there.
fn shortened(definition: &str, shown: bool) -> String {
    if !shown || definition.is_empty() {
        return "there".to_owned();
    }
    let line = definition.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN { line } else { line.chars().take(SHOWN).chain(['…']).collect() }
}

fn extensions(production: &Inventory, staging: &Inventory) -> Vec<Difference> {
    let mut found = Vec::new();
    for name in both(&production.extensions, &staging.extensions) {
        let (ours, theirs) = (production.extensions.get(name), staging.extensions.get(name));
        if ours != theirs {
            let why = match (ours, theirs) {
                (Some(_), None) => "staging does not have it",
                (None, _) => "production does not have it",
                _ => "its functions and types may differ",
            };
            found.push(difference(
                Area::Extension,
                format!("extension {name}"),
                ours.map(String::as_str),
                theirs.map(String::as_str),
                why,
            ));
        }
    }
    found
}

fn properties(production: &Inventory, staging: &Inventory) -> Vec<Difference> {
    let mut found = Vec::new();
    for name in both(&production.properties, &staging.properties) {
        let value = |inventory: &Inventory| inventory.properties.get(name).cloned().flatten();
        let (ours, theirs) = (value(production), value(staging));
        if ours != theirs {
            let why = "texts sort, compare or are stored otherwise";
            found.push(difference(Area::Collation, name.as_str(), ours.as_deref(), theirs.as_deref(), why));
        }
    }
    found
}

fn versions(production: &Inventory, staging: &Inventory) -> Vec<Difference> {
    let ((major, ours), (other, theirs)) = (&production.version, &staging.version);
    if ours == theirs {
        return Vec::new();
    }
    let why = if major == other { "fixes differ" } else { "features, plans and defaults differ" };
    vec![difference(Area::Version, "PostgreSQL", Some(ours), Some(theirs), why)]
}

fn settings(production: &Inventory, staging: &Inventory, notes: &mut Vec<String>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut hidden = Vec::new();
    for (name, why) in SETTINGS {
        let value = |inventory: &Inventory| inventory.settings.get(*name).cloned();
        match (value(production), value(staging)) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                found.push(difference(Area::Setting, *name, Some(&ours), Some(&theirs), *why));
            }
            (None, Some(_)) | (Some(_), None) if production.version.0 == staging.version.0 => hidden.push(*name),
            _ => {}
        }
    }
    if !hidden.is_empty() {
        notes.push(format!(
            "not compared, since one role may not see them (pg_read_all_settings): {}",
            hidden.join(", ")
        ));
    }
    found
}

fn roles(production: &Inventory, staging: &Inventory, expected: &Expected) -> Vec<Difference> {
    let mut found = Vec::new();
    for role in &production.needed_roles {
        let name = expected.roles.get(role).unwrap_or(role);
        let what = format!("role {name}");
        let powers = production.roles.get(role).map_or("", String::as_str);
        match staging.roles.get(name) {
            None => {
                let why = "production's database grants to it; staging cannot";
                found.push(difference(Area::Role, what, Some("there"), None, why));
            }
            Some(theirs) if theirs != powers => {
                let said = |powers: &str| if powers.is_empty() { "plain".to_owned() } else { powers.to_owned() };
                let why = "it may do other things";
                found.push(difference(Area::Role, what, Some(&said(powers)), Some(&said(theirs)), why));
            }
            Some(_) => {}
        }
    }
    found
}

fn rows(production: &Inventory, staging: &Inventory, expected: &Expected, notes: &mut Vec<String>) -> Vec<Difference> {
    let mut found = Vec::new();
    let (mut unknown, mut fewer) = (0, 0);
    for (table, ours) in &production.rows {
        // A table that is missing has been told of.
        let Some(theirs) = staging.rows.get(table) else { continue };
        if expected.fewer_rows.contains(table) {
            fewer += 1;
            continue;
        }
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            unknown += 1;
            continue;
        };
        let equal = if expected.exact { ours == theirs } else { alike(*ours, *theirs) };
        if !equal {
            let why = if expected.exact { "other numbers of rows" } else { "other numbers of rows, by estimate" };
            let (ours, theirs) = (ours.to_string(), theirs.to_string());
            found.push(difference(Area::Rows, format!("table {table}"), Some(&ours), Some(&theirs), why));
        }
    }
    if unknown > 0 {
        notes.push(format!(
            "rows of {unknown} tables were not compared: a server has no estimate (ANALYZE, or --exact)"
        ));
    }
    if fewer > 0 {
        notes.push(format!("rows of {fewer} tables were not compared: by the rules not all of them travel"));
    }
    found
}

/// Whether two estimates may be of equal tables.
fn alike(one: u64, other: u64) -> bool {
    one.max(other) < ESTIMATED || one.abs_diff(other) as f64 <= MARGIN * one.max(other) as f64
}

#[cfg(test)]
mod tests {
    use super::super::Object;
    use super::*;

    fn inventory() -> Inventory {
        let object = |inside: Option<&str>| Object {
            definition: "text not null".to_owned(),
            inside: inside.map(str::to_owned),
            shown: true,
        };
        let key = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        Inventory {
            objects: BTreeMap::from([
                (key("table", "public.a"), object(None)),
                (key("column", "public.a.b"), object(Some("public.a"))),
            ]),
            extensions: BTreeMap::from([("citext".to_owned(), "1.6".to_owned())]),
            properties: BTreeMap::from([("encoding".to_owned(), Some("UTF8".to_owned()))]),
            version: (15, "15.18".to_owned()),
            settings: BTreeMap::from([("jit".to_owned(), "on".to_owned())]),
            needed_roles: BTreeSet::from(["app".to_owned()]),
            roles: BTreeMap::from([("app".to_owned(), String::new())]),
            rows: BTreeMap::from([("public.a".to_owned(), Some(10_000))]),
        }
    }

    fn found(change: impl FnOnce(&mut Inventory)) -> Vec<Difference> {
        let mut staging = inventory();
        change(&mut staging);
        compare(&inventory(), &staging, &Expected::default()).0
    }

    #[test]
    fn equal_ones_do_not_differ() {
        assert_eq!(found(|_| ()), []);
    }

    #[test]
    fn a_missing_table_is_one_difference() {
        let missing = found(|staging| staging.objects.clear());
        assert_eq!(missing.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(), ["table public.a"]);
    }

    #[test]
    fn estimates_have_a_margin() {
        let rows =
            |rows: u64| found(|staging| staging.rows = BTreeMap::from([("public.a".to_owned(), Some(rows))])).len();
        assert_eq!((rows(9_100), rows(8_900), rows(11_000), rows(12_000)), (0, 1, 0, 1));
        assert!(alike(3, 900) && !alike(0, 1_000));
    }

    #[test]
    fn roles_have_the_names_that_the_rules_give_them() {
        let mut staging = inventory();
        staging.roles = BTreeMap::from([("app_staging".to_owned(), String::new())]);
        let roles = BTreeMap::from([("app".to_owned(), "app_staging".to_owned())]);
        let renamed = Expected { roles, ..Expected::default() };
        assert_eq!(compare(&inventory(), &staging, &renamed).0, []);
        assert_eq!(compare(&inventory(), &staging, &Expected::default()).0.len(), 1);
    }

    #[test]
    fn what_a_role_may_not_see_is_no_difference() {
        let mut staging = inventory();
        staging.settings.clear();
        let (found, notes) = compare(&inventory(), &staging, &Expected::default());
        assert_eq!(found, []);
        assert!(notes[0].contains("jit"), "{notes:?}");
    }
}
