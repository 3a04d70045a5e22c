//! Rules and a schema to a plan, or to every mistake at once. The way of a column: what covers it (`drafts`), what it
//! follows (`follow`), what its domain's columns have in common and whether its mask can do it (`columns`), its plan.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::columns::{self, Draft};
use super::cover::Covers;
use super::drafts::Drafter;
use super::exceptions::Exceptions;
use super::follow::Follow;
use super::lineage::Lineage;
use super::quasi::quasi_identifiers;
use super::references::References;
use super::shared::Shared;
use super::{
    ColumnPlan, Mirror, Plan, Rows, Script, Shape, TablePlan, constraints, exempt, owners, profiles, rows, sequences,
    subset, undeclared, uniqueness,
};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::rules::{RuleFile, ShapeRule};
use crate::schema::{Column, ColumnName, Schema, Table, TableName};

/// Drafts by column.
pub(super) type Drafts = BTreeMap<ColumnName, Draft>;
/// Plans by column, each with the place of its mask.
pub(super) type Plans = BTreeMap<ColumnName, (ColumnPlan, Option<Span>)>;

/// Bounds as the rule file says, or as they usually are.
fn shape(rule: &ShapeRule) -> Shape {
    let usual = Shape::default();
    Shape {
        nulls: rule.nulls.unwrap_or(usual.nulls),
        distinct: rule.distinct.unwrap_or(usual.distinct),
        top: rule.top.unwrap_or(usual.top),
        length: rule.length.unwrap_or(usual.length),
        numbers: rule.numbers.unwrap_or(usual.numbers),
        fails: rule.fails,
    }
}

/// Resolves rules against a schema. The plan is there only if no finding is an error; warnings come with it.
///
/// `snapshot` is the reviewed schema that broad keeps cover; `scripts` are the files of `after_load`, in order.
pub fn resolve(
    rules: &RuleFile,
    schema: &Schema,
    snapshot: Option<&Schema>,
    scripts: Vec<Script>,
) -> (Option<Plan>, Diagnostics) {
    let lineage = Lineage::new(schema);
    let (undeclared, wrong) = undeclared::resolve(rules, &lineage);
    let references = References::new(schema, &lineage, &undeclared);
    let mut covers = Covers::new(rules, &lineage);
    let (rows, mut found) = rows::resolve(rules, schema, &lineage, &mut covers);
    let travels = |table: &Table| rows.get(&table.name) != Some(&Rows::None);

    found.extend(wrong);
    found.extend(columns::classes(rules));
    let snapshot = snapshot.map(Lineage::new);
    let mut exceptions = Exceptions::new(rules, &lineage);
    let mut drafter = Drafter::new(rules, &lineage, &references, snapshot.as_ref(), (&mut covers, &mut exceptions));
    schema.tables.iter().filter(|table| travels(table)).for_each(|table| drafter.table(table));
    let (mut drafts, mistakes) = drafter.finish();
    found.extend(mistakes);
    let follow = Follow { rules, lineage: &lineage, references: &references, undeclared: &undeclared };
    found.extend(follow.all(schema, &mut drafts));
    let (plans, mistakes) = complete(schema, &lineage, &drafts);
    found.extend(mistakes);
    found.append(&mut covers.mistakes);
    found.extend(covers.idle(schema));
    found.extend(uniqueness::check(schema, &plans));
    found.extend(profiles::check(rules, schema, &lineage, &plans, |column| exceptions.holds_for(column)));
    found.extend(exceptions.idle());
    found.extend(constraints::check(schema, &lineage, &plans));

    let mut tables = Vec::new();
    for table in schema.tables.iter().filter(|table| table.holds_rows()) {
        let columns = if travels(table) { columns_of(table, &plans, &mut found) } else { Vec::new() };
        let into = target(&lineage, table, &columns, &plans, &mut found);
        let rows = rows.get(&table.name).cloned().unwrap_or(Rows::All);
        let estimated_rows = if rows == Rows::None { 0 } else { table.size.rows };
        let estimated_bytes = if rows == Rows::None { 0 } else { table.size.bytes };
        tables.push(TablePlan { table: table.name.clone(), into, rows, columns, estimated_rows, estimated_bytes });
    }
    let (selection, mistakes) = subset::resolve(rules, schema, &lineage, &undeclared, &mut tables);
    found.extend(mistakes);
    let (exempt, mistakes) = exempt::resolve(rules, schema, &lineage, &references, &mut covers, &tables);
    found.extend(mistakes);
    let owners = owners::resolve(rules, schema, &mut covers);
    found.append(&mut covers.mistakes);
    let roles = rules.mirror.roles.iter().map(|(from, to)| (from.value.clone(), to.value.clone())).collect();
    let plan = Plan {
        name: rules.name.value.clone(),
        rules_digest: hex(&Sha256::digest(rules.text.as_bytes())),
        owners,
        quasi_identifiers: quasi_identifiers(&tables, &lineage),
        tables,
        profiles: rules.profiles.iter().map(|profile| profile.value.name).collect(),
        exceptions: exceptions.planned(),
        exempt,
        environment: rules.chosen().map(|environment| environment.name.value.clone()),
        selection,
        sequences: sequences::resolve(schema, &plans),
        after_load: scripts,
        shape: shape(&rules.shape),
        mirror: Mirror {
            roles,
            drop_comments: rules.mirror.drop_comments,
            leave_large_objects: rules.mirror.leave_large_objects,
        },
    };
    found.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    found.dedup();
    let found = Diagnostics { file: rules.path.clone(), text: rules.text.clone(), list: found };
    if found.has_errors() { (None, found) } else { (Some(plan), found) }
}

