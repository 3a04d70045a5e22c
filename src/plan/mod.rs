//! Rules resolved against a schema: one mask per column, an order, what to mirror. A plan is printable data in which
//! nothing is optional that a run needs; making one reads no rows and needs no key.

mod because;
mod columns;
mod conflicts;
mod constraints;
mod cover;
mod drafts;
mod exceptions;
mod exempt;
mod follow;
mod formula;
mod guarantees;
mod joins;
pub(crate) mod lineage;
pub mod names;
mod owners;
mod profiles;
mod quasi;
mod references;
mod resolve;
mod rows;
mod sequences;
mod shared;
pub mod subset;
mod switch;
#[cfg(test)]
mod tests;
mod uncovered;
mod undeclared;
mod uniqueness;
mod unlisted;

pub use because::Because;
pub use joins::{Join, joins};
pub use quasi::QuasiIdentifiers;
pub use resolve::resolve;
pub use switch::{Case, Switch};
pub use uncovered::{Uncovered, uncovered};
pub use undeclared::{Undeclared, When};

use std::collections::BTreeMap;

use crate::classify;
use crate::key::RootKey;
use crate::mask::{Built, ColumnFacts, ColumnMask, Effect, MaskDef, Params, Promise, TableMask};
use crate::schema::{ColumnName, TableName};

/// What a run will do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The rule file's `name:`.
    pub name: String,
    /// SHA-256 of the rule file, hexadecimal.
    pub rules_digest: String,
    /// Tables that hold rows, leaves of partitioned ones among them, sorted by name.
    pub tables: Vec<TablePlan>,
    /// Names of the profiles whose demands its masks meet.
    pub profiles: Vec<&'static str>,
    /// Who answers for columns, where the rules say so.
    pub owners: BTreeMap<ColumnName, String>,
    /// Columns that may point at persons together, by table; what a run counts.
    pub quasi_identifiers: Vec<QuasiIdentifiers>,
    /// Columns of persons that are kept by an exception, sorted by column.
    pub exceptions: Vec<Exception>,
    /// Rows that travel unmasked on purpose, at most one entry a table, in the order of tables.
    pub exempt: Vec<Exempt>,
    /// The environment that it is for; without one all rows travel.
    pub environment: Option<String>,
    /// Which rows travel, where a condition on a row alone does not tell.
    pub selection: Option<subset::Selection>,
    /// What happens to each sequence.
    pub sequences: Vec<SequencePlan>,
    /// SQL files to run on the shadow before it is verified.
    pub after_load: Vec<Script>,
    /// How far masked columns may be from production's.
    pub shape: Shape,
    /// What the mirror leaves out or renames.
    pub mirror: Mirror,
}

/// A column of a person that is kept for a reason and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The column, in the topmost table that has it.
    pub column: ColumnName,
    /// Why.
    pub why: String,
    /// The last day on which it holds (UTC).
    pub expires: jiff::civil::Date,
    /// Where the exception stands in the rule file, from 1.
    pub line: usize,
}

/// Rows of a table that travel unmasked for a reason and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exempt {
    /// The table.
    pub table: TableName,
    /// A boolean SQL expression that is true for these rows.
    pub condition: String,
    /// Why.
    pub why: String,
    /// The last day on which it holds (UTC).
    pub expires: jiff::civil::Date,
    /// Where it stands in the rule file, from 1.
    pub line: usize,
    /// The most rows that it may match; more stop the run.
    pub most: u64,
    /// The masked columns that pass in these rows, as indexes into the table's plan; all others are masked as in all rows.
    pub passes: Vec<usize>,
}

/// What happens to one table.
#[derive(Clone, Debug, PartialEq)]
pub struct TablePlan {
    /// Where rows are read.
    pub table: TableName,
    /// Where rows are written: the same table, or its partitioned root where a column of the partition key is masked.
    pub into: TableName,
    /// Which rows travel.
    pub rows: Rows,
    /// Stored columns in the table's order.
    pub columns: Vec<ColumnPlan>,
    /// Estimated rows, for progress.
    pub estimated_rows: u64,
    /// Estimated bytes, for the order of work.
    pub estimated_bytes: u64,
}

/// Which rows of a table travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All.
    All,
    /// None: structure only.
    None,
    /// Those for which this boolean SQL expression is true.
    Where(String),
}

/// What happens to one column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnPlan {
    /// Its facts, as the mask gets them.
    pub facts: ColumnFacts,
    /// Its mask.
    pub mask: &'static MaskDef,
    /// The mask's parameters.
    pub params: Params,
    /// What the column holds, where its rule, or that of the column it follows, says so.
    pub class: Option<String>,
    /// Whether its rule holds for columns that nobody named one by one: a pattern, or a keep of a whole table.
    pub broad: bool,
    /// The domain whose key the mask gets.
    pub domain: String,
    /// Index of the column that `per:` names, in the same table.
    pub per: Option<usize>,
    /// Other masks for rows of other sorts: of a column that refers to different tables.
    pub switch: Option<Switch>,
    /// Where the mask comes from.
    pub because: Because,
}

