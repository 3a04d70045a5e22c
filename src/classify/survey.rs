//! Every column of a schema with the class that its name, its type, its comment, its table and its sampled values speak
//! for together, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::hints::{HINTS, SURE};
use super::nouns::noun;
use super::profile::Profile;
use super::score::{self, Needs, SPEAKS};
use super::shapes::SHAPES;
use super::words::{ABOUT, ORGANIZATIONS, PERSONS, STAFF, lists};
use super::{fits, holds, named, split};
use crate::class;
use crate::schema::{Column, ColumnName, Kind, Schema, Table, TableName};

/// What is known of a database besides its schema.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What was sampled, by the column's home.
    pub profiles: BTreeMap<ColumnName, Profile>,
    /// Comments on columns.
    pub comments: BTreeMap<ColumnName, String>,
}

/// A guess and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The class.
    pub class: &'static str,
    /// From 0 to 1.
    pub score: f64,
    /// Why, without a value.
    pub why: Vec<String>,
}

/// What the survey found.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// Columns with a class, by the table where they stand.
    pub verdicts: BTreeMap<ColumnName, Verdict>,
    /// Tables of persons.
    pub persons: BTreeSet<TableName>,
    /// Tables that hold a person's class or refer to a table of persons.
    pub near: BTreeSet<TableName>,
}

/// What a table says about its columns.
#[derive(Clone, Copy, Default)]
struct Context {
    persons: bool,
    customers: bool,
    organizations: bool,
    addresses: bool,
    near: bool,
}

/// Looks at every column. `refers` are joins that the schema does not declare.
pub fn survey(schema: &Schema, facts: &Facts, refers: &[(ColumnName, ColumnName)]) -> Survey {
    let mut survey = Survey::default();
    let mut contexts: BTreeMap<&TableName, Context> =
        schema.tables.iter().map(|table| (&table.name, context(table))).collect();
    survey.persons = contexts.iter().filter(|(_, one)| one.persons).map(|(name, _)| (*name).clone()).collect();
    for table in &schema.tables {
        let declared = table.foreign_keys.iter().map(|key| &key.to);
        let others = refers.iter().filter(|(from, _)| from.table == table.name).map(|(_, to)| &to.table);
        let near = declared.chain(others).any(|to| survey.persons.contains(to));
        if let Some(context) = contexts.get_mut(&table.name) {
            context.near |= near || context.persons;
        }
    }
    for table in &schema.tables {
        let context = contexts.get(&table.name).copied().unwrap_or_default();
        for column in table.stored_columns() {
            let name = table.name.column(&column.name);
            let refers = refers.iter().any(|(from, _)| *from == name);
            if refers || table.foreign_keys.iter().any(|key| key.columns.contains(&column.name)) {
                continue;
            }
            let verdict = verdict(table, column, context, facts.profiles.get(&name), facts.comments.get(&name));
            survey.verdicts.extend(verdict.map(|verdict| (name, verdict)));
        }
    }
    survey.near = contexts.iter().filter(|(_, one)| one.near).map(|(name, _)| (*name).clone()).collect();
    let personal = survey.verdicts.iter().filter(|(_, verdict)| class::is_personal(verdict.class));
    survey.near.extend(personal.map(|(name, _)| name.table.clone()));
    survey
}

/// What a table's name and the names of its columns say.
fn context(table: &Table) -> Context {
    let words = split(&table.name.name);
    let is = |list: &str| words.iter().any(|word| lists(list, word));
    let has = |classes: &[&str]| {
        let held = |class: &&&str| {
            let mut columns = table.stored_columns();
            columns.any(|column| hinted(&split(&column.name), class, column) > 0.0)
        };
        classes.iter().filter(held).count()
    };
    let own = ["person.first_name", "person.last_name", "person.birth_date", "person.gender", "id.national"];
    let organizations = is(ORGANIZATIONS);
    // The last word of a name is what its rows are: `user_settings` are no users.
    let rows_of = |list: &str| words.last().is_some_and(|word| lists(list, word));
    let persons = (rows_of(PERSONS) && !organizations && !links(table)) || has(&own) >= 2;
    Context {
        persons,
        customers: persons && rows_of(PERSONS) && !is(STAFF) || persons && !is(STAFF) && has(&["health.record"]) > 0,
        organizations,
        addresses: has(&["contact.postcode", "contact.city", "contact.street"]) >= 2,
        near: is(PERSONS) && !organizations && !links(table),
    }
}

