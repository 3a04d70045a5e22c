//! A plan and its schema as a register: partitions gathered under their root, columns counted.

use std::collections::BTreeMap;

use super::columns;
use super::{
    By, Carrier, Column, Coverage, EffectCount, Exception, Exempt, Register, Run, Signed, Table, findings, literals,
};
use crate::mask::Effect;
use crate::plan::{ColumnPlan, Plan, Rows, TablePlan};
use crate::rules::{RowsRule, RuleFile};
use crate::schema::{self, ColumnName, Schema, TableName};

/// What a register is made of.
pub struct Input<'a> {
    /// The rule file.
    pub rules: &'a RuleFile,
    /// What it resolves to.
    pub plan: &'a Plan,
    /// The schema that it was resolved against.
    pub schema: &'a Schema,
    /// Whether a reviewed snapshot of the schema stands beside the rules.
    pub reviewed: bool,
    /// Whether the schema was read from the database now.
    pub online: bool,
    /// The day that it is now (UTC), for what is about to expire.
    pub today: Option<jiff::civil::Date>,
    /// Who signed the rules.
    pub signed: Signed,
    /// The last run.
    pub run: Option<Run>,
    /// Different values of columns, as the server estimates them.
    pub distinct: BTreeMap<ColumnName, u64>,
    /// Texts of the schema that only a server knows, where one was asked.
    pub carriers: Option<Vec<Carrier>>,
}

/// Makes the register.
pub fn register(input: Input<'_>) -> Register {
    let tables = tables(&input);
    let coverage = coverage(&tables);
    let findings = findings::all(&input, &tables);
    let Input { rules, plan, schema, online, signed, run, carriers, .. } = input;
    Register {
        name: plan.name.clone(),
        file: rules.path.clone(),
        rules_digest: plan.rules_digest.clone(),
        environment: plan.environment.clone(),
        profiles: plan.profiles.clone(),
        against: if online { "the database" } else { "the schema snapshot" },
        bauta: env!("CARGO_PKG_VERSION"),
        signed,
        run,
        coverage,
        findings,
        tables,
        literals: literals::of(schema, carriers, plan.mirror.drop_comments),
        scripts: plan.after_load.iter().map(|script| script.name.clone()).collect(),
    }
}

/// The topmost table that a table is part of.
pub(super) fn root<'s>(schema: &'s Schema, table: &'s TableName) -> &'s TableName {
    let mut at = table;
    // A circle of parents is no database's; it ends here all the same.
    for _ in 0..schema.tables.len() {
        match schema.table(at).and_then(|table| table.parents.first()) {
            Some(parent) if schema.table(parent).is_some() => at = parent,
            _ => break,
        }
    }
    at
}

fn tables(input: &Input<'_>) -> Vec<Table> {
    let said = said(input);
    let mut roots: BTreeMap<&TableName, Vec<(&TablePlan, Vec<Column>)>> = BTreeMap::new();
    for plan in &input.plan.tables {
        let Some(table) = input.schema.table(&plan.table) else { continue };
        let mut columns = columns(input, plan, table, &said);
        for column in &mut columns {
            column.owner = input.plan.owners.get(&plan.table.column(&column.column)).cloned();
        }
        roots.entry(root(input.schema, &plan.table)).or_default().push((plan, columns));
    }
    let mut tables = Vec::new();
    for (root, leaves) in roots {
        // Leaves that are treated alike are one table of the register.
        let mut alike: Vec<Vec<(&TablePlan, Vec<Column>)>> = Vec::new();
        for leaf in leaves {
            match alike.iter_mut().find(|group| same(&group[0].1, &leaf.1)) {
                Some(group) => group.push(leaf),
                None => alike.push(vec![leaf]),
            }
        }
        alike.sort_by_key(|group| std::cmp::Reverse(group.len()));
        for (index, group) in alike.into_iter().enumerate() {
            let names: Vec<&TableName> = group.iter().map(|(plan, _)| &plan.table).collect();
            let name = if index == 0 { root } else { names[0] };
            let row_count = rows(input, &group);
            let partitions = names.iter().filter(|leaf| **leaf != name).count();
            let Some((plan, columns)) = group.into_iter().next() else { continue };
            let rows = travels(input, plan);
            let exempt = exempt(input, plan);
            let columns = excepted(input, root, columns);
            tables.push(Table { table: name.to_string(), partitions, rows, row_count, exempt, columns });
        }
    }
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    tables
}

/// Whether two leaves are treated alike.
fn same(one: &[Column], other: &[Column]) -> bool {
    let told = |column: &Column| {
        let decided = &column.decided;
        (
            column.column.clone(),
            column.mask.clone(),
            column.class.clone(),
            decided.by,
            decided.line,
            decided.follows.clone(),
            column.owner.clone(),
        )
    };
    one.iter().map(told).eq(other.iter().map(told))
}