/// What happens to one sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequencePlan {
    /// The sequence.
    pub sequence: TableName,
    /// What it is set to.
    pub state: SequenceState,
}

/// What a sequence is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SequenceState {
    /// Production's state, as it is.
    Copy,
    /// So that `nextval` goes on above this value, which the mask of the column that it feeds never exceeds.
    Above {
        /// Highest masked value, not below production's own state.
        value: i64,
        /// The column.
        column: ColumnName,
    },
}

/// A SQL file of `after_load`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its path as the rule file has it.
    pub name: String,
    /// Its text.
    pub sql: String,
}

/// How far a masked column may be from production's, `shape:` in a rule file. Shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Difference of the shares of NULL.
    pub nulls: f64,
    /// Different values that are lost.
    pub distinct: f64,
    /// What the most frequent value gains, in shares of the rows.
    pub top: f64,
    /// Difference of the length of texts, in shares of production's.
    pub length: f64,
    /// How far numbers move, in shares of their middle half.
    pub numbers: f64,
    /// Whether what is beyond fails the run, instead of being warned about.
    pub fails: bool,
}

impl Default for Shape {
    /// Wide enough for what masks do on purpose: a unique address takes 40 characters, names are drawn from lists.
    fn default() -> Self {
        Self { nulls: 0.001, distinct: 0.6, top: 0.2, length: 4.0, numbers: 0.5, fails: false }
    }
}

/// What a column's mask leaves as it is in production, so that it can be expected on staging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Which rows are NULL.
    pub nulls: bool,
    /// How many different values there are, and how frequent each is.
    pub distinct: bool,
    /// How long texts are.
    pub length: bool,
    /// How numbers are spread.
    pub numbers: bool,
}

/// The `mirror:` part of a rule file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirror {
    /// Roles of production that have another name on staging.
    pub roles: Vec<(String, String)>,
    /// Whether comments are dropped (`comments: drop`).
    pub drop_comments: bool,
    /// Whether large objects are left out (`large_objects: none`).
    pub leave_large_objects: bool,
}

impl ColumnPlan {
    /// The mask as a reader of a plan or a report wants to see it: its name and what the rule says besides.
    pub fn described(&self) -> String {
        let own = described(self.mask, &self.params);
        match &self.switch {
            None => own,
            Some(switch) => switch.described(&own),
        }
    }

    /// Whether other values take the place of the column's own, instead of the same a little moved or coarser.
    pub fn is_replaced(&self) -> bool {
        matches!(self.mask.effect, Effect::Pseudonymised | Effect::Synthetic | Effect::Removed)
    }

    /// What of its shape stays.
    pub fn expected(&self) -> Expected {
        let effect = self.mask.effect;
        let lasts = self.switch.is_none() && effect != Effect::Removed;
        let drawn = self.mask.promises.gives;
        let free = drawn(&self.params, &self.facts).one_of.is_none();
        Expected {
            nulls: self.switch.is_none() && !self.mask.gives(&self.params, &self.facts).null,
            distinct: lasts && free && effect != Effect::Generalised,
            length: lasts && free,
            numbers: lasts && effect == Effect::Perturbed,
        }
    }

    /// Whether every value passes as it is.
    pub fn is_kept(&self) -> bool {
        self.mask.name == "keep" && self.switch.is_none()
    }

    /// What it holds: its class, or the one that its name and type speak for.
    pub fn holds(&self) -> Option<&str> {
        let name = &self.facts.column;
        self.class.as_deref().or_else(|| classify::guess(&name.table.name, &name.column, &self.facts.ty))
    }
}

fn described(mask: &MaskDef, params: &Params) -> String {
    let params = params.to_string();
    if params.is_empty() { mask.name.to_owned() } else { format!("{} {params}", mask.name) }
}

impl Plan {
    /// What is exempt in a table.
    pub fn exempt_of(&self, table: &TableName) -> Option<&Exempt> {
        self.exempt.iter().find(|exempt| exempt.table == *table)
    }
}

impl TablePlan {
    /// Builds the table's masks with the key.
    pub fn build(&self, key: &RootKey) -> TableMask {
        self.build_but(&[], key)
    }

    /// Builds the masks for rows in which these columns pass: exempt ones.
    pub fn build_but(&self, passes: &[usize], key: &RootKey) -> TableMask {
        let column = |(index, plan): (usize, &ColumnPlan)| {
            if passes.contains(&index) {
                return ColumnMask { built: Built::Keep, per: None, promise: Promise::nothing() };
            }
            let built = || (plan.mask.build)(&plan.params, &plan.facts, &key.domain(&plan.domain));
            let promise = || Promise::of(plan.mask, &plan.params, &plan.facts);
            match &plan.switch {
                None => ColumnMask { built: built(), per: plan.per, promise: promise() },
                Some(switch) => {
                    let own = switch.otherwise.then(|| (built(), promise()));
                    ColumnMask { built: switch.build(own, key), per: Some(switch.by), promise: Promise::nothing() }
                }
            }
        };
        TableMask::new(self.columns.iter().enumerate().map(column).collect())
    }
}