/// Whether a table's key is made of keys of others: it links them.
fn links(table: &Table) -> bool {
    let refers = |column: &String| table.foreign_keys.iter().any(|key| key.columns.contains(column));
    table.unique.iter().any(|unique| unique.primary && unique.columns.len() > 1 && unique.columns.iter().all(refers))
}

/// How much a name speaks for a class.
fn hinted(words: &[String], class: &str, column: &Column) -> f64 {
    if !fits(class, column.ty.kind.scalar()) {
        return 0.0;
    }
    if named(words, column.ty.kind.scalar()) == Some(class) {
        return score::NAME;
    }
    let last = words.last().map_or("", String::as_str);
    let hints = HINTS.iter().filter(|(known, _)| *known == class).flat_map(|(_, hints)| hints.split_ascii_whitespace());
    let about = words.len() > 1 && lists(ABOUT, last);
    let mut hints = hints.filter(|hint| !about || hint.ends_with(last));
    if hints.any(|hint| holds(words, hint)) { score::HINT } else { 0.0 }
}

/// The class with the best score, if it is good enough.
fn verdict(
    table: &Table,
    column: &Column,
    context: Context,
    profile: Option<&Profile>,
    comment: Option<&String>,
) -> Option<Verdict> {
    let scored = class::CLASSES.iter().filter_map(|class| {
        weigh(class.name, table, column, context, profile, comment).filter(|one| one.score >= score::THRESHOLD)
    });
    // Of equals the first in the list of telling words: the most telling.
    let order = |verdict: &Verdict| super::words::TELLING.iter().position(|(class, _)| *class == verdict.class);
    scored.max_by(|a, b| a.score.total_cmp(&b.score).then_with(|| order(b).cmp(&order(a))))
}

/// One class: what speaks for it, and how much together.
fn weigh(
    class: &'static str,
    table: &Table,
    column: &Column,
    context: Context,
    profile: Option<&Profile>,
    comment: Option<&String>,
) -> Option<Verdict> {
    let kind = column.ty.kind.scalar();
    if !fits(class, kind) {
        return None;
    }
    let mut why = Vec::new();
    let mut wrong = 1.0;
    let noun = noun(class);
    let mut name = by_name(class, table, column, context, &mut why);
    let hint = name > 0.0;
    let text = *kind == Kind::Text || *kind == Kind::Enum;
    if hint && text && profile.is_some_and(|profile| score::contradicts(class, profile)) {
        name *= score::CONTRADICTED;
        why.push("sampled values do not look like it".to_owned());
    }
    wrong *= 1.0 - name;
    let mut commented = false;
    if let Some(comment) = comment {
        let words = split(comment);
        commented = words.len() <= 12 && named(&words, kind) == Some(class);
        if commented {
            wrong *= 1.0 - score::COMMENT;
            why.push(format!("its comment says {noun}"));
        }
    }
    let by_type = match (class, kind) {
        ("device.ip", Kind::Inet | Kind::Cidr) | ("device.id", Kind::Macaddr) => score::TYPE,
        _ => 0.0,
    };
    if by_type > 0.0 {
        wrong *= 1.0 - by_type;
        why.push(format!("its type is {}", column.ty.sql));
    }
    // What is inside JSON has no class of its own here: paths would.
    let json = matches!(kind, Kind::Json | Kind::Jsonb);
    if let Some((weight, said)) =
        profile.filter(|_| !json).and_then(|profile| by_shape(class, profile, context, hint || commented))
    {
        wrong *= 1.0 - weight;
        why.push(said);
    }
    if class == "id.customer" && context.customers && is_key(table, column) {
        wrong *= 1.0 - score::KEY;
        why.push("the key of a table of persons".to_owned());
    }
    Some(Verdict { class, score: 1.0 - wrong, why })
}

