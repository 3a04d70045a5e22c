//! What must hold before a generation is published: a pure function over the facts that the sink and the pipeline
//! report, and over what was seen while rows streamed ([`Watch`]). Only this module makes a [`Passed`], and only a [`Passed`] publishes.

use crate::failure::Failure;
use crate::plan::Plan;
use crate::report::{ColumnShape, KAnonymity};
use crate::schema::TableName;

mod crowds;
mod exempt;
mod kept;
mod leaks;
mod same;
mod shape;
mod watch;

pub use exempt::ExemptUnit;
pub use watch::{Findings, Look, Unit, Watch};

/// What a sink found out about its sealed generation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Rows per table, counted by the sink after the load (or taken from its acknowledgements).
    pub rows: Vec<(TableName, u64)>,
    /// What was checked by the sink itself, one line each, such as `12 foreign keys validated`.
    pub checked: Vec<String>,
    /// What does not hold, one line each, without values.
    pub broken: Vec<String>,
}

/// What the pipeline counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Per table of the plan: rows read, and rows that the sink acknowledged.
    pub tables: Vec<(u64, u64)>,
    /// Per table of the plan: rows that were to travel, where that was known before.
    pub chosen: Vec<Option<u64>>,
}

impl Ledger {
    /// Rows that the sink acknowledged for one of its tables; several of the plan's may go into it.
    pub fn acknowledged(&self, plan: &Plan, into: &TableName) -> u64 {
        let loaded = plan.tables.iter().zip(&self.tables).filter(|(planned, _)| planned.into == *into);
        loaded.map(|(_, (_, acknowledged))| acknowledged).sum()
    }
}

/// Proof that everything held.
#[derive(Debug)]
pub struct Passed {
    /// What was checked, one line each.
    pub checks: Vec<String>,
    /// What is worth a warning, one line each.
    pub warnings: Vec<String>,
    /// Per table and column of the plan what masked columns look like.
    pub shapes: Vec<Vec<Option<ColumnShape>>>,
    /// How well rows hide, by table.
    pub k_anonymity: Vec<KAnonymity>,
    /// Digest of the run's evidence, once that is written.
    pub evidence: Option<String>,
}

/// Decides whether a generation may be published.
///
/// # Errors
/// What does not hold (exit 5).
pub fn judge(plan: &Plan, ledger: &Ledger, findings: Findings, facts: Facts) -> Result<Passed, Failure> {
    let mut broken = findings.broken;
    broken.extend(facts.broken);
    let mut rows = 0;
    for (table, (read, acknowledged)) in plan.tables.iter().zip(&ledger.tables) {
        rows += read;
        if read != acknowledged {
            broken.push(format!("{}: {read} rows read, {acknowledged} rows acknowledged", table.table));
        }
    }
    for ((table, (read, _)), chosen) in plan.tables.iter().zip(&ledger.tables).zip(&ledger.chosen) {
        if let Some(chosen) = chosen.filter(|chosen| chosen != read) {
            broken.push(format!("{}: {chosen} rows were chosen, {read} rows read", table.table));
        }
    }
    for (table, counted) in &facts.rows {
        let acknowledged = ledger.acknowledged(plan, table);
        if *counted != acknowledged {
            broken.push(format!("{table}: {acknowledged} rows acknowledged, {counted} rows counted"));
        }
    }
    if ledger.tables.len() != plan.tables.len() {
        broken.push("not every table was read".to_owned());
    }
    if broken.is_empty() {
        let tables = plan.tables.len();
        let mut checks = vec![format!("{rows} rows read, {rows} rows acknowledged, in {tables} tables")];
        if !facts.rows.is_empty() {
            checks.push(format!("{} tables hold as many rows as were loaded", facts.rows.len()));
        }
        checks.extend(findings.checked);
        checks.extend(findings.noted.into_iter().map(|line| format!("{line}; chance may have it so")));
        checks.extend(facts.checked);
        let Findings { warned, shapes, k_anonymity, .. } = findings;
        return Ok(Passed { checks, warnings: warned, shapes, k_anonymity, evidence: None });
    }
    broken.extend(findings.noted.into_iter().map(|line| format!("chance may have it so, too: {line}")));
    Err(Failure::data(format!("the checks failed: {}", broken.join("; "))).remedy("nothing was published"))
}