/// Rows of all leaves: of the run, else as the server estimates them.
fn rows(input: &Input<'_>, leaves: &[(&TablePlan, Vec<Column>)]) -> Option<u64> {
    match &input.run {
        Some(run) => leaves.iter().map(|(plan, _)| run.rows.get(&plan.table.to_string())).sum(),
        None if input.online => Some(leaves.iter().map(|(plan, _)| plan.estimated_rows).sum()),
        None => None,
    }
}

fn travels(input: &Input<'_>, plan: &TablePlan) -> String {
    let index = input.plan.tables.iter().position(|table| table.table == plan.table);
    let walks = input.plan.selection.iter().flat_map(|selection| &selection.walks);
    let narrowed = walks.into_iter().any(|walk| Some(walk.table) == index);
    match (&plan.rows, narrowed) {
        (Rows::None, _) => "none".to_owned(),
        (Rows::All, false) => "all".to_owned(),
        (Rows::All, true) => "those of the subset".to_owned(),
        (Rows::Where(condition), false) => format!("where {condition}"),
        (Rows::Where(condition), true) => format!("those of the subset where {condition}"),
    }
}

/// Lines of the rule file and their reasons.
type Said = BTreeMap<ColumnName, (usize, Option<String>)>;

/// What rules say, by the column that has the rule and by its column at the root.
fn said(input: &Input<'_>) -> Said {
    let mut all = Said::new();
    for column in input.plan.tables.iter().flat_map(|table| &table.columns) {
        if let Some(said) = columns::said(&column.because, &input.rules.text) {
            let name = &column.facts.column;
            all.insert(root(input.schema, &name.table).column(&name.column), said.clone());
            all.insert(name.clone(), said);
        }
    }
    all
}

fn columns(input: &Input<'_>, plan: &TablePlan, table: &schema::Table, said: &Said) -> Vec<Column> {
    if plan.rows == Rows::None {
        let line = no_rows(input, &plan.table);
        return table.columns.iter().map(|column| columns::left_behind(column, line)).collect();
    }
    let planned: BTreeMap<&str, &ColumnPlan> =
        plan.columns.iter().map(|column| (column.facts.column.column.as_str(), column)).collect();
    let entry = |column: &schema::Column| match planned.get(column.name.as_str()) {
        Some(planned) => {
            let source = planned.because.source().unwrap_or(&planned.facts.column);
            columns::planned(plan, planned, said.get(source))
        }
        None => columns::computed(column),
    };
    table.columns.iter().map(entry).collect()
}

/// Columns with the exceptions that let them be kept.
fn excepted(input: &Input<'_>, root: &TableName, mut columns: Vec<Column>) -> Vec<Column> {
    for column in &mut columns {
        let own = |exception: &&crate::plan::Exception| {
            exception.column.table == *root && exception.column.column == column.column
        };
        column.exception = input.plan.exceptions.iter().find(own).map(|exception| Exception {
            why: exception.why.clone(),
            expires: exception.expires.to_string(),
            line: exception.line,
        });
    }
    columns
}

/// The rows of a table that its rules let pass unmasked.
fn exempt(input: &Input<'_>, plan: &TablePlan) -> Option<Exempt> {
    let exempt = input.plan.exempt_of(&plan.table)?;
    let name = |index: &usize| plan.columns.get(*index).map(|column| column.facts.column.column.clone());
    Some(Exempt {
        condition: exempt.condition.clone(),
        passes: exempt.passes.iter().filter_map(name).collect(),
        why: exempt.why.clone(),
        expires: exempt.expires.to_string(),
        line: exempt.line,
    })
}

/// The line that leaves a table's rows behind.
fn no_rows(input: &Input<'_>, table: &TableName) -> Option<usize> {
    let named = [table, root(input.schema, table)];
    let says = |rule: &&crate::rules::TableRule| {
        rule.rows.as_ref().is_some_and(|rows| rows.value == RowsRule::None)
            && named.iter().any(|name| rule.pattern.matches(name))
    };
    input.rules.tables.iter().find(says).map(|rule| input.rules.line(rule.span))
}

fn coverage(tables: &[Table]) -> Coverage {
    let columns = || tables.iter().flat_map(|table| &table.columns);
    let count = |holds: &dyn Fn(&Column) -> bool| columns().filter(|column| holds(column)).count();
    let of = |effect: Effect| EffectCount { effect, columns: count(&|column| column.effect == Some(effect)) };
    let by = |by: By| count(&|column| column.decided.by == by);
    Coverage {
        tables: tables.len(),
        columns: columns().count(),
        effects: Effect::ALL.into_iter().map(of).collect(),
        computed: count(&|column| column.effect.is_none()),
        classed: count(&|column| column.class.is_some()),
        personal: count(&columns::is_personal),
        owned: count(&|column| column.owner.is_some()),
        personal_kept: count(&|column| columns::is_personal(column) && column.effect == Some(Effect::Kept)),
        by_name: by(By::Rule),
        following: by(By::Reference),
        by_pattern: by(By::Pattern),
        unlisted: by(By::Unlisted),
    }
}