fn is_key(table: &Table, column: &Column) -> bool {
    let whole = matches!(column.ty.kind, Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Uuid | Kind::Text);
    whole && table.unique.iter().any(|unique| unique.primary && unique.columns == [column.name.as_str()])
}

/// Words of tables about what persons earn.
const PAY: &str =
    "pay payroll salary salaries wage compensation gehalt gehaelter lohn nomina salaire paie stipendio salaris";
/// Words of columns that hold an amount.
const AMOUNTS: &str = "amount rate base gross net betrag brutto netto importe montant brut importo lordo bedrag valor";

/// What name and table say.
fn by_name(class: &'static str, table: &Table, column: &Column, context: Context, why: &mut Vec<String>) -> f64 {
    let words = split(&column.name);
    let noun = noun(class);
    let organizations = context.organizations && !context.persons;
    let guessed = super::guess(&table.name.name, &column.name, &column.ty);
    let of_persons = super::of_persons(&words, column.ty.kind.scalar());
    if class == "organization.name" && organizations && of_persons == Some("person.name") {
        why.push("a name in a table of organizations".to_owned());
        return score::NAME;
    }
    if guessed == Some(class) && named(&words, column.ty.kind.scalar()) != Some(class) {
        why.push(format!("name and table say {noun}"));
        return score::NAME_OF_PERSONS;
    }
    if of_persons == Some(class) && context.persons {
        why.push(format!("name and table say {noun}"));
        return score::NAME_OF_PERSONS;
    }
    let amount = words.iter().any(|word| lists(AMOUNTS, word)) && !is_key(table, column);
    if class == "financial.income" && amount && split(&table.name.name).iter().any(|word| lists(PAY, word)) {
        why.push("an amount in a table of pay".to_owned());
        return score::NAME_OF_PERSONS;
    }
    let by_name = hinted(&words, class, column);
    if by_name >= score::NAME {
        why.push(format!("name says {noun}"));
    } else if by_name > 0.0 {
        let root = class.split('.').next().unwrap_or(class);
        let helped = match root {
            "person" | "id" | "health" => context.persons || (context.near && root == "health"),
            "contact" | "location" => context.persons || context.addresses,
            "free_text" => context.near && !context.persons,
            _ => false,
        };
        let sure = SURE.contains(&class) && (context.persons || context.near);
        why.push(format!("name {} {noun}", if sure { "says" } else { "hints at" }));
        return match (sure, helped) {
            (true, _) => score::NAME_OF_PERSONS,
            (false, true) => by_name + score::TABLE,
            (false, false) => by_name,
        };
    }
    by_name
}

/// The shape that speaks most for a class, and how it says so.
fn by_shape(class: &str, profile: &Profile, context: Context, hint: bool) -> Option<(f64, String)> {
    let speaks = SPEAKS.iter().filter(|one| one.class == class);
    let allowed = speaks.filter(|one| match one.needs {
        Needs::Nothing => true,
        Needs::Persons => context.persons,
        Needs::Near => context.near,
        Needs::Hint => hint,
    });
    let weighed = allowed.filter_map(|one| {
        let share = profile.share(one.shape);
        let enough = profile.values > 0 && share >= one.least && share > 0.0;
        let spread = class != "person.birth_date" || profile.years >= 15;
        // One value alone may be anything.
        let trust = if profile.values < 3 { 0.5 } else { 1.0 };
        (enough && spread).then_some((
            one.weight * trust * share.sqrt().max(if one.least < 0.1 { 1.0 } else { 0.0 }),
            one,
            share,
        ))
    });
    let (weight, one, share) = weighed.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let (_, what) = SHAPES.iter().find(|(shape, _)| *shape == one.shape)?;
    let count = profile.values;
    let values = if count == 1 { "value looks" } else { "values look" };
    Some((weight, format!("{:.0}% of {count} sampled {values} like {what}", (share * 100.0).floor().max(1.0))))
}