/// Plans of all columns that have a draft.
fn complete(schema: &Schema, lineage: &Lineage<'_>, drafts: &Drafts) -> (Plans, Vec<Diagnostic>) {
    let mut shared = Shared::default();
    let mut columns: Vec<(&Table, &Column, &Draft, ColumnName)> = Vec::new();
    for table in &schema.tables {
        for column in table.stored_columns() {
            let name = table.name.column(&column.name);
            if let Some(draft) = drafts.get(&name) {
                for draft in draft.all() {
                    shared.add(table, column, draft);
                }
                columns.push((table, column, draft, name));
            }
        }
    }
    // What is wrong with a mask is said once, where it is written; partitions and those that refer to it come later.
    columns.sort_by_cached_key(|(_, _, draft, name)| (draft.source != *name, lineage.home(name) != *name));
    let mut wrong: BTreeSet<(&ColumnName, &str)> = BTreeSet::new();
    let mut plans = Plans::new();
    let mut found = Vec::new();
    for (table, column, draft, name) in columns {
        let mut mistakes = Vec::new();
        let plan = columns::complete(table, column, draft, &shared, drafts, &mut mistakes);
        if !mistakes.is_empty() && wrong.insert((&draft.source, draft.mask.name)) {
            found.append(&mut mistakes);
        }
        if let Some(plan) = plan {
            plans.insert(name, (plan, draft.span));
        }
    }
    (plans, found)
}

/// The plans of a table's columns. A column without one and without a mistake would be lost: that is a mistake too.
fn columns_of(table: &Table, plans: &Plans, found: &mut Vec<Diagnostic>) -> Vec<ColumnPlan> {
    let mut columns = Vec::new();
    for column in table.stored_columns() {
        let name = table.name.column(&column.name);
        match plans.get(&name) {
            Some((plan, _)) => columns.push(plan.clone()),
            None if found.iter().any(|one| one.severity == crate::diagnostic::Severity::Error) => {}
            None => found.push(
                Diagnostic::error_without_place(format!("{name} has no mask"))
                    .help("give it a rule of its own, or one to the column that it refers to"),
            ),
        }
    }
    columns
}

/// Where a table's rows are written: itself, or its root where a masked column decides the partition.
fn target(
    lineage: &Lineage<'_>,
    table: &Table,
    columns: &[ColumnPlan],
    plans: &Plans,
    found: &mut Vec<Diagnostic>,
) -> TableName {
    let masked = |key: &&String| columns.iter().find(|plan| plan.facts.column.column == **key && !plan.is_kept());
    let roots: Vec<&&Table> =
        lineage.of(&table.name).iter().skip(1).filter(|parent| parent.partition_key.is_some()).collect();
    let (Some(root), true) = (roots.last(), table.partition) else {
        return table.name.clone();
    };
    let Some(plan) = roots.iter().flat_map(|root| root.partition_key.iter().flatten()).find_map(|key| masked(&key))
    else {
        return table.name.clone();
    };
    let span = plans.get(&plan.facts.column).and_then(|(_, span)| *span);
    let home = lineage.home(&plan.facts.column);
    let warning = Diagnostic {
        span,
        ..Diagnostic::warning_without_place(format!(
            "{home} decides the partition, and `{}` changes it",
            plan.mask.name
        ))
    };
    found.push(warning.help(
        "rows move to the partition of their masked value; whether there is one for each cannot be known before the load",
    ));
    root.name.clone()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
